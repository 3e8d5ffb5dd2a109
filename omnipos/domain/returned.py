"""What a line that comes back says of the sale it was bought in: it mirrors that sale to the minor unit."""

import msgspec

from omnipos.domain.saving import Saving
from omnipos.domain.staff import Approval


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
    damaged: bool = False
    """Damaged goods do not go back on the shelf."""
    approval: Approval | None = None
