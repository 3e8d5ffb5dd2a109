"""What is sent to bring in the sales of an old system, and what becomes of them."""

from typing import Annotated

import msgspec
from msgspec import Meta

from hub.messages import MaybeCode, RowProblem, Wish
from omnipos.domain.oldsale import OldSale

MOST_OLD_SALES = 1000


class PutOldSales(Wish, frozen=True, kw_only=True):
    """`PUT /v1/old-sales`: sales of one store, by default the first; each number counts once."""

    sales: Annotated[tuple[OldSale, ...], Meta(max_length=MOST_OLD_SALES)]
    store_code: MaybeCode = ""


class OldSalesWritten(msgspec.Struct, frozen=True, kw_only=True):
    """What was added by a request; good sales are kept, the others told by their place, from 0.

    `tenders` are sums by kind, less the change given; `skipped` sales were there already.
    """

    sales: int
    lines: int
    total_minor: int
    tenders: dict[str, int]
    skipped: int
    unknown_customers: int
    """Sales whose phone number no customer has: they are kept without one."""
    problems: tuple[RowProblem, ...] = ()
