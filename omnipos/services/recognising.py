"""Recognising the customer: found by any way of saying a phone number, or by name; added at the till."""

from functools import partial

import msgspec

from omnipos.domain.account import AccountKind, Standing
from omnipos.domain.customer import (
    KEPT_PURCHASES,
    Consent,
    Customer,
    CustomerDraft,
    Purpose,
    check_draft,
    purchase_of,
    with_purchase,
)
from omnipos.domain.errors import CustomerRefused
from omnipos.domain.names import clean_text
from omnipos.domain.order import Order
from omnipos.domain.phone import bare, display, looks_like_phone, search_prefix
from omnipos.domain.staff import Right
from omnipos.events import CustomerAdded, PersonalCard
from omnipos.locale import _, language
from omnipos.services.till import Till
from omnipos.store import accounts, books, customers, journal, orders
from omnipos.store.connection import transaction

CONSENT_WORDING = "2026-11"
"""The version of the consent wording shown on screen; it changes with the wording."""


class CustomerCard(msgspec.Struct, frozen=True, kw_only=True):
    """A customer with what waits for them; `as_of_ms` is when the hub last said so, 0 for never."""

    customer: Customer
    orders: tuple[Order, ...]
    as_of_ms: int
    credit: Standing | None = None
    """The store credit, where there is any or was."""
    owed: Standing | None = None
    """What is owed on account, for who may owe."""


def find(till: Till, text: str, limit: int = 8) -> list[Customer]:
    """Return the customers a text may mean: last four digits, a phone number so far, or names."""
    db = till.store.books
    text = clean_text(text)
    digits = bare(text)
    if digits.isascii() and digits.isdigit() and len(digits) == 4:
        by_end = customers.customers_by_last_four(db, digits, limit)
        if not digits.startswith("0"):
            return by_end
        return (by_end + _by_beginning(till, digits, limit))[:limit]
    if looks_like_phone(text):
        return _by_beginning(till, digits, limit)
    return customers.customers_by_name(db, text, limit)


def _by_beginning(till: Till, digits: str, limit: int) -> list[Customer]:
    begin = search_prefix(digits, till.shop().country)
    return customers.customers_by_digits(till.store.books, begin, limit)


def card(till: Till, customer_id: str) -> CustomerCard:
    """Return a customer's card with this till's newest sales on it; raise CustomerRefused."""
    db = till.store.books
    customer = customers.customer_by_id(db, customer_id)
    if customer is None:
        raise CustomerRefused(_("This customer is no longer known here."))
    shown, as_of = customers.shown_through(db)
    for sale in reversed(books.sales_of_customer(db, customer_id, shown, KEPT_PURCHASES)):
        customer = with_purchase(customer, purchase_of(sale, "store"))
    waiting = orders.orders_of_customer(db, till.identity.device_id, customer_id, customer.phone)
    return CustomerCard(
        customer=customer,
        orders=tuple(waiting),
        as_of_ms=as_of,
        credit=_standing(till, AccountKind.STORE_CREDIT, customer_id),
        owed=_standing(till, AccountKind.ACCOUNT, customer_id),
    )


def _standing(till: Till, kind: AccountKind, customer_id: str) -> Standing | None:
    """Return a balance of a customer, or None where there never was one."""
    found = accounts.standing_of(till.store.books, kind, customer_id, till.shop().currency)
    return found if found.account is not None or found.balance_minor else None


def add(till: Till, draft: CustomerDraft) -> Customer:
    """Add a customer, the network up or down; raise CustomerRefused for what cannot be kept."""
    staff = till.signed_in(Right.SELL)
    db = till.store.books
    draft = check_draft(draft, till.shop().country)
    known = customers.customer_by_phone(db, draft.phone)
    if known:
        raise CustomerRefused(
            _("{phone} belongs to {name} already. Choose that card.").format(
                phone=display(draft.phone), name=known.name
            )
        )
    stamp = till.stamp()
    consent = partial(
        Consent,
        wording_version=CONSENT_WORDING,
        language=language(),
        staff_id=staff.staff_id,
        at_ms=stamp.occurred_at_ms,
    )
    consents = tuple(consent(purpose=one, given=one in draft.agreed) for one in Purpose)
    customer = Customer(customer_id=till.new_id(), name=draft.name, phone=draft.phone, consents=consents)
    personal_id = till.new_id()
    fact = CustomerAdded(customer_id=customer.customer_id, personal_id=personal_id, consents=consents)
    with transaction(db):
        event = journal.append(db, stamp, fact)
        person = PersonalCard(name=customer.name, phone=customer.phone)
        journal.insert_personal(db, event, personal_id, person)
        customers.insert_overlay(db, customer, event)
    till.syncing.nudge()
    return customer
