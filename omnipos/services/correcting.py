"""Correcting a customer's card at the till, the network up or down: field by field, so that edits merge."""

import msgspec

from omnipos.domain.customer import (
    Consent,
    Customer,
    CustomerEdit,
    CustomerField,
    Purpose,
    check_edit,
)
from omnipos.domain.errors import CustomerRefused
from omnipos.domain.phone import display
from omnipos.domain.staff import Right
from omnipos.events import ConsentPatch, CustomerChanged, FieldPatch, PersonalCard
from omnipos.locale import _, language
from omnipos.services.recognising import CONSENT_WORDING
from omnipos.services.till import Till
from omnipos.store import customers, journal
from omnipos.store.connection import transaction
from omnipos.store.stamps import draw_stamp


def correct(till: Till, customer_id: str, edit: CustomerEdit) -> Customer:
    """Change a customer's card and return it; raise CustomerRefused for what cannot be kept.

    Nothing is written when nothing is different.
    """
    staff = till.signed_in(Right.SELL)
    db = till.store.books
    old = customers.customer_by_id(db, customer_id)
    if old is None:
        raise CustomerRefused(_("This customer is no longer known here."))
    changed = check_edit(old, edit, till.shop().country)
    _check_phone(till, old, changed)
    answers = _answers(old, edit)
    if not changed and not answers:
        return old
    stamp = till.stamp()
    with transaction(db):
        at = draw_stamp(db, stamp.occurred_at_ms, till.identity.device_id)
        ids = till.new_id(), till.new_id()
        patches = tuple(
            FieldPatch(base_rev=old.rev, field=field, old=ids[0], new=ids[1], stamp=at) for field in changed
        )
        consents = tuple(
            ConsentPatch(
                base_rev=old.rev,
                old=_given(old, purpose),
                new=Consent(
                    purpose=purpose,
                    given=given,
                    wording_version=CONSENT_WORDING,
                    language=language(),
                    staff_id=staff.staff_id,
                    at_ms=stamp.occurred_at_ms,
                ),
                stamp=at,
            )
            for purpose, given in answers.items()
        )
        fact = CustomerChanged(customer_id=customer_id, patches=patches, consents=consents)
        event = journal.append(db, stamp, fact)
        if changed:
            before = {field: getattr(old, field.value) for field in changed}
            journal.insert_personal(db, event, ids[0], _record(before))
            journal.insert_personal(db, event, ids[1], _record(changed))
        card = _corrected(old, changed, tuple(one.new for one in consents))
        customers.insert_overlay(db, card, event)
    till.syncing.nudge()
    return card


def _check_phone(till: Till, old: Customer, changed: dict[CustomerField, str]) -> None:
    phone = changed.get(CustomerField.PHONE)
    known = customers.customer_by_phone(till.store.books, phone) if phone else None
    if phone and known and known.customer_id != old.customer_id:
        raise CustomerRefused(
            _("{phone} belongs to {name} already. Choose that card.").format(
                phone=display(phone), name=known.name
            )
        )


def _answers(old: Customer, edit: CustomerEdit) -> dict[Purpose, bool]:
    answers = {purpose: given for purpose, given in edit.answers.items() if _given(old, purpose) is not given}
    if answers.get(Purpose.SERVICE) is False:
        raise CustomerRefused(
            _("Without this consent no card can be kept. Ask the owner to erase it; nothing was changed.")
        )
    return answers


def _given(customer: Customer, purpose: Purpose) -> bool | None:
    return next((one.given for one in customer.consents if one.purpose is purpose), None)


def _record(values: dict[CustomerField, str]) -> PersonalCard:
    """Return the erasable record of some fields; the others are empty in it."""
    return PersonalCard(
        name=values.get(CustomerField.NAME, ""),
        phone=values.get(CustomerField.PHONE, ""),
        email=values.get(CustomerField.EMAIL, ""),
    )


def _corrected(old: Customer, changed: dict[CustomerField, str], consents: tuple[Consent, ...]) -> Customer:
    answers = {one.purpose: one for one in (*old.consents, *consents)}
    fields = {field.value: value for field, value in changed.items()}
    return msgspec.structs.replace(old, consents=tuple(answers.values()), **fields)
