"""Since when each field of a customer's card stands: what merging needs to tell a clash from a correction."""

from collections.abc import Iterable, Mapping

import msgspec
from sqlalchemy import Connection, select, update

from hub import clocks, tables
from hub.unit import Unit
from omnipos.domain.customer import Customer, CustomerField, Purpose
from omnipos.domain.hybrid import BEGINNING, HybridStamp


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """The stamp and the card's revision by which something came to stand."""

    stamp: HybridStamp = BEGINNING
    rev: int = 0


UNMARKED = Mark()


class Marks(msgspec.Struct, frozen=True, kw_only=True):
    """The marks of one card; what has none has stood since the card was made."""

    fields: dict[CustomerField, Mark] = {}
    consents: dict[Purpose, Mark] = {}


_decode = msgspec.json.Decoder(Marks).decode


def marks_of(conn: Connection, customer_id: str) -> Marks:
    """Return the marks of a card."""
    table = tables.customer
    written = conn.scalar(select(table.c.marks).where(table.c.customer_id == customer_id))
    return _decode(written) if written else Marks()


def save_marks(unit: Unit, customer_id: str, marks: Marks) -> None:
    """Write the marks of a card that is there."""
    table = tables.customer
    unit.conn.execute(
        update(table)
        .where(table.c.customer_id == customer_id)
        .values(marks=msgspec.json.encode(marks).decode())
    )


def mark_changed(unit: Unit, before: Mapping[str, Customer], cards: Iterable[Customer]) -> None:
    """Mark what was changed at the hub itself on cards that were there before; `cards` are as saved."""
    for card in cards:
        old = before.get(card.customer_id)
        if old is None:
            continue
        fields = [one for one in CustomerField if getattr(old, one.value) != getattr(card, one.value)]
        answers = {one.purpose for one in set(card.consents) ^ set(old.consents)}
        if fields or answers:
            mark, marks = (
                Mark(stamp=clocks.own_stamp(unit), rev=card.rev),
                marks_of(unit.conn, card.customer_id),
            )
            save_marks(
                unit,
                card.customer_id,
                Marks(
                    fields=marks.fields | dict.fromkeys(fields, mark),
                    consents=marks.consents | dict.fromkeys(answers, mark),
                ),
            )
