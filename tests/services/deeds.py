"""The actions of a till that take a right, for the tests of who is asked for a manager's word."""

from collections.abc import Callable
from typing import NamedTuple

import msgspec
from argon2 import PasswordHasher

from omnipos.domain.approval import ApprovalGiven
from omnipos.domain.drawer import CashMove, Pieces
from omnipos.domain.shop import Shop
from omnipos.domain.staff import Right, Staff
from omnipos.domain.tender import CardSlip, Tender, TenderKind
from omnipos.events import (
    Fact,
    decode_fact,
)
from omnipos.services import (
    badging,
    collecting,
    finding,
    kicking,
    leasing,
    paying,
    queueing,
    reprinting,
    returning,
    selling,
    settling,
    shifting,
    stocktaking,
    tendering,
    training,
)
from omnipos.services.approving import NOBODY, Word
from omnipos.services.returning import Back
from omnipos.services.shifting import Closing
from omnipos.services.till import Till
from omnipos.store import journal
from tests.rigs import SHOP, STORE, HandClock, fill, fill_exceptions, staff_members
from tests.services.test_leasing import CODE, ORDER
from tests.services.test_leasing import own as order_here
from tests.services.test_leasing import put as order_elsewhere
from tests.services.test_queueing import put as approval_asked
from tests.services.test_shifting import print_all

TEH = "8996006855893"
BUDI = Word("Budi", "9999")
NONE: tuple[Pieces, ...] = ()


def sellers() -> tuple[Staff, Staff]:
    """Two people who may sell and nothing else: Nina with PIN 5555, Oka with PIN 7777."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    people = (("s-nina", "Nina", "5555"), ("s-oka", "Oka", "7777"))
    return tuple(  # type: ignore[return-value]
        Staff(staff_id=who, name=name, role="seller", pin_hash=quick.hash(pin), rights=("sell",))
        for who, name, pin in people
    )


def sell(till: Till, *, card: bool = False) -> None:
    offer = till.call(finding.understood, f"2*{TEH}")
    assert isinstance(offer, finding.ItemOffer)
    till.call(selling.ring, [(offer.item, offer.quantity_milli)])
    if card:
        slip = CardSlip(approval_code="123456")
        till.call(tendering.take, Tender(kind=TenderKind.CARD, amount_minor=12_000, card=slip))
    else:
        till.call(tendering.pay_cash, 12_000)


def bring(till: Till, word: Word = NOBODY) -> object:
    number = till.call(reprinting.latest)[0].receipt_number
    (found,) = till.call(returning.find, None, number)
    return till.call(returning.bring, found, [Back(line_no=1, quantity_milli=1000)], "1", word)


def brought_by_budi(till: Till, *, card: bool = False) -> None:
    """Goods that a manager brought back before Nina took the till over."""
    sell(till, card=card)
    till.staff = staff_members()[1]
    bring(till)
    till.staff = sellers()[0]


def give(till: Till, word: Word) -> object:
    return till.call(returning.give_back, till.call(returning.ways_back)[0], word)


def refund_at_terminal(till: Till, word: Word) -> object:
    owed_minor = till.call(selling.current).totals.total_minor
    return till.call(paying.ask, TenderKind.CARD, "terminal", owed_minor, word=word)


def closed(till: Till) -> None:
    sell(till)
    till.staff = staff_members()[1]
    close(till, NOBODY)
    till.staff = sellers()[0]


def close(till: Till, word: Word) -> object:
    print_all(till, HandClock())
    return till.call(shifting.close, Closing(counted=(Pieces(worth_minor=1000, count=12),)), word)


def limited(till: Till) -> None:
    habits = msgspec.structs.replace(SHOP.drawer, paid_out_limit_minor=10_000)
    fill(till.store.folder, "settings", (f"shop:{STORE}", msgspec.structs.replace(SHOP, drawer=habits)))


def picked(till: Till) -> None:
    """An order that a manager picked before Nina took the till over."""
    till.staff = staff_members()[1]
    for code in ("8998866200578", "8998866200578", TEH):
        till.call(collecting.pick, ORDER, code)
    till.staff = sellers()[0]


class Badges:
    """Makes badges of nobody."""

    def print_new(self, person: Staff, shop: Shop) -> None:
        """Make none."""


class Deed(NamedTuple):
    """An action, the right that is asked for, and how it is named there and in the journal."""

    name: str
    right: Right
    named: str
    reason: str
    do: Callable[[Till, Word], object]
    ready: Callable[[Till], object] = lambda _till: None


DEEDS = (
    Deed("return", Right.RETURN, "Return of S1-1-000001", "Return of S1-1-000001: Does not fit", bring, sell),
    Deed("refund", Right.RETURN, "Giving money back", "Giving money back", give, brought_by_budi),
    Deed(
        "terminal",
        Right.RETURN,
        "Giving money back",
        "Giving money back",
        refund_at_terminal,
        lambda till: brought_by_budi(till, card=True),
    ),
    Deed(
        "float",
        Right.DRAWER,
        "Float of Rp 200.000",
        "Float of Rp 200.000",
        lambda till, word: till.call(shifting.open_with_float, (Pieces(worth_minor=100_000, count=2),), word),
    ),
    *(
        Deed(
            move.value,
            Right.DRAWER,
            f"{name} Rp 9.000",
            f"{name} Rp 9.000: ice",
            lambda till, word, move=move: till.call(shifting.move_cash, move, 9000, "ice", word),  # type: ignore[misc]
        )
        for move, name in (
            (CashMove.PAID_IN, "Paid in"),
            (CashMove.PAID_OUT, "Paid out"),
            (CashMove.SAFE_DROP, "Safe drop"),
        )
    ),
    Deed(
        "beyond",
        Right.OVERRIDE,
        "Paid out Rp 20.000",
        "Paid out Rp 20.000: ice",
        lambda till, word: till.call(shifting.move_cash, CashMove.PAID_OUT, 20_000, "ice", word),
        limited,
    ),
    Deed("x", Right.REPORT, "X report", "X report", lambda till, word: till.call(shifting.x_now, word)),
    Deed(
        "print-x",
        Right.REPORT,
        "Printing the X report",
        "Printing the X report",
        lambda till, word: till.call(shifting.print_x, word),
    ),
    Deed(
        "sales",
        Right.REPORT,
        "Sales so far",
        "Sales so far",
        lambda till, word: till.call(shifting.sales_so_far, word),
    ),
    Deed(
        "count",
        Right.CASH_UP,
        "Counting the drawer",
        "Counting the drawer",
        lambda till, word: (till.call(kicking.open_to_count, word), till.call(kicking.leave_count)),
    ),
    Deed("close", Right.CASH_UP, "Closing the shift", "Closing the shift", close, sell),
    Deed(
        "short",
        Right.OVERRIDE,
        "Closing the shift",
        "Closing the shift: stolen",
        lambda till, word: till.call(shifting.close, Closing(counted=NONE, reason="stolen"), word),
        lambda till: (sell(till), print_all(till, HandClock())),
    ),
    Deed(
        "closed",
        Right.CASH_UP,
        "Closed shifts",
        "Closed shifts",
        lambda till, word: till.call(shifting.latest, 5, word),
    ),
    Deed(
        "stocktake",
        Right.COUNT,
        "Stocktake",
        "Stocktake",
        lambda till, word: (till.call(stocktaking.current, word), till.call(stocktaking.leave)),
    ),
    Deed(
        "counted",
        Right.COUNT,
        "Stocktake",
        "Stocktake",
        lambda till, word: (till.call(stocktaking.count_entry, TEH, word), till.call(stocktaking.finish)),
    ),
    Deed(
        "pick",
        Right.COLLECT,
        "Order W-1001",
        "Order W-1001",
        lambda till, word: (
            till.call(collecting.pick, ORDER, "8998866200578", word),
            till.call(leasing.leave_at_hand, ORDER),
        ),
    ),
    Deed(
        "ready",
        Right.COLLECT,
        "Order W-1001",
        "Order W-1001",
        lambda till, word: (
            till.call(collecting.make_ready, ORDER, "A3", word),
            till.call(leasing.leave_at_hand, ORDER),
        ),
        picked,
    ),
    Deed(
        "hand-over",
        Right.COLLECT,
        "Order W-1001",
        "Order W-1001",
        lambda till, word: till.call(collecting.hand_over, ORDER, CODE, None, word),
        order_here,
    ),
    Deed(
        "ask",
        Right.COLLECT,
        "Order W-1001",
        "Order W-1001",
        lambda till, word: (
            till.call(leasing.ask, ORDER, word),
            till.call(leasing.leave_at_hand, ORDER),
        ),
        order_elsewhere,
    ),
    Deed(
        "give-back",
        Right.COLLECT,
        "Order W-1001",
        "Order W-1001",
        lambda till, word: (
            till.call(leasing.give, ORDER, word),
            till.call(leasing.leave_at_hand, ORDER),
        ),
        order_here,
    ),
    Deed("staff", Right.STAFF, "Staff", "Staff", lambda till, word: till.call(badging.people, word)),
    Deed(
        "badge",
        Right.STAFF,
        "New badge for Sari",
        "New badge for Sari",
        lambda till, word: till.call(badging.allow_new, "s-sari", word),
        lambda till: setattr(till, "badges", Badges()),
    ),
    Deed(
        "approvals",
        Right.OVERRIDE,
        "Approvals given",
        "Approvals given",
        lambda till, word: till.call(queueing.past, word),
    ),
    Deed(
        "answer",
        Right.DISCOUNT,
        "Answering till 2",
        "Answering till 2",
        lambda till, word: till.call(queueing.answer, "ap-1", granted=True, word=word),
        approval_asked,
    ),
    Deed(
        "settle",
        Right.SETTLE,
        "Settling exception 7",
        "Settling exception 7",
        lambda till, word: till.call(settling.settle, "7", "goods_back", "", word),
        lambda till: fill_exceptions(till.store.folder),
    ),
    Deed(
        "training",
        Right.TRAIN,
        "Beginning training",
        "Beginning training",
        lambda till, word: till.call(training.check_may_change, word),
    ),
    Deed(
        "reprint",
        Right.CASH_UP,
        "Printing S1-1-Z0001 again",
        "Printing S1-1-Z0001 again",
        lambda till, word: till.call(shifting.reprint_z, 0, word),
        closed,
    ),
)


def facts(till: Till) -> list[Fact]:
    events = till.store.call(lambda: list(journal.read_events(till.store.books)))
    return [decode_fact(one.body) for one in events]


def words_given(till: Till) -> list[tuple[str, str, str]]:
    given = [one for one in facts(till) if isinstance(one, ApprovalGiven)]
    return [(one.staff_id, one.right, one.reason) for one in given]
