"""`omnipos hub status` and the exceptions at the hub: how every till stands, and what needs the owner."""

import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from omnipos.cli.owner import hub_options, owner_line
from omnipos.domain.exceptions import SAFE, UNSAFE, ExceptionCase, answer_text, kind_of
from omnipos.domain.names import clean_text
from omnipos.locale import _, ngettext

if TYPE_CHECKING:
    from hub.reports import Device

JSON_OPTION = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.command()
@JSON_OPTION
@hub_options
def status(address: str, key_file: Path, as_json: bool) -> None:
    """Show every till: last seen, what is here and what waits, gaps, clock, what needs a person."""
    from hub.reports import Devices

    with owner_line(address, key_file) as line:
        found = line.get("/v1/devices", Devices)
    if as_json:
        click.echo(msgspec.json.encode(found))
        return
    if not found.devices:
        click.echo(_("No till is enrolled yet."))
        return
    now_ms = time.time_ns() // 1_000_000
    heads = (
        _("Till"),
        _("Name"),
        _("Last seen"),
        _("At hub"),
        _("Waiting"),
        _("Gaps"),
        _("Clock"),
        _("To settle"),
        _("Version"),
    )
    for row in table((heads, *(device_row(one, now_ms) for one in found.devices))):
        click.echo(row)


def device_row(one: "Device", now_ms: int) -> tuple[str, ...]:
    """Return one till as the cells of a row."""
    name = clean_text(one.name, 20)
    return (
        f"{one.store_code}-{one.till_number}",
        _("{name} (revoked)").format(name=name) if one.revoked else name,
        ago(now_ms - one.last_seen_ms) if one.last_seen_ms else _("never"),
        f"{one.acked_seq}/{one.head_seq}",
        str(one.waiting),
        str(one.gaps),
        f"{round(one.skew_ms / 1000):+} s",
        str(one.exceptions_open),
        clean_text(one.version, 12),
    )


def ago(length_ms: int) -> str:
    """Say how long ago something was."""
    seconds = max(length_ms, 0) // 1000
    for size, text in ((86_400, _("{count} d ago")), (3600, _("{count} h ago")), (60, _("{count} min ago"))):
        if seconds >= size:
            return text.format(count=seconds // size)
    return _("{count} s ago").format(count=seconds)


def table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Return rows as lines whose columns stand below each other."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


@click.command()
@click.option("--all", "settled_too", is_flag=True, help="Also what is settled.")
@JSON_OPTION
@hub_options
def exceptions(address: str, key_file: Path, settled_too: bool, as_json: bool) -> None:
    """List what a person must settle, of all stores, with the answers to choose from."""
    from hub.reports import Exceptions

    found: list[ExceptionCase] = []
    with owner_line(address, key_file) as line:
        after, more = 0, True
        while more:
            only_open = "false" if settled_too else "true"
            page = line.get("/v1/exceptions", Exceptions, after=after, only_open=only_open)
            found += page.exceptions
            after, more = page.next, bool(page.exceptions)
    if as_json:
        click.echo(msgspec.json.encode({"exceptions": found}))
        return
    count = len(found)
    click.echo(ngettext("{count} exception.", "{count} exceptions.", count).format(count=count))
    for case in found:
        click.echo("\n".join(_case_lines(case)))


def _case_lines(case: ExceptionCase) -> list[str]:
    kind = kind_of(case.kind)
    at = datetime.fromtimestamp(case.at_ms / 1000, UTC)
    till = _("Till {number}").format(number=case.till_number) if case.till_number else ""
    place = (f"{at:%Y-%m-%d %H:%M} UTC", till, case.receipt_number, case.order_number)
    lines = [
        f"{case.number}. {_(kind.sentence)}",
        f"   {' · '.join(clean_text(one) for one in place if one)}",
        f"   {clean_text(case.detail, 400)}",
        f"   {_(SAFE if kind.is_safe else UNSAFE)}",
    ]
    if case.answers:
        return [*lines, f"   ✓ {_(answer_text(case.kind, case.answers[0].answer))}"]
    return lines + [f"     {one.code}: {_(one.text)}" for one in kind.answers]


@click.command()
@click.argument("number", type=int)
@click.argument("answer")
@click.argument("note", default="")
@hub_options
def settle(number: int, answer: str, note: str, address: str, key_file: Path) -> None:
    """Settle an exception as the owner, by the name of the answer and a few words if wanted."""
    from hub.messages import SettleWish

    with owner_line(address, key_file) as line:
        path = f"/v1/exceptions/{number}/settle"
        case = line.post(path, ExceptionCase, SettleWish(answer=answer, note=note))
    given = _(answer_text(case.kind, case.answers[0].answer))
    click.echo(_("Exception {ref} is settled: {answer}").format(ref=number, answer=given))


@click.command()
@hub_options
def metrics_key(address: str, key_file: Path) -> None:
    """Make a key that can only read how the tills stand, for Prometheus; it is shown this once."""
    from hub.messages import ApiKey, ApiKeyWish

    with owner_line(address, key_file) as line:
        wish = ApiKeyWish(channel="metrics", watches=True)
        click.echo(line.post("/v1/api-keys", ApiKey, wish).key)
    if sys.stdout.isatty():
        click.echo(_("Prometheus reads {address}/metrics with it.").format(address=address), err=True)


COMMANDS = (status, exceptions, settle, metrics_key)
