"""The hub's life: its epoch, which every cursor bears, and a new one when it is back from a backup."""

import base64
import binascii
import secrets
from typing import NamedTuple

from sqlalchemy import Connection, insert, select, update

from hub import tables
from hub.unit import Unit
from omnipos.locale import _


def begin(conn: Connection, now_ms: int) -> None:
    """Give a new hub its first epoch."""
    if conn.scalar(select(tables.hub.c.hub_epoch)) is None:
        conn.execute(insert(tables.hub).values(hub_epoch=secrets.token_hex(8), created_at_ms=now_ms))


def epoch_of(conn: Connection) -> str:
    """Return the hub's epoch."""
    return str(conn.scalar(select(tables.hub.c.hub_epoch)))


def renew(unit: Unit, store_id: str, device_id: str) -> None:
    """Give the hub a new epoch, so that every cursor of before is fetched again, and tell the owner.

    Of several tills that find it out at once, one does so.
    """
    table, old = tables.hub, epoch_of(unit.conn)
    begun = update(table).where(table.c.hub_epoch == old).values(hub_epoch=secrets.token_hex(8))
    if unit.conn.execute(begun).rowcount != 1:
        return
    unit.note(
        "hub_restored",
        _("A till knows more than this hub: it is back from a backup. All tills fetch everything again."),
        store_id=store_id,
        device_id=device_id,
    )


class Place(NamedTuple):
    """A number of a stream, and the mark of the hub's run that wrote it."""

    number: int
    mark: str = ""


def cursor_for(hub_epoch: str, number: int, mark: str) -> str:
    """Return the cursor that stands for everything up to a number."""
    return base64.urlsafe_b64encode(f"{hub_epoch}:{number}:{mark}".encode()).decode().rstrip("=")


def place_of(cursor: str, hub_epoch: str) -> Place | None:
    """Return the place a cursor stands for; None for a cursor of another epoch, or of nobody's."""
    if not cursor:
        return Place(0)
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, ValueError):
        return None
    epoch, _colon, rest = text.partition(":")
    number, _colon, mark = rest.partition(":")
    fits = number.isascii() and number.isdigit() and len(number) < 19
    return Place(int(number), mark) if fits and epoch == hub_epoch else None
