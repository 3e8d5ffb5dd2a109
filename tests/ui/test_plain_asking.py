"""The same questions in the plain counter: answered in a line of their own, or in the line itself."""

import pytest

from omnipos.services import selling
from omnipos.services.till import Till
from tests.goods import IMEI, OTHER_IMEI, WRONG_IMEI, fill_goods
from tests.ui.plain_rig import INDOMIE, say, tell

PHONE, BEER = "8991234500019", "8991234500026"


@pytest.fixture(autouse=True)
def _goods(till: Till) -> None:
    fill_goods(till.store.folder)


def lines(till: Till) -> list[tuple[str, int]]:
    return [(line.name, line.quantity_milli) for line in till.call(selling.current).basket.lines]


def test_a_question_is_answered_by_the_next_answer_and_no_scan_is_taken_for_it(till: Till) -> None:
    said = say(till, "roti")
    assert said == "What does Roti cost? Type answer and the price."
    assert say(till, "roti", INDOMIE, "answer 12.500") == "Roti, 1 piece, Rp 12.500. Total Rp 16.000."
    assert lines(till) == [("Indomie Goreng 85 g", 1000), ("Roti", 1000)]


def test_questions_wait_for_each_other_in_order(till: Till) -> None:
    said = say(till, "4131", BEER)
    assert said == (
        "How much Apel Fuji, in kg? Type answer and the weight, such as answer 0.482. 1 more waits behind it."
    )
    said = say(till, "4131", BEER, "answer 482 g")
    assert said == (
        "Apel Fuji, 0,482 kg, Rp 21.690. Total Rp 21.690. Bir 620 ml is sold from 21 years on."
        " Was the customer born on or before 2005-11-21? Type answer yes or answer no."
    )


def test_scripts_answer_in_the_line_itself(till: Till) -> None:
    told = tell(
        till,
        "4131 weight=482g",
        "roti price=12.500",
        "2*kaos variant=5",
        f"{BEER} age=yes",
        f"2*{PHONE} serial={IMEI} serial={OTHER_IMEI}",
    )
    assert told["question"] is None
    assert [(one["name"], one["quantity_milli"]) for one in told["basket"]["lines"]] == [
        ("Apel Fuji", 482),
        ("Roti", 1000),
        ("Kaos Polos Biru M", 2000),
        ("Bir 620 ml", 1000),
        ("Jaminan botol", 1000),
        ("HP Ria 5", 2000),
    ]
    assert told["basket"]["lines"][5]["serials"] == [IMEI, OTHER_IMEI]


def test_json_says_which_question_is_open(till: Till) -> None:
    told = tell(till, "kaos merah")
    assert told["ok"] is False
    assert told["question"]["kind"] == "variant"
    assert told["question"]["say"] == "Which Kaos Polos?"
    assert [one["options"] for one in told["question"]["variants"]] == [
        ["Merah", "S"],
        ["Merah", "M"],
        ["Merah", "L"],
    ]
    told = tell(till, BEER, "basket")
    assert (told["ok"], told["question"]["kind"], told["question"]["born_by"]) == (True, "age", "2005-11-21")
    told = tell(till, PHONE, f"answer {WRONG_IMEI}")
    assert (told["ok"], told["question"]["doubted"], told["question"]["waiting"]) == (False, WRONG_IMEI, 0)


def test_a_refused_answer_leaves_the_question_open(till: Till) -> None:
    assert say(till, "roti", "answer x").startswith("“x” is not a sum.")
    assert tell(till, "roti", "answer x")["question"]["kind"] == "price"


def test_too_young_is_said_and_nothing_is_sold(till: Till) -> None:
    told = tell(till, f"{BEER} age=no")
    assert told["say"].startswith("Bir 620 ml is not sold to anybody under 21.")
    assert (told["ok"], told["question"], lines(till)) == (False, None, [])


def test_goods_are_let_go_and_not_left_behind_by_paying_or_parking(till: Till) -> None:
    for line in ("pay cash", "park"):
        said = say(till, INDOMIE, "roti", line)
        assert said.startswith("A question is open. What does Roti cost?")
    assert say(till, "roti", "answer none") == "Roti is not in the basket."
    assert say(till, "roti", "answer none", "pay cash").startswith("Sale ")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("answer 5", "Nothing is asked at the moment."),
        (
            f"{INDOMIE} price=5",
            "Indomie Goreng 85 g, 1 piece, Rp 3.500. Total Rp 3.500. price=5 was not asked",
        ),
        ("roti price=0", "The price must be more than nothing."),
        ("kaos variant=9", "“9” is none of them. Type a number from 1 to 6."),
        ("kaos polos biru m", "Kaos Polos Biru M, 1 piece, Rp 55.000."),
        (
            "kaos biru",
            "Which Kaos Polos? 1 Biru / S, Rp 55.000; 2 Biru / M, Rp 55.000; 3 Biru / L, Rp 55.000;",
        ),
        ("3*12.500@roti", "Roti, 3 pieces, Rp 37.500."),
        ("12.500@teh botol", "Nothing is called “teh botol” here"),
    ],
)
def test_what_is_said_to_odd_lines(till: Till, line: str, said: str) -> None:
    assert say(till, line).startswith(said)
