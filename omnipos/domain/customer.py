"""Customers: who they are, what they agreed to, and what is known of them in every channel."""

import re
from enum import StrEnum

import msgspec

from omnipos.domain.cardnumber import free_text
from omnipos.domain.errors import CustomerRefused
from omnipos.domain.hybrid import HybridStamp
from omnipos.domain.names import clean_text
from omnipos.domain.phone import to_e164
from omnipos.domain.quantity import PIECE_MILLI
from omnipos.domain.sale import Sale
from omnipos.locale import _, later


class Purpose(StrEnum):
    """What personal data may be used for; each is agreed to by itself (UU PDP 22; PDPA 6)."""

    SERVICE = "service"
    MARKETING = "marketing"


PURPOSE_WORDS = {
    Purpose.SERVICE: later("keep my card and purchases"),
    Purpose.MARKETING: later("send me offers"),
}


class Consent(msgspec.Struct, frozen=True, kw_only=True):
    """An answer to one purpose: which wording, in which language, taken by whom and when."""

    purpose: Purpose
    given: bool
    wording_version: str
    language: str
    staff_id: str
    at_ms: int


class Purchase(msgspec.Struct, frozen=True, kw_only=True):
    """One past purchase in any channel, short enough to stand on the card."""

    at_ms: int
    channel: str
    reference: str
    total_minor: int
    summary: str


class CustomerField(StrEnum):
    """What can be corrected on a card; each is merged by itself."""

    NAME = "name"
    PHONE = "phone"
    EMAIL = "email"


FIELD_WORDS = {
    CustomerField.NAME: later("name"),
    CustomerField.PHONE: later("phone"),
    CustomerField.EMAIL: later("e-mail"),
}


class KeptValue(msgspec.Struct, frozen=True, kw_only=True):
    """A value that somebody entered and that another one stands before; kept at revision `rev`."""

    field: CustomerField
    value: str
    stamp: HybridStamp
    rev: int


class Customer(msgspec.Struct, frozen=True, kw_only=True, tag="customer"):
    """One customer's card. `phone` is E.164; purchases are the latest of every channel, newest first."""

    customer_id: str
    name: str
    phone: str
    email: str = ""
    points: int = 0
    tier: str = ""
    consents: tuple[Consent, ...] = ()
    purchases: tuple[Purchase, ...] = ()
    rev: int = 1
    kept: tuple[KeptValue, ...] = ()
    """What others entered for the same field at the same time; the latest first."""


class CustomerDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What is typed to add a customer."""

    name: str
    phone: str
    agreed: tuple[Purpose, ...] = ()


KEPT_PURCHASES = 5


def check_draft(draft: CustomerDraft, country: str) -> CustomerDraft:
    """Return a draft with a clean name and an E.164 phone; raise CustomerRefused."""
    name = free_text(draft.name, 80)
    if not name:
        raise CustomerRefused(_("Type the customer's name."))
    if Purpose.SERVICE not in draft.agreed:
        raise CustomerRefused(
            _("Without the customer's consent no card can be kept. The sale goes on without one.")
        )
    return CustomerDraft(name=name, phone=to_e164(draft.phone, country), agreed=draft.agreed)


class CustomerEdit(msgspec.Struct, frozen=True, kw_only=True):
    """A card as somebody wants it; what is None stays. `answers` are consents by purpose."""

    name: str | None = None
    phone: str | None = None
    email: str | None = None
    answers: dict[Purpose, bool] = {}


_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")


def check_edit(customer: Customer, edit: CustomerEdit, country: str) -> dict[CustomerField, str]:
    """Return the fields that an edit changes with their clean values; raise CustomerRefused."""
    wanted: dict[CustomerField, str] = {}
    if edit.name is not None:
        wanted[CustomerField.NAME] = free_text(edit.name, 80)
        if not wanted[CustomerField.NAME]:
            raise CustomerRefused(_("Type the customer's name."))
    if edit.phone is not None and edit.phone != customer.phone:
        wanted[CustomerField.PHONE] = to_e164(edit.phone, country)
    if edit.email is not None:
        wanted[CustomerField.EMAIL] = check_email(edit.email)
    return {field: new for field, new in wanted.items() if new != getattr(customer, field.value)}


def check_email(text: str) -> str:
    """Return an e-mail address without spaces around it, or nothing; raise CustomerRefused."""
    email = clean_text(text, 254)
    if email and not _EMAIL.fullmatch(email):
        raise CustomerRefused(
            _("“{email}” is no e-mail address. It looks like sarah@example.com.").format(email=email[:60])
        )
    return email


def purchase_of(sale: Sale, channel: str) -> Purchase:
    """Return a sale as it stands on a customer's card: `Kopi 200 g ×2, Teh Botol`."""
    names = (
        line.name
        if line.quantity_milli == PIECE_MILLI or line.unit != "pcs"
        else f"{line.name} ×{line.quantity_milli // PIECE_MILLI}"
        for line in sale.lines
    )
    return Purchase(
        at_ms=sale.completed_at_ms,
        channel=channel,
        reference=sale.receipt_number,
        total_minor=sale.total_minor,
        summary=clean_text(", ".join(names), 120),
    )


def with_purchase(customer: Customer, purchase: Purchase) -> Customer:
    """Return the card with one more purchase, the newest first, the oldest left out."""
    others = tuple(one for one in customer.purchases if one.reference != purchase.reference)
    newest = tuple(sorted((purchase, *others), key=lambda one: -one.at_ms)[:KEPT_PURCHASES])
    return msgspec.structs.replace(customer, purchases=newest)
