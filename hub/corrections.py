"""Corrections of customers' cards from tills: merged field by field, in whatever order they arrive."""

from collections.abc import Mapping

import msgspec

from hub import clocks, customers
from hub.collecting import Report
from hub.marks import UNMARKED, Mark, Marks, marks_of, save_marks
from hub.unit import Unit
from omnipos.domain.customer import Customer, CustomerField, KeptValue
from omnipos.domain.merging import (
    ASKED_FIELDS,
    Clash,
    ConsentEdit,
    ConsentState,
    FieldEdit,
    FieldState,
    merge_consent,
    merge_field,
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
        marks = marks_of(unit.conn, card.customer_id)
        self.fields, self.consents = dict(marks.fields), dict(marks.consents)

    def merge_field(self, patch: FieldPatch, value: str, base_rev: int) -> None:
        field, mark = patch.field, self.fields.get(patch.field, UNMARKED)
        stamp = clocks.believe(self.unit, self.report.device_id, patch.stamp)
        if field is CustomerField.PHONE and self._is_taken(value):
            kept = KeptValue(field=field, value=value, stamp=stamp, rev=self.rev)
            self.card = msgspec.structs.replace(self.card, kept=(kept, *self.card.kept))
            self._note(
                "customer_phone_taken",
                _("A customer was given a phone number that another card has. It was kept aside."),
            )
            return
        state = FieldState(value=getattr(self.card, field.value), stamp=mark.stamp, rev=mark.rev)
        edit = FieldEdit(value=value, stamp=stamp, base_rev=base_rev)
        merged = merge_field(field, state, self.card.kept, edit, self.rev)
        self.fields[field] = Mark(stamp=merged.state.stamp, rev=merged.state.rev)
        self.card = msgspec.structs.replace(self.card, kept=merged.kept, **{field.value: merged.state.value})
        if merged.clash is Clash.KEPT and field in ASKED_FIELDS:
            self._note("customer_clash", _(CLASHES[field]))

    def merge_consent(self, patch: ConsentPatch, base_rev: int) -> None:
        purpose = patch.new.purpose
        mark = self.consents.get(purpose, UNMARKED)
        given = {one.purpose: one for one in self.card.consents}
        state = ConsentState(consent=given.get(purpose), stamp=mark.stamp, rev=mark.rev)
        stamp = clocks.believe(self.unit, self.report.device_id, patch.stamp)
        edit = ConsentEdit(consent=patch.new, stamp=stamp, base_rev=base_rev)
        merged = merge_consent(state, edit, self.rev)
        assert merged.consent is not None, "an edit brings an answer"
        self.consents[purpose] = Mark(stamp=merged.stamp, rev=merged.rev)
        answers = given | {purpose: merged.consent}
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
        customers.save(self.unit, [msgspec.structs.replace(self.card, rev=self.rev)])
        save_marks(self.unit, self.card.customer_id, Marks(fields=self.fields, consents=self.consents))


def apply(
    unit: Unit,
    fact: CustomerChanged,
    personal: Mapping[str, PersonalCard],
    report: Report,
    *,
    country: str,
) -> None:
    """Merge a till's correction; one of an erased card changes nothing, for erasure wins."""
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
            card.merge_field(patch, value, patch.base_rev if is_own else UNSEEN)
    for answer in fact.consents:
        card.merge_consent(answer, answer.base_rev if is_own else UNSEEN)
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
