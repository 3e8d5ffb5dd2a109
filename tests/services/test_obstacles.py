"""What a Z waits for: payments that nobody knows the end of, and receipt numbers that are missing."""

import pytest

from omnipos.domain.payment import PaymentAnswer, Said
from omnipos.domain.shift import ObstacleKind
from omnipos.domain.tender import TenderKind
from omnipos.services import finding, paying, selling
from omnipos.services.shifting import ShiftBlocked
from omnipos.services.till import Till
from omnipos.store import journal
from omnipos.store.connection import transaction
from tests.rigs import HandClock
from tests.services import test_shifting
from tests.services.test_shifting import close, print_all, sell

clock, line, till = test_shifting.clock, test_shifting.line, test_shifting.till


def test_a_z_waits_for_a_payment_that_nobody_knows_the_end_of(till: Till, clock: HandClock) -> None:
    sell(till)
    print_all(till, clock)
    offer = till.call(finding.understood, "8996006855893")
    till.call(selling.ring, [(offer.item, 1000)])
    asked = till.call(paying.ask, TenderKind.CARD, "terminal")
    till.call(paying.heard, asked.payment_id, PaymentAnswer(said=Said.UNANSWERED))
    with pytest.raises(ShiftBlocked) as told:
        close(till, "1*5000 1*1000")
    found = [(one.kind, one.subject) for one in told.value.obstacles]
    assert found == [(ObstacleKind.PAYMENT, "Rp 6.000"), (ObstacleKind.BASKET, "2")]


def test_a_z_says_which_receipt_number_is_missing(till: Till, clock: HandClock) -> None:
    def lose_a_number() -> None:
        with transaction(till.store.books):
            journal.draw(till.store.books, "receipt")

    sell(till)
    print_all(till, clock)
    till.store.call(lose_a_number)
    with pytest.raises(ShiftBlocked) as told:
        close(till, "1*5000 1*1000")
    assert [(one.kind, one.subject) for one in told.value.obstacles] == [(ObstacleKind.NUMBERS, "000002")]
    sell(till)
    print_all(till, clock)
    with pytest.raises(ShiftBlocked) as told:
        close(till, "2*5000 2*1000")
    assert [(one.kind, one.subject) for one in told.value.obstacles] == [
        (ObstacleKind.NUMBERS, "S1-1-000002")
    ]
