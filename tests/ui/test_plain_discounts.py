"""Discounts, prices by hand and the price check, line by line."""

import msgspec
import pytest

from omnipos.services import selling
from omnipos.services.till import Till
from tests.rigs import KOPI as KOPI_PRODUCT
from tests.rigs import fill, staff_members
from tests.services.faulty import everything
from tests.ui.plain_rig import INDOMIE, KOPI, TEH, say, tell

NEEDED = (
    "{what}: Sari may not do this. A manager's name and PIN allow it."
    " Type allow, a manager's name and their PIN: allow Budi 9999."
)


@pytest.fixture
def rung(till: Till) -> Till:
    """The till with an Indomie and a Teh Botol in the basket."""
    say(till, INDOMIE, TEH)
    return till


@pytest.mark.parametrize(
    ("line", "what", "said"),
    [
        (
            "discount 1 10% dented",
            "Discount of Rp 350 on Indomie Goreng 85 g",
            "Rp 350 off Indomie Goreng 85 g. Total Rp 9.150.",
        ),
        (
            "discount 2 1.000 2",
            "Discount of Rp 1.000 on Teh Botol 450 ml",
            "Rp 1.000 off Teh Botol 450 ml. Total Rp 8.500.",
        ),
        (
            "discount all 10% 4",
            "Discount of Rp 950 on the whole basket",
            "Rp 950 off the whole basket. Total Rp 8.550.",
        ),
        (
            "price 2 5000 3",
            "Price Rp 5.000 instead of Rp 6.000 for Teh Botol 450 ml",
            "Teh Botol 450 ml for Rp 5.000 instead of Rp 6.000. Total Rp 8.500.",
        ),
    ],
)
def test_what_is_refused_is_allowed_by_a_manager_in_the_next_line_once(
    rung: Till, line: str, what: str, said: str
) -> None:
    assert say(rung, line) == NEEDED.format(what=what)
    assert say(rung, line, "allow bud 9999") == said
    assert say(rung, line, "allow bud 9999", "allow bud 9999").startswith(
        "Nothing waits for a manager's word."
    )
    assert say(rung, line, "basket", "allow Budi 9999").startswith("Nothing waits for a manager's word.")


def test_a_manager_says_it_in_one_line_and_takes_it_back(rung: Till) -> None:
    rung.staff = staff_members()[1]
    assert say(rung, "discount 1 12,5% 1") == "Rp 438 off Indomie Goreng 85 g. Total Rp 9.062."
    assert say(rung, "discount all 62 5") == "Rp 62 off the whole basket. Total Rp 9.000."
    assert say(rung, "price 2 7000 new bottle") == (
        "Teh Botol 450 ml for Rp 7.000 instead of Rp 6.000. Total Rp 10.000."
    )
    assert "Teh Botol 450 ml, 1 piece, Rp 7.000, price changed from Rp 6.000, Discount: Goodwill" in say(
        rung, "basket"
    )
    assert say(rung, "price 2 back") == "Teh Botol 450 ml costs Rp 6.000 again. Total Rp 9.000."
    assert say(rung, "discount 1 back") == "The discount is taken back. Total Rp 9.438."
    assert say(rung, "discount all back") == "The discount is taken back. Total Rp 9.500."


def test_a_discount_of_the_basket_says_what_it_leaves_out(rung: Till) -> None:
    bottle = msgspec.structs.replace(KOPI_PRODUCT, discountable=False)
    fill(rung.store.folder, "catalogue", ("product:p-kopi", bottle))
    rung.staff = staff_members()[1]
    assert say(rung, KOPI, "discount all 10% 4") == (
        "Rp 950 off the whole basket. 1 line is left out: deposits, vouchers and online orders take no"
        " discount. Total Rp 34.150."
    )


def test_a_wrong_pin_may_be_typed_again(rung: Till) -> None:
    line = "discount 1 10% 1"
    assert say(rung, line, "allow budi 1111") == "That is not the PIN of Budi."
    assert say(rung, line, "allow budi 1111", "allow budi", "allow budi 9999").startswith("Rp 350 off")
    assert say(rung, line, "allow sari 1234") == "Sari may not do this. Ask a manager."


def test_a_program_is_told_that_a_word_is_needed(rung: Till) -> None:
    told = tell(rung, "discount 1 10% 1")
    needed = NEEDED.format(what="Discount of Rp 350 on Indomie Goreng 85 g")
    assert (told["ok"], told["word_needed"], told["error"]) == (False, True, needed)
    told = tell(rung, "discount 1 10% 1", "allow Budi 9999")
    assert (told["ok"], told["basket"]["total_minor"]) == (True, 9150)
    assert tell(rung, "pay cash 9200")["sale"]["total_minor"] == 9150


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("discount", "Type the line or all"),
        ("discount 1", "Type the line or all"),
        ("discount 1 10%", "Type the reason."),
        ("discount 3 10% x", "There is no line 3; the basket has 2 lines."),
        ("discount 1 0 x", "A discount is more than nothing"),
        ("discount 1 3501 x", "A discount of Rp 3.501 is more than the Rp 3.500 that Indomie"),
        ("discount all 9501 x", "The whole basket's discount of Rp 9.501 would be more than the Rp 9.500"),
        ("discount 1 back", "There is no discount to take back."),
        ("discount all back", "There is no discount to take back."),
        ("price 1", "Type the line, the new price and the reason"),
        ("price 1 3500 x", "That is the price already."),
        ("price 1 8998866200578 x", "That price is far too high."),
        ("price 1 back", "Nobody has changed the price of this line."),
        ("allow Budi 9999", "Nothing waits for a manager's word."),
        ("price-check", "Type price-check and a code or a name"),
        ("price-check 081234567890", "That is no item."),
        ("price-check zzz", "Nothing is called “zzz” here"),
    ],
)
def test_a_refusal_says_what_to_type_and_changes_nothing(rung: Till, line: str, said: str) -> None:
    before = everything(rung)
    assert say(rung, line).startswith(said)
    assert tell(rung, line)["ok"] is False
    assert everything(rung) == before


def test_a_price_is_checked_without_touching_the_basket(rung: Till) -> None:
    before = rung.call(selling.current)
    assert say(rung, f"price-check {TEH}") == (
        "Teh Botol 450 ml, 1 piece, Rp 6.000. 50 pieces here, 2 pieces held, as of 17:00."
    )
    assert say(rung, "price-check 0,5*4131") == (
        "Apel Fuji, 1,000 kg, Rp 45.000. 0,500 kg of it: Rp 22.500. How many are here is not known."
    )
    told = tell(rung, "price-check 18998866200575")["price"]
    assert (told["name"], told["price_minor"], told["quantity_milli"], told["amount_minor"]) == (
        "Indomie Goreng 85 g",
        3500,
        40_000,
        140_000,
    )
    assert told["stock"]["on_hand_milli"] == 50_000
    assert rung.call(selling.current) == before
