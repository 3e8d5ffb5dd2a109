"""Customers: who they are, what they agreed to, and what is known of them in every channel."""

from enum import StrEnum

import msgspec

from omnipos.domain.errors import CustomerRefused
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


class Customer(msgspec.Struct, frozen=True, kw_only=True, tag="customer"):
    """One customer's card. `phone` is E.164; purchases are the latest of every channel, newest first."""

    customer_id: str
    name: str
    phone: str
    points: int = 0
    tier: str = ""
    consents: tuple[Consent, ...] = ()
    purchases: tuple[Purchase, ...] = ()
    rev: int = 1


class CustomerDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What is typed to add a customer."""

    name: str
    phone: str
    agreed: tuple[Purpose, ...] = ()


KEPT_PURCHASES = 5


def check_draft(draft: CustomerDraft, country: str) -> CustomerDraft:
    """Return a draft with a clean name and an E.164 phone; raise CustomerRefused."""
    name = clean_text(draft.name, 80)
    if not name:
        raise CustomerRefused(_("Type the customer's name."))
    if Purpose.SERVICE not in draft.agreed:
        raise CustomerRefused(
            _("Without the customer's consent no card can be kept. The sale goes on without one.")
        )
    return CustomerDraft(name=name, phone=to_e164(draft.phone, country), agreed=draft.agreed)


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
