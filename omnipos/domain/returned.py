"""What a line that comes back says of the sale it was bought in: it mirrors that sale to the minor unit."""

import msgspec

from omnipos.domain.saving import Saving
from omnipos.domain.staff import Approval
from omnipos.domain.tax import TaxTotal
from omnipos.domain.tender import Tender


class ReturnOf(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The sold line that goods come back of, and what of it comes back; an empty sale id is no receipt.

    Sums are those of the quantity that comes back, and negative as the line's own: what is given back
    is `amount_minor` less the savings, and with `tax_minor` where tax is on top of prices.
    """

    sale_id: str
    receipt_number: str
    store_id: str
    line_no: int
    """The line's place in that sale, from 1."""
    amount_minor: int
    tax_minor: int
    reason: str
    savings: tuple[Saving, ...] = ()
    taxes: tuple[TaxTotal, ...] = ()
    """The sale's taxes on these goods, at the rates of that day; they come to `tax_minor`."""
    damaged: bool = False
    """Damaged goods do not go back on the shelf."""
    approval: Approval | None = None
    """Who allowed it though it is late, more than was sold, or without a receipt."""
    asked_hub: bool = False
    """Without a receipt: whether its price is the lowest at all tills, or the lowest of this till only."""
    allowed: Approval | None = None
    """Who allowed it to somebody without the right to take goods back."""
    brought_by: str = ""
    """Who took the goods back into the basket, by staff id; another may finish it."""

    @property
    def value_minor(self) -> int:
        """What the goods were worth to the customer, tax on top included; negative."""
        saved = sum(saving.amount_minor for saving in self.savings)
        on_top = sum(tax.tax_minor for tax in self.taxes if not tax.inclusive)
        return self.amount_minor - saved + on_top


class Refundable(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What of the money paid for a sale may still go back, as the basket that returns its goods knows it."""

    sale_id: str
    receipt_number: str
    left_minor: int
    """The money that was paid for the sale, less all that went back or into an exchange."""
    tenders: tuple[Tender, ...] = ()
    """By what it was paid and how much of each may go back, cash without its change."""
    customer_id: str = ""
    known: tuple[str, ...] = ()
    """The earlier returns of the sale that this counts, by the id of the sale that each is."""


class CreditFrom(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Of one of several sales whose goods came back together: what of its money was used up, and how."""

    sale_id: str
    credit_minor: int
    tenders: tuple[Tender, ...] = ()
    """Its share of what was given back; below zero."""
