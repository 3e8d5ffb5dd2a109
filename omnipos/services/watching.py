"""What the status line says: whether everything is on disk, at the hub and on paper."""

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from omnipos.locale import _
from omnipos.ports import LinkReport, LinkState
from omnipos.services.settling import clock_skew_ms, is_clock_wrong
from omnipos.services.till import Till
from omnipos.store import exceptions, outbox, payments, printjobs


class SaleStanding(StrEnum):
    """Where a sale of this till is, besides on its disk: all of them are there at once."""

    ON_DISK = "on_disk"
    """It waits for the hub."""
    AT_HUB = "at_hub"
    SET_ASIDE = "set_aside"
    """The hub keeps it, but does not count it."""


_STANDINGS = {
    "": SaleStanding.ON_DISK,
    "waiting": SaleStanding.ON_DISK,
    "acked": SaleStanding.AT_HUB,
    "quarantined": SaleStanding.SET_ASIDE,
}


class TillStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How the till stands. `waiting` counts events that the hub has not acknowledged.

    `open_here` counts what a person must settle of this till, `open_in_store` of all the store;
    `last_sale` is a receipt number, empty before the first sale.
    """

    link: LinkState
    waiting: int
    waiting_sales: int
    waiting_since_ms: int
    quarantined: int
    unprinted: int
    link_reason: str
    print_trouble: str
    open_here: int = 0
    open_in_store: int = 0
    payments_open: int = 0
    """Payments whose end nobody knows, or that are in no sale."""
    last_sale: str = ""
    last_sale_standing: SaleStanding = SaleStanding.ON_DISK

    @property
    def needs_attention(self) -> bool:
        """Whether a person must look at something of this till."""
        return self.link is LinkState.ATTENTION or self.open_here > 0


def status(till: Till) -> TillStatus:
    """Return how the till stands now; nothing is asked over the network for it."""
    waiting = outbox.count_waiting(till.store.books)
    link = till.syncing.report()
    cases = exceptions.count_open(till.store.books, till.identity.device_id)
    last_sale, state = outbox.last_sale(till.store.books)
    clock = int(is_clock_wrong(clock_skew_ms(till)))
    return TillStatus(
        link=LinkState.ATTENTION if till.store.damage else link.state,
        waiting=waiting.events,
        waiting_sales=waiting.sales,
        waiting_since_ms=waiting.since_ms,
        quarantined=waiting.quarantined,
        unprinted=printjobs.count_unprinted(till.store.books),
        link_reason=till.store.damage or _coming(link) or link.reason,
        print_trouble=till.printing.trouble(),
        open_here=cases.here + clock,
        open_in_store=cases.store + clock,
        payments_open=payments.count_unsettled(till.store.books),
        last_sale=last_sale,
        last_sale_standing=_STANDINGS[state],
    )


def _coming(link: LinkReport) -> str:
    """Return what is on its way from the hub as a whole, empty for nothing."""
    words = {
        "catalogue": _("Products are coming from the hub: {percent}%."),
        "customers": _("Customers are coming from the hub: {percent}%."),
    }
    return words[link.loading].format(percent=link.loaded_percent) if link.loading in words else ""


def standings(till: Till, receipt_numbers: Sequence[str]) -> dict[str, SaleStanding]:
    """Return where sales of this till are, by receipt number."""
    found = outbox.states_of_sales(till.store.books, receipt_numbers)
    return {number: _STANDINGS[state] for number, state in found.items()}
