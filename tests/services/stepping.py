"""Steps of the drawer, of trust and of what goes with a sale, each with what must be there before it."""

from collections.abc import Callable
from contextlib import suppress

from omnipos.domain.account import AccountSettings
from omnipos.domain.drawer import CashMove, Pieces
from omnipos.domain.foreign import ForeignRate
from omnipos.domain.foreign_count import ForeignCounted
from omnipos.domain.paper import DrawerPaper
from omnipos.domain.staff import Right
from omnipos.ports import LinkReport, LinkState
from omnipos.services import (
    approving,
    balances,
    buying,
    ereceipts,
    finding,
    following,
    kicking,
    queueing,
    reprinting,
    returning,
    selling,
    shifting,
    tendering,
)
from omnipos.services.approving import Word
from omnipos.services.returning import Back
from omnipos.services.shifting import Closing, OverShort
from omnipos.services.till import Till
from omnipos.store.connection import transaction
from tests.rigs import NOON_MS, QuietLine, staff_members
from tests.services.test_balances import settings
from tests.services.test_queueing import put

Deed = Callable[[Till], object]
NOTES = (Pieces(worth_minor=50_000, count=2),)
BUDIS_WORD = Word("budi", "9999")


def with_line(till: Till) -> None:
    found = till.call(finding.scanned, "8998866200578")
    assert isinstance(found, finding.ItemOffer)
    till.call(selling.ring, [(found.item, 2000)])


def with_sale(till: Till) -> None:
    with_line(till)
    till.call(tendering.pay_cash, None)
    till.call(selling.current)


def bring(till: Till) -> None:
    (found,) = till.call(returning.find, None, "S1-1-000001")
    till.call(returning.bring, found, [Back(line_no=1, quantity_milli=1000)], "1")


def with_return(till: Till) -> None:
    with_sale(till)
    bring(till)


def with_manager_after_sale(till: Till) -> None:
    with_sale(till)
    till.staff = staff_members()[1]


def give_back(till: Till) -> None:
    till.call(returning.give_back, till.call(returning.ways_back)[0])


def close(till: Till) -> None:
    till.call(
        shifting.close, Closing(counted=NOTES, reason="miscounted", force=True, force_reason="closing time")
    )


def count_and_be_told(till: Till) -> None:
    """Count too much, blind."""
    with suppress(OverShort):
        till.call(shifting.close, Closing(counted=NOTES, force=True, force_reason="closing time"))


def with_foreign_cash(till: Till) -> None:
    settings(till, AccountSettings(), ForeignRate(currency="USD", rate_minor=16_500), country="SG")
    with_line(till)
    till.call(balances.pay_foreign, "USD", "1")
    till.call(selling.current)
    till.staff = staff_members()[1]


def close_with_foreign_cash(till: Till) -> None:
    dollars = ForeignCounted(currency="USD", counted=(Pieces(worth_minor=100, count=2),), left_minor=100)
    till.call(
        shifting.close,
        Closing(
            counted=NOTES, foreign=(dollars,), reason="miscounted", force=True, force_reason="closing time"
        ),
    )


def tell_of_kick(till: Till) -> None:
    paper = DrawerPaper(staff_id="s-sari", reason="change")
    opened = kicking.journal_of_kicks(till.store, till.clock)

    def done(till: Till) -> None:
        with transaction(till.store.books):
            opened(paper, True)

    till.call(done)


def with_buyer(till: Till) -> None:
    with_line(till)
    till.call(buying.give, "nik", "3174012345678901", "Sarah Wijaya")


def with_asked(till: Till) -> None:
    with_line(till)
    till.order_wanted = till.call(queueing.ask, Right.DISCOUNT, "Damaged")


def withdraw(till: Till) -> None:
    till.call(queueing.withdraw, till.order_wanted)


def with_question(till: Till) -> None:
    put(till)
    till.staff = staff_members()[1]


def online(till: Till) -> None:
    till.syncing = Online()


class Online(QuietLine):
    """A line to a hub that answers."""

    def report(self) -> LinkReport:
        return LinkReport(state=LinkState.ONLINE, since_ms=NOON_MS)


def arrive(till: Till) -> None:
    till.arrived = ("", 0)
    till.call(following.arrive)


STEPS: dict[str, tuple[Deed, Deed]] = {
    "count the float": (lambda till: None, lambda till: till.call(shifting.open_with_float, NOTES)),
    "pay in": (
        lambda till: None,
        lambda till: till.call(shifting.move_cash, CashMove.PAID_IN, 20_000, "coins"),
    ),
    "close the shift": (with_manager_after_sale, close),
    "be told of a count": (with_sale, count_and_be_told),
    "close with foreign cash": (with_foreign_cash, close_with_foreign_cash),
    "open the drawer": (lambda till: None, tell_of_kick),
    "bring back": (with_sale, bring),
    "give money back": (with_return, give_back),
    "sell to a named buyer": (with_buyer, lambda till: till.call(tendering.pay_cash, None)),
    "send a receipt": (with_sale, lambda till: till.call(ereceipts.send, "", "sarah@example.com")),
    "print a gift receipt": (with_sale, lambda till: till.call(reprinting.print_gift_receipt)),
    "give a word": (
        with_line,
        lambda till: till.call(approving.word_for, Right.DISCOUNT, "Damaged", BUDIS_WORD),
    ),
    "ask a manager": (with_line, lambda till: till.call(queueing.ask, Right.DISCOUNT, "Damaged")),
    "ask no longer": (with_asked, withdraw),
    "answer": (with_question, lambda till: till.call(queueing.answer, "ap-1", granted=True)),
    "arrive": (online, arrive),
}
