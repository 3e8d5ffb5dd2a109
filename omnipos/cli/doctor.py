"""`omnipos doctor`: folder, disk, printer, terminal, acquirer, hub, clock and versions, a line each."""

import contextlib
import json
import os
import platform
import shutil
import socket
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import click

from omnipos import __version__
from omnipos.cli.folders import data_dir_option
from omnipos.cli.membership import load_membership, load_pass
from omnipos.cli.ownhub import has_own_hub, is_kept, running_hub
from omnipos.cli.paidfrom import look_at_payments
from omnipos.cli.reading import speak_as_shop
from omnipos.config import Settings, load_settings
from omnipos.domain.errors import DomainError
from omnipos.findings import Finding
from omnipos.locale import _, language, later, ngettext, speak
from omnipos.mirroring.files import FILES
from omnipos.store.connection import open_to_read
from omnipos.store.outbox import count_waiting
from omnipos.store.printjobs import count_unprinted

LITTLE_SPACE = 500 << 20
MOST_SKEW_S = 300


@click.command()
@data_dir_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def doctor(data_dir: Path, as_json: bool) -> None:
    """Look at folder, disk, printer, payments, hub and clock; exit code 1 when something needs doing."""
    _speak_as_till(data_dir)
    findings = list(_findings(data_dir))
    tell(findings, as_json)
    sys.exit(0 if all(one.ok for one in findings) else 1)


def tell(findings: Sequence[Finding], as_json: bool) -> None:
    """Print what was found, a line each and what to do below it, or one JSON object."""
    if as_json:
        ok = all(one.level != "bad" for one in findings)
        checks = [
            {"check": one.check, "ok": one.ok, "level": one.level, "say": one.say, "do": one.do}
            for one in findings
        ]
        click.echo(json.dumps({"ok": ok, "checks": checks}))
        return
    marks = {"ok": _("ok"), "warn": _("warn"), "bad": _("LOOK")}
    for one in findings:
        click.echo(f"{marks[one.level]:<4} {_(one.check):<8} {one.say}")
        if one.do:
            click.echo(f"{'':14}{one.do}")


def _speak_as_till(folder: Path) -> None:
    # What keeps the books from being read is found and told below.
    with contextlib.suppress(DomainError, OSError, sqlite3.Error):
        speak(load_settings(folder).language or language())
        books = open_to_read(folder)
        try:
            speak_as_shop(books, folder)
        finally:
            books.close()


def _findings(folder: Path) -> Iterator[Finding]:
    yield _guarded(later("folder"), lambda: _folder(folder))
    yield _guarded(later("disk"), lambda: _disk(folder))
    try:
        settings = load_settings(folder)
    except DomainError as error:
        yield Finding(check=later("settings"), ok=False, say=str(error))
        settings = Settings()
    yield _guarded(later("printer"), lambda: _printer(folder, settings))
    for one in look_at_payments(settings):
        yield Finding(check=one.check, ok=one.ok, say=one.say, do=one.do)
    yield from _hub_and_clock(folder, settings)
    yield _versions()


def _guarded(check: str, look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except (DomainError, OSError, sqlite3.Error) as error:
        return Finding(check=check, ok=False, say=str(error))


def _folder(folder: Path) -> Finding:
    books = open_to_read(folder)
    try:
        sound = books.execute("PRAGMA main.quick_check(1)").fetchone()[0]
        copy = [books.execute(f"PRAGMA {file}.quick_check(1)").fetchone()[0] for file in FILES]
        waiting = count_waiting(books)
    finally:
        books.close()
    if sound != "ok":
        say = _("The books in {folder} are damaged: {reason}").format(folder=folder, reason=sound)
        return Finding(check="folder", ok=False, say=say, do=_("Stop selling here and call for help."))
    if copy != ["ok"] * len(FILES):
        say = _("The books in {folder} are whole, but the copy of the shop's data beside them is damaged.")
        do = _("Sell on with the hub running: what cannot be read is fetched anew when somebody asks for it.")
        return Finding(check="folder", ok=False, say=say.format(folder=folder), do=do)
    if not os.access(folder, os.W_OK):
        say = _("{folder} cannot be written.").format(folder=folder)
        return Finding(check="folder", ok=False, say=say, do=_("Give this user the right to write there."))
    if waiting.quarantined:
        say = ngettext(
            "The hub did not understand {count} event; it keeps it.",
            "The hub did not understand {count} events; it keeps them.",
            waiting.quarantined,
        ).format(count=waiting.quarantined)
        return Finding(check="folder", ok=False, say=say, do=_("Tell who looks after the hub."))
    say = ngettext(
        "{folder}, {waiting} event waiting for the hub",
        "{folder}, {waiting} events waiting for the hub",
        waiting.events,
    ).format(folder=folder, waiting=waiting.events)
    return Finding(check="folder", ok=True, say=say)


def _disk(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    say = _("{free} MB free").format(free=free >> 20)
    if free >= LITTLE_SPACE:
        return Finding(check="disk", ok=True, say=say)
    return Finding(check="disk", ok=False, say=say, do=_("Free some space: a full disk stops selling."))


def _printer(folder: Path, settings: Settings) -> Finding:
    from printing.links import parse_setting

    setting = parse_setting(settings.printer)
    trouble = ""
    match setting.kind:
        case "none":
            return Finding(check="printer", ok=True, say=_("none is set; receipts are not printed"))
        case "tcp":
            try:
                socket.create_connection((setting.host, setting.port), timeout=2).close()
            except OSError as error:
                trouble = str(error)
        case _:
            place = Path(setting.path)
            nearest = place if place.exists() else place.parent
            if not os.access(nearest, os.W_OK) and setting.kind == "file":
                trouble = _("{path} cannot be written").format(path=place)
    if trouble:
        say = f"{settings.printer}: {trouble}"
        do = _("Look at power, paper and cable. Papers wait and are printed later.")
        return Finding(check="printer", ok=False, say=say, do=do)
    books = open_to_read(folder)
    try:
        waiting = count_unprinted(books)
    finally:
        books.close()
    say = ngettext("{printer}, {waiting} paper waiting", "{printer}, {waiting} papers waiting", waiting)
    return Finding(check="printer", ok=True, say=say.format(printer=settings.printer, waiting=waiting))


def _hub_and_clock(folder: Path, settings: Settings) -> Iterator[Finding]:
    from hub.messages import Health
    from sync.errors import Retryable, SyncError
    from sync.owner import OwnerClient

    try:
        member = load_membership(folder)
        running = running_hub(folder) if has_own_hub(folder) else None
        address = settings.hub or (running.address if running else member.hub if member else "")
        if not address:
            yield Finding(
                check="hub",
                ok=False,
                say=_("This till belongs to no hub yet."),
                do=_("Start omnipos once to set it up."),
            )
            return
        own = running is not None and address == running.address
        client = OwnerClient(address, private_http=settings.private_http or own)
        try:
            health = client.get("/v1/health", Health)
            client.device = load_pass(folder)
            # A page says the hub's time, and that the hub takes this till.
            said_ms = client.pull("settings", "", 1).as_of_ms
            skew_s = round(time.time() - said_ms / 1000)
        finally:
            client.close()
    except Retryable as trouble:
        yield _no_answer(folder, settings, trouble)
        return
    except (DomainError, SyncError) as refusal:
        yield Finding(check="hub", ok=False, say=_refusal(refusal), do=_("Tell who looks after the hub."))
        return
    text = _("{address} answers, version {version}")
    yield Finding(check=later("hub"), ok=True, say=text.format(address=address, version=health.version))
    say = _("{seconds} s from the hub's").format(seconds=skew_s)
    if abs(skew_s) <= MOST_SKEW_S:
        yield Finding(check=later("clock"), ok=True, say=say)
    else:
        yield Finding(check="clock", ok=False, say=say, do=_("Set this computer's clock."))


def _no_answer(folder: Path, settings: Settings, trouble: Exception) -> Finding:
    say = _("The hub does not answer ({reason}).").format(reason=str(trouble).rstrip("."))
    if has_own_hub(folder) and not settings.hub and not is_kept(folder):
        do = _("The hub of this shop runs with the till: it is away while no till is open.")
        return Finding(check="hub", ok=True, say=say, do=do)
    do = _("Selling goes on; everything is kept and sent later. Look at network and hub.")
    return Finding(check="hub", ok=False, say=say, do=do)


def _refusal(refusal: Exception) -> str:
    from sync.access import NO_KEY
    from sync.errors import OWN_WORDS

    if getattr(refusal, "code", None) in (None, NO_KEY, *OWN_WORDS):
        return str(refusal)
    return _("The hub refuses this till: {reason}.").format(reason=str(refusal).rstrip("."))


def _versions() -> Finding:
    from sqlite3 import sqlite_version

    say = f"OmniPOS {__version__}, Python {platform.python_version()}, SQLite {sqlite_version}"
    return Finding(check=later("versions"), ok=True, say=say)
