"""Tenders: by what a sale is paid or a return given back; what is due, what change is owed."""

from collections.abc import Sequence
from enum import StrEnum
from typing import assert_never

import msgspec

from omnipos.domain.errors import TenderRefused
from omnipos.domain.money import CashRounding, format_money, round_cash, round_down
from omnipos.domain.staff import Approval
from omnipos.locale import _, later


class TenderKind(StrEnum):
    """A means of payment."""

    CASH = "cash"
    CARD = "card"
    QR = "qr"
    """QRIS, DuitNow QR: paid from the customer's own app."""
    GIFT_CARD = "gift_card"
    STORE_CREDIT = "store_credit"
    ACCOUNT = "account"
    """On account: the customer owes it."""
    FOREIGN_CASH = "foreign_cash"
    DEPOSIT = "deposit"
    """Paid earlier on a quote whose rest is paid now."""
    ONLINE = "online"
    """Paid at the web shop before collecting."""


TENDER_WORDS = {
    TenderKind.CASH: later("Cash"),
    TenderKind.CARD: later("Card"),
    TenderKind.QR: later("QR payment"),
    TenderKind.GIFT_CARD: later("Gift card"),
    TenderKind.STORE_CREDIT: later("Store credit"),
    TenderKind.ACCOUNT: later("On account"),
    TenderKind.FOREIGN_CASH: later("Foreign cash"),
    TenderKind.DEPOSIT: later("Deposit paid"),
    TenderKind.ONLINE: later("Paid online"),
}
WEB_SHOP_GIVES_BACK = later("Back through the web shop")
"""What is said of money that was paid online and goes back: no till gives it."""


class CardSlip(msgspec.Struct, frozen=True, kw_only=True):
    """What the card terminal's slip shows; no card number but the last four digits."""

    approval_code: str
    acquirer: str = ""
    scheme: str = ""
    trace_number: str = ""
    last_four: str = ""


class QrSlip(msgspec.Struct, frozen=True, kw_only=True):
    """How a QR payment was seen: by the acquirer's status, or only on the customer's phone."""

    reference: str
    acquirer: str = ""
    verified: bool = False


class ForeignMoney(msgspec.Struct, frozen=True, kw_only=True):
    """Cash in another currency, in its minor units; `rate_minor` is what 1 major unit of it is worth here."""

    currency: str
    amount_minor: int
    rate_minor: int


class Tender(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One payment by one means, in the shop's currency; `amount_minor` is what was given, before any change.

    Below zero it is what the customer gets back.
    """

    kind: TenderKind
    amount_minor: int
    card: CardSlip | None = None
    qr: QrSlip | None = None
    foreign: ForeignMoney | None = None
    reference: str = ""
    """The gift card's code; or whose store credit or account it is, by customer id; or the quote's number."""
    approval: Approval | None = None
    """Who lent on account beyond the customer's limit, or gave cash back for what was not paid in cash."""
    payment_id: str = ""
    """The payment that a terminal or an acquirer was asked for, as it stands in the journal."""


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """What is still to be paid: exactly, and rounded if the rest is settled in cash."""

    total_minor: int
    paid_minor: int
    due_minor: int
    rounding_minor: int
    cash_due_minor: int


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """How a sale came out: rounding adjustment and change owed, in minor units."""

    rounding_minor: int
    change_minor: int


def due(
    total_minor: int, tenders: Sequence[Tender], rounding: CashRounding, most_back_minor: int | None = None
) -> Due:
    """Return what is still due of a total after the tenders taken so far; below zero, what goes back.

    All that is settled in cash is rounded as one sum, so that no splitting of it gains a rounding. Of a
    total below zero no more than `most_back_minor` goes back, whatever rounding would make of it.
    """
    paid = sum(tender.amount_minor for tender in tenders)
    in_cash = sum(tender.amount_minor for tender in tenders if tender.kind is TenderKind.CASH)
    rest = total_minor - paid
    if total_minor < 0:
        return _due_back(total_minor, paid, in_cash, rounding, most_back_minor)
    cash = max(round_cash(rest + in_cash, rounding) - in_cash, 0) if rest > 0 else rest
    return Due(
        total_minor=total_minor,
        paid_minor=paid,
        due_minor=rest,
        rounding_minor=cash - rest,
        cash_due_minor=cash,
    )


def _due_back(
    total_minor: int, paid: int, in_cash: int, rounding: CashRounding, most_back_minor: int | None
) -> Due:
    rest = min(total_minor - paid, 0)
    cash = min(round_cash(rest + in_cash, rounding) - in_cash, 0)
    if most_back_minor is not None:
        left = max(most_back_minor + paid, 0)
        rest = max(rest, -left)
        cash = max(cash, min(-in_cash - round_down(left - in_cash, rounding), 0))
    return Due(
        total_minor=total_minor,
        paid_minor=paid,
        due_minor=rest,
        rounding_minor=cash - rest,
        cash_due_minor=cash,
    )


def settle(
    total_minor: int, tenders: Sequence[Tender], rounding: CashRounding, most_back_minor: int | None = None
) -> Settled | None:
    """Return how the tenders settle a total, or None while something is still due.

    Rounding applies to what is settled in cash: only when the last tender is cash.
    """
    if total_minor < 0:
        return _settle_back(total_minor, tenders, rounding, most_back_minor)
    if not tenders:
        return Settled(rounding_minor=0, change_minor=0) if total_minor == 0 else None
    last = tenders[-1]
    before = due(total_minor, tenders[:-1], rounding)
    match last.kind:
        case TenderKind.CASH:
            if last.amount_minor < before.cash_due_minor:
                return None
            return Settled(
                rounding_minor=before.rounding_minor,
                change_minor=last.amount_minor - before.cash_due_minor,
            )
        case TenderKind.FOREIGN_CASH:
            over = last.amount_minor - before.due_minor
            if over < 0:
                return None
            # The change is the shop's own cash, so it is what is rounded.
            change = max(round_cash(over, rounding), 0)
            return Settled(rounding_minor=over - change, change_minor=change)
        case _:
            if last.amount_minor < before.due_minor:
                return None
            return Settled(rounding_minor=0, change_minor=0)


def _settle_back(
    total_minor: int, tenders: Sequence[Tender], rounding: CashRounding, most_back_minor: int | None
) -> Settled | None:
    """Return how money given back settles a total below zero; all beyond the most that may go is rounding."""
    before = due(total_minor, tenders[:-1], rounding, most_back_minor)
    if tenders:
        last = tenders[-1]
        least = before.cash_due_minor if last.kind is TenderKind.CASH else before.due_minor
        is_done = last.amount_minor <= least
    else:
        is_done = before.due_minor == 0
    given = sum(tender.amount_minor for tender in tenders)
    return Settled(rounding_minor=given - total_minor, change_minor=0) if is_done else None


def check_tender(tender: Tender, owed: Due, currency: str) -> Tender:
    """Return a tender that fits what is due; raise TenderRefused for any other. Only cash overpays."""
    if owed.total_minor < 0:
        return _check_back(tender, owed, currency)
    if owed.due_minor <= 0 and owed.paid_minor > 0:
        # Only after a restart in the middle of paying: what was held until then is priced anew.
        raise TenderRefused(
            _(
                "No more is due: the prices have changed since part of this sale was paid."
                " Take the last payment back, then pay again."
            )
        )
    match tender.kind:
        case TenderKind.CASH:
            if tender.amount_minor < 0 or (tender.amount_minor == 0 and owed.cash_due_minor > 0):
                raise TenderRefused(_("Type the sum that the customer gave."))
            if 0 < owed.due_minor <= tender.amount_minor < owed.cash_due_minor:
                raise TenderRefused(
                    _("In cash {due} is due, rounded as the shop settles cash.").format(
                        due=format_money(owed.cash_due_minor, currency)
                    )
                )
            if tender.amount_minor > 1000 * max(owed.cash_due_minor, 1_000_000):
                raise TenderRefused(_("That is far more than is due. Was a barcode scanned here?"))
        case TenderKind.CARD:
            _check_card(tender, owed, currency)
        case TenderKind.QR:
            _check_qr(tender, owed, currency)
        case TenderKind.ONLINE:
            assert tender.amount_minor > 0, "an order not paid online brings no tender"
        case TenderKind.FOREIGN_CASH:
            if tender.amount_minor <= 0 or tender.foreign is None:
                raise TenderRefused(_("Type the sum that the customer gave."))
            if tender.amount_minor > 1000 * max(owed.cash_due_minor, 1_000_000):
                raise TenderRefused(_("That is far more than is due. Was a barcode scanned here?"))
        case TenderKind.GIFT_CARD | TenderKind.STORE_CREDIT | TenderKind.ACCOUNT | TenderKind.DEPOSIT:
            _check_exact(tender, owed, currency)
        case unknown:
            assert_never(unknown)
    return tender


def _check_back(tender: Tender, owed: Due, currency: str) -> Tender:
    """Return a tender that gives back no more than is due to the customer; raise TenderRefused."""
    is_cash = tender.kind is TenderKind.CASH
    most_minor = -(owed.cash_due_minor if is_cash else owed.due_minor)
    back_minor = -tender.amount_minor
    if back_minor < 0 or (back_minor == 0 and not (is_cash and most_minor == 0)):
        raise TenderRefused(_("Type the sum that goes back to the customer."))
    if back_minor > most_minor:
        raise TenderRefused(
            _("That is more than the {due} that goes back.").format(due=format_money(most_minor, currency))
        )
    if tender.kind is TenderKind.CARD:
        check_slip(tender.card)
    return tender


def _check_exact(tender: Tender, owed: Due, currency: str) -> None:
    if tender.amount_minor <= 0:
        raise TenderRefused(_("Type the sum to be paid."))
    if tender.amount_minor > owed.due_minor:
        raise TenderRefused(
            _("Only cash can be more than the {due} due.").format(due=format_money(owed.due_minor, currency))
        )


def _check_qr(tender: Tender, owed: Due, currency: str) -> None:
    _check_exact(tender, owed, currency)
    if tender.qr is None or not tender.qr.reference.strip():
        raise TenderRefused(_("Type the reference that the customer's phone shows."))


def _check_card(tender: Tender, owed: Due, currency: str) -> None:
    _check_exact(tender, owed, currency)
    check_slip(tender.card)


def check_slip(slip: CardSlip | None) -> CardSlip:
    """Return a card slip that says enough and no more; raise TenderRefused for any other."""
    if slip is None or not slip.approval_code.strip():
        raise TenderRefused(_("Type the approval code from the card slip."))
    fields = (slip.approval_code, slip.acquirer, slip.scheme, slip.trace_number)
    if slip.last_four and not (slip.last_four.isdigit() and len(slip.last_four) == 4):
        raise TenderRefused(_("Type only the last four digits of the card."))
    if any(len(field) > 24 for field in fields):
        raise TenderRefused(_("That is too long for a card slip. Type what the slip shows."))
    if any(len(digits_of(field)) >= 13 for field in fields):
        raise TenderRefused(
            _("That looks like a card number. Never type one; the last four digits are enough.")
        )
    return slip


def digits_of(text: str) -> str:
    """Return the digits in a text."""
    return "".join(c for c in text if c.isdigit())


def tender_words(tender: Tender) -> str:
    """Say by what was paid, or by which way money goes back."""
    if tender.kind is TenderKind.ONLINE and tender.amount_minor < 0:
        return _(WEB_SHOP_GIVES_BACK)
    return _(TENDER_WORDS[tender.kind])
