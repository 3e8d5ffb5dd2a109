"""What the status line says: whether everything is on disk, at the hub and on paper."""

import msgspec

from omnipos.ports import LinkState
from omnipos.services.till import Till
from omnipos.store import outbox, printjobs


class TillStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How the till stands. `waiting` counts events that the hub has not acknowledged."""

    link: LinkState
    waiting: int
    waiting_sales: int
    waiting_since_ms: int
    quarantined: int
    unprinted: int
    link_reason: str
    print_trouble: str


def status(till: Till) -> TillStatus:
    """Return how the till stands now; nothing is asked over the network for it."""
    waiting = outbox.count_waiting(till.store.books)
    link = till.syncing.report()
    return TillStatus(
        link=link.state,
        waiting=waiting.events,
        waiting_sales=waiting.sales,
        waiting_since_ms=waiting.since_ms,
        quarantined=waiting.quarantined,
        unprinted=printjobs.count_unprinted(till.store.books),
        link_reason=link.reason,
        print_trouble=till.printing.trouble(),
    )
