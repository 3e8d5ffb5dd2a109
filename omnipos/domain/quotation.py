"""A customer's quote: a basket kept for later at its prices, under a number; a deposit may be paid on it."""

from enum import StrEnum

import msgspec

from omnipos.domain.basket import Basket, Line
from omnipos.domain.errors import BasketRefused, EntryRefused
from omnipos.domain.names import clean_text
from omnipos.domain.shop import QuoteRules
from omnipos.locale import _

DAY_MS = 86_400_000
PREFIX = "Q-"
LONGEST_NUMBER = 40


class Quotation(msgspec.Struct, frozen=True, kw_only=True, tag="quotation"):
    """A quote as the store knows it while it is open; its basket is what was offered, at those prices."""

    number: str
    store_id: str
    basket: Basket
    total_minor: int
    saved_minor: int
    saved_at_ms: int
    valid_until_ms: int
    note: str = ""


class QuotationSaved(msgspec.Struct, frozen=True, kw_only=True, tag="quotation_saved"):
    """A basket was kept as a quote, or a quote was kept anew under its number."""

    quotation: Quotation


class QuotationEnd(StrEnum):
    """How a quote ended."""

    SOLD = "sold"
    CANCELLED = "cancelled"


class QuotationClosed(msgspec.Struct, frozen=True, kw_only=True, tag="quotation_closed"):
    """A quote ended: its goods were sold, or it was cancelled and its deposit given back."""

    number: str
    end: QuotationEnd
    sale_id: str = ""


QuotationFact = QuotationSaved | QuotationClosed


def quote_number(text: str) -> str:
    """Return a quote's number however it was typed; empty for what is none."""
    written = clean_text(text, LONGEST_NUMBER).upper()
    return written if written.startswith(PREFIX) and len(written) > len(PREFIX) else ""


def check_rules(rules: QuoteRules) -> QuoteRules:
    """Return rules that can be; raise EntryRefused for quotes that never hold, or for ever."""
    if not 1 <= rules.days <= 3650:
        raise EntryRefused(_("A quote holds from 1 to 3650 days."))
    return rules


def check_quotable(basket: Basket) -> None:
    """Raise BasketRefused for a basket that cannot wait as a quote."""
    if not basket.lines:
        raise BasketRefused(_("There is nothing in the basket to quote."))
    if basket.tenders or basket.payments:
        raise BasketRefused(_("Part of this sale is paid already. Finish paying it."))
    if basket.order is not None or any(map(_is_bound, basket.lines)):
        raise BasketRefused(
            _("A quote holds goods to be sold: no online order, nothing that comes back, no gift card.")
        )
    if basket.age_checked:
        raise BasketRefused(_("These goods ask for the customer's age, so they cannot be quoted."))


def _is_bound(line: Line) -> bool:
    return bool(
        line.order_line_id or line.returned is not None or line.gift_card or line.pays_off or line.deposit_on
    )
