"""Staff badges made with the owner's key: at the till's own menu, and by `omnipos staff badge`."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from omnipos.cli.folders import default_folder, folder_in_use
from omnipos.cli.owner import hub_options, owner_line
from omnipos.cli.ownhub import key_file as key_file_of
from omnipos.config import Settings, load_settings
from omnipos.domain.errors import EntryRefused, StoreTrouble
from omnipos.domain.paper import BadgePaper, PrintJob, print_job
from omnipos.domain.shop import Shop
from omnipos.domain.staff import Staff
from omnipos.locale import _, language, speak

if TYPE_CHECKING:
    from printing.links import PrinterSetting
    from printing.spool import Spool


class OwnersBadges:
    """Makes badges for a till on whose computer the owner's key is; see `omnipos.ports.BadgeDesk`."""

    def __init__(self, folder: Path, address: str, print_unkept: Callable[[PrintJob], None]) -> None:
        """Ask the hub at an address with the key of a data folder's own hub."""
        self._folder, self._address, self._print = folder, address, print_unkept

    def print_new(self, person: Staff, shop: Shop) -> None:
        """Have a badge made and printed."""
        code = _made(self._address, key_file_of(self._folder), person.staff_id)
        self._print(print_job("", BadgePaper(code=code, name=person.name, shop=shop)))


def badges_of(folder: Path, address: str, spool: "Spool", settings: Settings) -> OwnersBadges | None:
    """Return what makes badges at a till; None without a printer, or with the owner's key elsewhere."""
    from printing.links import parse_setting

    can_print = key_file_of(folder).exists() and parse_setting(settings.printer).kind != "none"
    return OwnersBadges(folder, address, spool.print_unkept) if can_print else None


def _made(address: str, key_file: Path, staff_id: str) -> str:
    from hub.staffmessages import Badge
    from sync.errors import SyncError

    try:
        with owner_line(address, key_file) as line:
            return line.post(f"/v1/staff/{staff_id}/badge", Badge, None).code
    except SyncError as trouble:
        raise StoreTrouble(
            _("The hub made no badge ({reason}). Try again when it answers.").format(
                reason=str(trouble).rstrip(".")
            )
        ) from trouble


@click.group()
def staff() -> None:
    """Make what the people who work here need."""


@staff.command()
@click.argument("name")
@click.option(
    "--png",
    "picture",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Draw it into this file instead of printing it.",
)
@hub_options
def badge(name: str, picture: Path | None, address: str, key_file: Path) -> None:
    """Make NAME a new badge and print it on this till's printer; the badge before opens nothing any more."""
    from hub.messages import Stores
    from omnipos.cli.staff_commands import person_called
    from printing.composing import JobComposer
    from printing.links import parse_setting

    setting = parse_setting(load_settings(folder_in_use() or default_folder()).printer)
    if picture is None and setting.kind == "none":
        raise EntryRefused(_("This till has no printer. Draw the badge into a file: --png badge.png"))
    with owner_line(address, key_file) as line:
        person = person_called(line, name)
        shop = line.get("/v1/stores", Stores).stores[0]
    code = _made(address, key_file, person.staff_id)
    job = print_job("", BadgePaper(code=code, name=person.name, shop=shop))
    spoken = language()
    speak(shop.language)  # the paper is the shop's
    title, composed = JobComposer(setting.columns, setting.code_page)(job)
    speak(spoken)
    if picture is None:
        _print(setting, composed, title)
    else:
        _draw(picture, composed, setting.columns)
    said = _(
        "{name} has a new badge. It opens the tills once they have synced; the one before opens nothing."
    )
    click.echo(said.format(name=person.name))


def _print(setting: "PrinterSetting", composed: bytes, title: str) -> None:
    from printing.links import PrinterAway, PrintInterrupted, open_link

    try:
        open_link(setting).send(composed, title, lambda: None)
    except (PrinterAway, PrintInterrupted) as trouble:
        raise StoreTrouble(
            _(
                "The badge could not be printed ({reason}), and the one before opens nothing. Make another."
            ).format(reason=str(trouble).rstrip("."))
        ) from trouble


def _draw(picture: Path, composed: bytes, columns: int) -> None:
    """Draw a badge into a file that nobody else reads: its code is as secret as a PIN."""
    from printing.paper import png

    picture.touch(mode=0o600)
    picture.chmod(0o600)
    picture.write_bytes(png(composed, columns))
