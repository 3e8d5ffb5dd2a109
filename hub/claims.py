"""What is claimed of each customer's card: kept beside it, so that a clash is told from a correction."""

from collections.abc import Iterable, Mapping

import msgspec
from sqlalchemy import Connection, select, update

from hub import clocks, tables
from hub.unit import Unit
from omnipos.domain.customer import Customer, CustomerField, KeptValue, Purpose
from omnipos.domain.hybrid import BEGINNING
from omnipos.domain.merging import AnswerClaim, ValueClaim, beaten_values

FieldClaims = dict[CustomerField, tuple[ValueClaim, ...]]
AnswerClaims = dict[Purpose, tuple[AnswerClaim, ...]]

_decode_fields = msgspec.json.Decoder(FieldClaims).decode
_decode_answers = msgspec.json.Decoder(AnswerClaims).decode


def kept_of(written: str) -> tuple[KeptValue, ...]:
    """Return the values that do not stand, from a card's claims as they are written."""
    if written == "{}":
        return ()
    return tuple(
        kept for field, claims in _decode_fields(written).items() for kept in beaten_values(field, claims)
    )


class Claims(msgspec.Struct, frozen=True, kw_only=True):
    """All claims of one card; what nobody claimed has stood since the card was made."""

    fields: FieldClaims
    answers: AnswerClaims

    def of_field(self, card: Customer, field: CustomerField) -> tuple[ValueClaim, ...]:
        """Return what is claimed of a field; at least what stands on the card."""
        standing = ValueClaim(stamp=BEGINNING, rev=0, value=getattr(card, field.value))
        return self.fields.get(field) or (standing,)

    def of_purpose(self, card: Customer, purpose: Purpose) -> tuple[AnswerClaim, ...]:
        """Return what was answered to a purpose; nothing when it was never asked."""
        standing = (one for one in card.consents if one.purpose is purpose)
        return self.answers.get(purpose) or tuple(
            AnswerClaim(stamp=BEGINNING, rev=0, consent=one) for one in standing
        )


def claims_of(conn: Connection, customer_id: str) -> Claims:
    """Return the claims of a card that is there."""
    table, own = tables.customer, tables.personal
    row = conn.execute(
        select(own.c.claims, table.c.answers)
        .join(table, table.c.customer_id == own.c.customer_id)
        .where(table.c.customer_id == customer_id)
    ).one()
    return Claims(fields=_decode_fields(row.claims), answers=_decode_answers(row.answers))


def save_claims(unit: Unit, customer_id: str, claims: Claims) -> None:
    """Write the claims of a card that is there."""
    table, own = tables.customer, tables.personal
    fields, answers = (msgspec.json.encode(one).decode() for one in (claims.fields, claims.answers))
    unit.conn.execute(update(own).where(own.c.customer_id == customer_id).values(claims=fields))
    unit.conn.execute(update(table).where(table.c.customer_id == customer_id).values(answers=answers))


def settle(unit: Unit, before: Mapping[str, Customer], cards: Iterable[Customer]) -> list[Customer]:
    """Return changed cards for which the hub itself has the last word on what was changed of them.

    `before` are the cards as they were, by id; new cards have nothing to settle.
    """
    return [
        _settled(unit, before[card.customer_id], card) if card.customer_id in before else card
        for card in cards
    ]


def _settled(unit: Unit, old: Customer, card: Customer) -> Customer:
    fields = [one for one in CustomerField if getattr(old, one.value) != getattr(card, one.value)]
    answered = {one.purpose: one for one in card.consents if one not in old.consents}
    if not fields and not answered:
        return card
    stamp, claims = clocks.own_stamp(unit), claims_of(unit.conn, card.customer_id)
    words: FieldClaims = {
        one: (ValueClaim(stamp=stamp, rev=card.rev, value=getattr(card, one.value)),) for one in fields
    }
    answers: AnswerClaims = {
        purpose: (AnswerClaim(stamp=stamp, rev=card.rev, consent=consent),)
        for purpose, consent in answered.items()
    }
    save_claims(
        unit,
        card.customer_id,
        Claims(fields=claims.fields | words, answers=claims.answers | answers),
    )
    return msgspec.structs.replace(card, kept=tuple(one for one in card.kept if one.field not in fields))
