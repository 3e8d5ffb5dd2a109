"""Money back that is less than a coin, and ways of paying that give none back."""

from functools import partial

import pytest

from omnipos.domain.catalogue import Answers, Item
from omnipos.domain.errors import TenderRefused
from omnipos.domain.tender import TenderKind
from omnipos.services import returning, selling, tendering
from omnipos.services.returning import Back
from omnipos.services.till import Till
from omnipos.services.verifying import verify
from tests.rigs import APEL, TEH
from tests.services.test_returning import SLIP, cash, found, sell


def test_an_exchange_that_leaves_less_than_a_coin_is_finished_with_nothing(till: Till) -> None:
    till.call(selling.ring, [(Item(product=APEL, answers=Answers(is_measured=True)), 482)])
    sale = till.call(tendering.pay_cash).sale
    assert sale is not None
    till.call(returning.bring, found(till, sale), [Back(line_no=1, quantity_milli=482)], "1")
    till.call(selling.ring, [(Item(product=APEL, answers=Answers(is_measured=True)), 481)])
    view = till.call(selling.current)
    assert (view.due.due_minor, view.due.cash_due_minor) == (-45, 0)
    ways = till.call(returning.ways_back)
    assert [(way.kind, way.amount_minor) for way in ways] == [(TenderKind.CASH, 0)]
    paid = till.call(returning.give_back, ways[0])
    assert paid.sale is not None
    assert (paid.sale.total_minor, paid.sale.rounding_minor, paid.sale.change_minor) == (-45, 45, 0)
    assert till.store.call(lambda: verify(till.store.books)).findings == ()


def test_what_takes_money_in_gives_none_back(till: Till) -> None:
    sale = sell(till, (TEH, 2))
    till.call(returning.bring, found(till, sale), [Back(line_no=1, quantity_milli=1000)], "1")
    for pay in (partial(till.call, tendering.pay_cash), partial(till.call, tendering.pay_card, None, SLIP)):
        with pytest.raises(TenderRefused, match="Money goes back here"):
            pay()
    with pytest.raises(TenderRefused, match="No money goes back"):
        till.call(returning.give_back, cash(1))
    assert till.call(selling.current).basket.tenders == ()
