"""Corrections of customers' cards from tills: merged field by field, in whatever order they arrive."""

from collections.abc import Mapping

import msgspec

from hub import clocks, customers
from hub.claims import claims_of, save_claims
from hub.collecting import Report
from hub.unit import Unit
from omnipos.domain.customer import Customer, CustomerField
from omnipos.domain.hybrid import HybridStamp
from omnipos.domain.merging import (
    ASKED_FIELDS,
    AnswerClaim,
    ValueClaim,
    beaten_values,
    entered,
    standing_answer,
    standing_value,
)
from omnipos.domain.names import clean_text
from omnipos.events import ConsentPatch, CustomerChanged, FieldPatch, PersonalCard
from omnipos.locale import _, later

UNSEEN = -1
"""The base revision of an edit that was made on another card, now an alias of this one."""

CLASHES = {
    CustomerField.PHONE: later("A customer's phone number was changed in two places. Choose the right one."),
    CustomerField.EMAIL: later("A customer's e-mail was changed in two places. Choose the right one."),
}


class _Card:
    """One card while a correction is merged into it."""

    def __init__(self, unit: Unit, card: Customer, report: Report) -> None:
        self.unit, self.report = unit, report
        self.card, self.rev = card, card.rev + 1
        self.claims = claims_of(unit.conn, card.customer_id)

    def enter_value(self, patch: FieldPatch, value: str, base_rev: int) -> None:
        field, before = patch.field, self.claims.of_field(self.card, patch.field)
        stamp = clocks.believe(self.unit, self.report.device_id, patch.stamp)
        new = ValueClaim(value=value, stamp=stamp, rev=self.rev)
        if field is CustomerField.PHONE and self._is_taken(value):
            # Never to stand by itself: what stands now is claimed anew, and this from the beginning.
            standing = ValueClaim(value=self.card.phone, stamp=clocks.own_stamp(self.unit), rev=self.card.rev)
            aside = msgspec.structs.replace(new, stamp=HybridStamp(device_id=stamp.device_id))
            after = (*before, standing, aside)
            self._note(
                "customer_phone_taken",
                _("A customer was given a phone number that another card has. It was kept aside."),
            )
        else:
            after = entered(before, new, base_rev)
            if field in ASKED_FIELDS and any(one.value != value for one in after):
                self._note("customer_clash", _(CLASHES[field]))
        self.claims.fields[field] = after
        self.card = msgspec.structs.replace(self.card, **{field.value: standing_value(after)})

    def enter_answer(self, patch: ConsentPatch, base_rev: int) -> None:
        purpose = patch.new.purpose
        stamp = clocks.believe(self.unit, self.report.device_id, patch.stamp)
        new = AnswerClaim(consent=patch.new, stamp=stamp, rev=self.rev)
        after = entered(self.claims.of_purpose(self.card, purpose), new, base_rev)
        self.claims.answers[purpose] = after
        answers = {one.purpose: one for one in self.card.consents} | {purpose: standing_answer(after)}
        self.card = msgspec.structs.replace(self.card, consents=tuple(answers.values()))

    def _is_taken(self, phone: str) -> bool:
        owner = customers.by_phone(self.unit.conn, [phone]).get(phone)
        return owner is not None and owner.customer_id != self.card.customer_id

    def _note(self, kind: str, detail: str) -> None:
        report = self.report
        self.unit.note(
            kind, detail, store_id=report.store_id, device_id=report.device_id, event_id=report.event_id
        )

    def save(self) -> None:
        save_claims(self.unit, self.card.customer_id, self.claims)
        kept = tuple(
            one for field, claims in self.claims.fields.items() for one in beaten_values(field, claims)
        )
        customers.save(self.unit, [msgspec.structs.replace(self.card, rev=self.rev, kept=kept)])


def apply(
    unit: Unit,
    fact: CustomerChanged,
    personal: Mapping[str, PersonalCard],
    report: Report,
    *,
    country: str,
) -> None:
    """Merge a till's correction; one of an erased card changes nothing, for erasure wins."""
    unit.hold(customers.CARDS)
    found = customers.load(unit.conn, [fact.customer_id]).get(fact.customer_id)
    if found is None:
        if not customers.is_erased(unit.conn, fact.customer_id):
            unit.note(
                "customer_unknown",
                _("A till corrected the card of a customer whom the hub does not know."),
                store_id=report.store_id,
                device_id=report.device_id,
                event_id=report.event_id,
            )
        return
    is_own = found.customer_id == fact.customer_id
    card = _Card(unit, found, report)
    for patch in fact.patches:
        value = _value(personal.get(patch.new), patch.field, country)
        if value is not None:
            card.enter_value(patch, value, patch.base_rev if is_own else UNSEEN)
    for answer in fact.consents:
        card.enter_answer(answer, answer.base_rev if is_own else UNSEEN)
    card.save()


def _value(record: PersonalCard | None, field: CustomerField, country: str) -> str | None:
    """Return the new value; None when its record was erased or the value cannot stand there."""
    if record is None:
        return None
    match field:
        case CustomerField.NAME:
            return clean_text(record.name, customers.LONGEST_NAME) or None
        case CustomerField.PHONE:
            return customers.readable(record.phone, country) or None
        case CustomerField.EMAIL:
            return clean_text(record.email, 254)
