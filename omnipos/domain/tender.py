"""Tenders: cash, and card on an outside terminal; what is due, what change is owed."""

from collections.abc import Sequence
from enum import StrEnum
from typing import assert_never

import msgspec

from omnipos.domain.errors import TenderRefused
from omnipos.domain.money import CashRounding, format_money, round_cash
from omnipos.locale import _


class TenderKind(StrEnum):
    """A means of payment."""

    CASH = "cash"
    CARD = "card"
    ONLINE = "online"
    """Paid at the web shop before collecting."""


class CardSlip(msgspec.Struct, frozen=True, kw_only=True):
    """What the card terminal's slip shows; no card number but the last four digits."""

    approval_code: str
    acquirer: str = ""
    scheme: str = ""
    trace_number: str = ""
    last_four: str = ""


class Tender(msgspec.Struct, frozen=True, kw_only=True):
    """One payment by one means; `amount_minor` is what was given, before any change."""

    kind: TenderKind
    amount_minor: int
    card: CardSlip | None = None


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


def due(total_minor: int, tenders: Sequence[Tender], rounding: CashRounding) -> Due:
    """Return what is still due of a total after the tenders taken so far.

    All that is settled in cash is rounded as one sum, so that no splitting of it gains a rounding.
    """
    paid = sum(tender.amount_minor for tender in tenders)
    in_cash = sum(tender.amount_minor for tender in tenders if tender.kind is TenderKind.CASH)
    rest = total_minor - paid
    cash = max(round_cash(rest + in_cash, rounding) - in_cash, 0) if rest > 0 else rest
    return Due(
        total_minor=total_minor,
        paid_minor=paid,
        due_minor=rest,
        rounding_minor=cash - rest,
        cash_due_minor=cash,
    )


def settle(total_minor: int, tenders: Sequence[Tender], rounding: CashRounding) -> Settled | None:
    """Return how the tenders settle a total, or None while something is still due.

    Rounding applies to what is settled in cash: only when the last tender is cash.
    """
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
        case TenderKind.CARD | TenderKind.ONLINE:
            if last.amount_minor < before.due_minor:
                return None
            return Settled(rounding_minor=0, change_minor=0)
        case unknown:
            assert_never(unknown)


def check_tender(tender: Tender, owed: Due, currency: str) -> Tender:
    """Return a tender that fits what is due; raise TenderRefused for any other. Only cash overpays."""
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
        case TenderKind.ONLINE:
            assert tender.amount_minor > 0, "an order not paid online brings no tender"
        case unknown:
            assert_never(unknown)
    return tender


def _check_card(tender: Tender, owed: Due, currency: str) -> None:
    slip = tender.card
    if tender.amount_minor <= 0:
        raise TenderRefused(_("Type the sum on the card slip."))
    if tender.amount_minor > owed.due_minor:
        raise TenderRefused(
            _("Only cash can be more than the {due} due.").format(due=format_money(owed.due_minor, currency))
        )
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


def digits_of(text: str) -> str:
    """Return the digits in a text."""
    return "".join(c for c in text if c.isdigit())
