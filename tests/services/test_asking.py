"""Questions at the till: nothing is sold unanswered, and each age check is journalled with its outcome."""

import msgspec
import pytest

from omnipos.domain.asking import WhichSerial
from omnipos.domain.errors import BasketRefused
from omnipos.events import AgeChecked, LineVoided, decode_fact
from omnipos.services import asking, finding, selling, tendering
from omnipos.services.asking import Step
from omnipos.services.finding import ItemOffer
from omnipos.services.till import Till
from omnipos.store import journal
from tests.goods import CIDER, IMEI, OTHER_IMEI, fill_goods
from tests.rigs import QuietLine, fill


@pytest.fixture(autouse=True)
def _goods(till: Till) -> None:
    fill_goods(till.store.folder)


def begin(till: Till, text: str) -> Step:
    found = till.call(finding.understood, text)
    assert isinstance(found, ItemOffer)
    return till.call(asking.begin, found.item, found.quantity_milli)


def rung(till: Till, text: str, *answers: str) -> Step:
    step = begin(till, text)
    for answer in answers:
        step = till.call(asking.answer, step, answer)
    return step


def lines(till: Till) -> list[tuple[str, int]]:
    return [(one.name, one.quantity_milli) for one in till.call(selling.current).basket.lines]


def facts(till: Till) -> list[object]:
    events = till.store.call(lambda: list(journal.read_events(till.store.books)))
    return [decode_fact(event.body) for event in events]


def ages(till: Till) -> list[tuple[str, int, bool]]:
    return [(one.name, one.min_age, one.sold) for one in facts(till) if isinstance(one, AgeChecked)]


def test_what_still_asks_something_cannot_be_rung_past_its_question(till: Till) -> None:
    for text in ("roti", "HP-5", "BIR-620", "kaos", "4131"):
        found = till.call(finding.understood, text)
        assert isinstance(found, ItemOffer)
        with pytest.raises(BasketRefused, match=r"\?$"):
            till.call(selling.ring, [(found.item, found.quantity_milli)])
    assert lines(till) == []
    assert facts(till) == []


def test_an_age_that_was_seen_is_journalled_with_the_line_and_asked_once(till: Till, line: QuietLine) -> None:
    nudges = line.nudges
    assert rung(till, "BIR-620", "yes").view is not None
    assert ages(till) == [("Bir 620 ml", 21, True)]
    assert line.nudges == nudges + 1
    assert begin(till, "cider").view is not None
    assert begin(till, "2*BIR-620").question is None
    assert ages(till) == [("Bir 620 ml", 21, True)]
    assert lines(till) == [("Bir 620 ml", 3000), ("Jaminan botol", 3000), ("Cider 330 ml", 1000)]


def test_the_next_customer_is_asked_again(till: Till) -> None:
    rung(till, "BIR-620", "yes")
    till.call(tendering.pay_cash, None)
    assert begin(till, "BIR-620").question is not None


def test_a_refusal_is_journalled_and_sells_nothing(till: Till) -> None:
    step = rung(till, "BIR-620", "no")
    assert step.refusal.startswith("Bir 620 ml is not sold to anybody under 21.")
    assert (step.question, step.view) == (None, None)
    assert lines(till) == []
    assert ages(till) == [("Bir 620 ml", 21, False)]


def test_after_a_refusal_more_of_a_line_with_an_age_is_refused_until_it_is_asked(till: Till) -> None:
    rung(till, "cider", "yes")
    rung(till, "BIR-620", "no")
    assert till.call(selling.change_quantity, 1, 2000).basket.age_checked == 18
    stricter = msgspec.structs.replace(CIDER, min_age=21)
    fill(till.store.folder, "catalogue", ("product:p-cider", stricter))
    with pytest.raises(BasketRefused, match="Scan it, so that the age is asked"):
        till.call(selling.change_quantity, 1, 3000)
    assert till.call(selling.change_quantity, 1, 1000).basket.lines[0].quantity_milli == 1000
    assert lines(till) == [("Cider 330 ml", 1000)]


def test_numbers_go_onto_the_line_and_into_the_sale(till: Till) -> None:
    step = rung(till, "2*HP-5", IMEI)
    assert isinstance(step.question, WhichSerial)
    till.call(asking.answer, step, OTHER_IMEI)
    sale = till.call(tendering.pay_cash, None).sale
    assert sale is not None
    assert [(line.serials, line.quantity_milli) for line in sale.lines] == [((IMEI, OTHER_IMEI), 2000)]


def test_an_answer_that_is_refused_leaves_its_question_open(till: Till) -> None:
    step = begin(till, "HP-5")
    with pytest.raises(Exception, match="4 to 40"):
        till.call(asking.answer, step, "1")
    assert till.call(asking.answer, step, IMEI).view is not None


def test_a_deposit_is_sold_and_voided_with_its_goods(till: Till) -> None:
    rung(till, "3*BIR-620", "yes")
    till.call(selling.change_quantity, 1, 2000)
    till.call(selling.void_line, 1)
    voided = [(one.line.name, one.line.quantity_milli) for one in facts(till) if isinstance(one, LineVoided)]
    assert voided == [
        ("Bir 620 ml", 1000),
        ("Jaminan botol", 1000),
        ("Bir 620 ml", 2000),
        ("Jaminan botol", 2000),
    ]
    assert lines(till) == []


def test_a_deposit_stands_marked_in_the_sale(till: Till) -> None:
    rung(till, "2*BIR-620", "yes")
    sale = till.call(tendering.pay_cash, None).sale
    assert sale is not None
    assert [(one.name, one.amount_minor, one.deposit) for one in sale.lines] == [
        ("Bir 620 ml", 80_000, False),
        ("Jaminan botol", 4000, True),
    ]
    assert sale.total_minor == 84_000


def test_goods_whose_deposit_is_unknown_are_not_sold_without_it(till: Till) -> None:
    fill(till.store.folder, "catalogue", ("product:p-botol", None))
    with pytest.raises(BasketRefused, match="The deposit of Bir 620 ml is not known here"):
        rung(till, "BIR-620", "yes")
    assert (lines(till), ages(till)) == ([], [])


def test_goods_with_the_price_0_are_refused(till: Till) -> None:
    with pytest.raises(BasketRefused, match="Contoh has the price 0 here"):
        begin(till, "NOL")
