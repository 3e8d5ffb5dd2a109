"""The plain counter sells: each line is answered in one sentence or object, by the rules of the screens."""

import pytest

from omnipos.domain.catalogue import Product
from omnipos.services import selling
from omnipos.services.till import Till
from tests.rigs import NOON_MS, fill
from tests.ui.plain_rig import INDOMIE, KOPI, TEH, counter, say, tell


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("3*8998866200578", "Indomie Goreng 85 g, 3 pieces, Rp 10.500. Total Rp 10.500."),
        ("8998866200578", "Indomie Goreng 85 g, 1 piece, Rp 3.500. Total Rp 3.500."),
        ("0,482*4131", "Apel Fuji, 0,482 kg, Rp 21.690. Total Rp 21.690."),
        ("2*tEh-450", "Teh Botol 450 ml, 2 pieces, Rp 12.000. Total Rp 12.000."),
        ("goreng indo", "Indomie Goreng 85 g, 1 piece, Rp 3.500. Total Rp 3.500."),
        ("18998866200575", "Indomie Goreng 85 g, 40 pieces, Rp 140.000. Total Rp 140.000."),
    ],
)
def test_an_item_is_rung_and_said_with_its_quantity_and_the_total(till: Till, line: str, said: str) -> None:
    assert say(till, line) == said


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("0.5*8998866200578", "Indomie Goreng 85 g is sold by the piece. Type a whole number."),
        ("x*8998866200578", "“x” is not a quantity. Type a number such as 3 or 0.5."),
        ("2", "Did you mean 2 pieces? Type 2* and then the item."),
        ("xyzzy", "Nothing is called “xyzzy” here: no item, customer, order or receipt."),
        ("8999999999990", "8999999999990 is no right barcode: its check digit is wrong."),
        ("9310072011691", "Nothing here answers to 9310072011691."),
        ("#777", "No order #777 for this store is known here."),
        ("081399998888", "Nobody has the number 081399998888 yet. Type customer add NAME, 081399998888"),
        ("void 1", "There is no line 1; the basket has 0 lines."),
        ("void", "Say which line"),
        ("void all", "The basket is empty."),
        ("qty 3", "The basket is empty."),
        ("pay cash 5", "There is nothing to pay."),
        ("pay", "Type pay cash 50000, pay card 20000 CODE, pay qr or pay back."),
        ("pay gold 3", "Type pay cash 50000, pay card 20000 CODE, pay qr or pay back."),
        ("park", "There is nothing in the basket to park."),
        ("recall", "No basket is parked."),
        ("recall x", "Type recall and the number"),
        ("pick 1", "Open an order first"),
        ("ready", "Type ready, the order's number"),
        ("hand-over W-1001", "Type hand-over, the order's number"),
        ("order", "Type order and its number"),
        ("customer", "No customer stands beside the basket."),
        ("customer zzz", "No customer answers to “zzz”."),
        ("customer add Rina", "Type the name, a comma and the phone"),
        ("reprint", "This till has no sale with that receipt number."),
        (
            "report",
            "Sales so far: Sari may not do this. A manager's name and PIN allow it. Type allow, a manager's"
            " name and their PIN: allow Budi 9999.",
        ),
    ],
)
def test_a_refusal_says_what_happened_and_changes_nothing(till: Till, line: str, said: str) -> None:
    before = till.call(selling.current)
    assert say(till, line).startswith(said)
    told = tell(till, line)
    assert (told["ok"], told["error"], told["sale"]) == (False, told["say"], None)
    assert till.call(selling.current) == before


def test_a_sale_from_scan_to_change(till: Till) -> None:
    assert say(till, INDOMIE, INDOMIE, TEH, "basket") == (
        "Basket 1. Line 1: Indomie Goreng 85 g, 2 pieces, Rp 7.000. Line 2: Teh Botol 450 ml, 1 piece,"
        " Rp 6.000. PPN Rp 1.288. Total Rp 13.000."
    )
    assert say(till, "pay cash 50000") == (
        "Sale S1-1-000001 is done. Total Rp 13.000. Given: Cash Rp 50.000. Change Rp 37.000."
    )
    assert say(till, "basket") == "Basket 2 is empty."
    assert say(till, "s1-1-000001").startswith("Receipt S1-1-000001 of 17:00: total Rp 13.000.")
    assert say(till, "reprint") == "Receipt S1-1-000001 is printed again, marked COPY."


def test_a_program_is_told_the_basket_and_the_sale_in_minor_units(till: Till) -> None:
    told = tell(till, f"3*{INDOMIE}")
    assert set(told) == {"ok", "say", "error", "basket", "question", "sale"}
    assert (told["ok"], told["error"], told["sale"]) == (True, None, None)
    assert told["basket"] == {
        "number": 1,
        "lines": [
            {
                "line": 1,
                "sku": "IDM-85",
                "barcode": INDOMIE,
                "name": "Indomie Goreng 85 g",
                "unit": "pcs",
                "quantity_milli": 3000,
                "unit_price_minor": 3500,
                "price_list": "",
                "amount_minor": 10_500,
                "savings": [],
                "serials": [],
                "deposit": False,
                "note": "",
            }
        ],
        "customer": None,
        "order": None,
        "exemption": None,
        "note": "",
        "coupons": [],
        "goods_minor": 10_500,
        "saved_minor": 0,
        "total_minor": 10_500,
        "tax_minor": 1041,
        "due_minor": 10_500,
        "rounding_minor": 0,
        "cash_due_minor": 10_500,
        "paid_minor": 0,
    }
    sale = tell(till, "0,482*4131", "pay cash 50.000")["sale"]
    assert sale["receipt_number"] == "S1-1-000001"
    assert (sale["total_minor"], sale["rounding_minor"], sale["change_minor"]) == (32_190, 10, 17_800)
    assert sale["tenders"] == [{"kind": "cash", "amount_minor": 50_000}]
    assert [line["tax_minor"] for line in sale["lines"]] == [1041, 0]
    assert sale["at_ms"] == NOON_MS


def test_a_card_and_cash_split_and_the_rounded_rest(till: Till) -> None:
    said = say(till, "0,482*4131", "pay card 20000 ABC123 acquirer=BCA scheme=VISA trace=000123 last4=4242")
    assert said == "Rp 20.000 taken. Still due Rp 1.690, in cash Rp 1.700."
    assert say(till, INDOMIE) == ("Part of this sale is paid already. Finish paying, then ring up the rest.")
    told = tell(till, "pay cash")
    assert told["sale"]["rounding_minor"] == 10
    assert told["sale"]["tenders"][0] == {
        "kind": "card",
        "amount_minor": 20_000,
        "approval_code": "ABC123",
        "acquirer": "BCA",
        "scheme": "VISA",
        "trace_number": "000123",
        "last_four": "4242",
    }


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("pay card 3500", "Type the sum and the approval code"),
        ("pay card 3500 A B", "Type the sum and the approval code"),
        ("pay card 3500 A pin=1", "“pin=1” is not on a card slip."),
        ("pay card 3500 4111111111111111", "That looks like a card number."),
        ("pay card 3501 A", "Only cash can be more than the Rp 3.500 due."),
        ("pay card all A last4=42", "Type only the last four digits"),
        ("pay cash 35,5", "“35,5” is not a sum."),
        ("pay cash 8998866200578", "That is far more than is due. Was a barcode scanned here?"),
    ],
)
def test_a_payment_that_does_not_fit_is_refused(till: Till, line: str, said: str) -> None:
    assert say(till, INDOMIE, line).startswith(said)
    assert tell(till, "basket")["basket"]["paid_minor"] == 0


def test_all_by_card_needs_no_sum(till: Till) -> None:
    sale = tell(till, INDOMIE, "pay card all ABC123")["sale"]
    assert (sale["tenders"][0]["amount_minor"], sale["rounding_minor"]) == (3500, 0)


def test_quantities_go_to_the_line_rung_last_or_the_one_named(till: Till) -> None:
    assert say(till, INDOMIE, TEH, "qty 2") == "Teh Botol 450 ml, 2 pieces, Rp 12.000. Total Rp 15.500."
    assert say(till, "qty 4 1") == "Indomie Goreng 85 g, 4 pieces, Rp 14.000. Total Rp 26.000."
    assert say(till, INDOMIE, "qty 1") == "Indomie Goreng 85 g, 1 piece, Rp 3.500. Total Rp 15.500."
    assert say(till, "qty 0") == "The quantity must be more than nothing. Type void 2 to take line 2 out."
    assert say(till, "qty 3 9") == "There is no line 9; the basket has 2 lines."


def test_a_line_is_voided_by_its_number_as_shown(till: Till) -> None:
    assert (
        say(till, INDOMIE, TEH, KOPI, "void 1", "void 1") == "Teh Botol 450 ml is taken out. Total Rp 25.600."
    )
    assert [line["sku"] for line in tell(till, "basket")["basket"]["lines"]] == ["KOPI-200"]


def test_voiding_all_is_a_numbered_choice(till: Till) -> None:
    talk = counter(till)
    for line in (INDOMIE, "void all"):
        asked = talk.answer(line)
    assert asked == "Giving up basket 1: Total Rp 3.500. Type 1 to keep it; 2 to void it."
    assert talk.answer("1") == "Nothing was changed. Total Rp 3.500."
    assert talk.answer("2") == "Did you mean 2 pieces? Type 2* and then the item."
    assert talk.answer("void all") == asked
    assert talk.answer("2") == "Basket 1 is given up."
    assert talk.answer("basket") == "Basket 2 is empty."


def test_another_line_drops_the_question(till: Till) -> None:
    assert say(till, INDOMIE, "void all", "status", "2").startswith("Did you mean 2 pieces?")
    assert len(tell(till, "basket")["basket"]["lines"]) == 1


def test_a_parked_basket_is_recalled_and_no_reflex_pays_it(till: Till) -> None:
    assert say(till, INDOMIE, "park meja 5") == "Basket 1 is parked. Type recall 1 to take it up again."
    assert say(till, "parked") == "Basket 1, 1 line, Rp 3.500, parked 17:00, 0 min ago, meja 5."
    assert say(till, TEH, "recall").startswith("Something is in the basket already.")
    assert say(till, "park", "recall").startswith("Several are parked: 1, 2.")
    talk = counter(till)
    assert (
        talk.answer("recall 1")
        == "Basket 1. Line 1: Indomie Goreng 85 g, 1 piece, Rp 3.500. PPN Rp 347. Total Rp 3.500."
    )
    assert talk.answer("pay cash") == (
        "Basket 1 was put aside before. Total Rp 3.500. Type 1 to leave it; 2 to take Rp 3.500 in cash."
    )
    assert talk.answer("2") == "Sale S1-1-000001 is done. Total Rp 3.500. Given: Cash Rp 3.500. No change."


def test_a_recalled_basket_is_paid_at_once_when_the_sum_is_typed(till: Till) -> None:
    assert tell(till, INDOMIE, "park", "recall", "pay cash 4000")["sale"]["change_minor"] == 500


def test_a_name_of_several_products_takes_the_first_and_says_so(till: Till) -> None:
    green = Product(product_id="p-hijau", sku="HIJAU", name="Teh Hijau", price_minor=1, tax_code="PPN")
    fill(till.store.folder, "catalogue", ("p-hijau", green))
    assert say(till, "teh") == (
        "Teh Botol 450 ml, 1 piece, Rp 6.000. Total Rp 6.000. It was the first match. Others are Teh Hijau."
    )
    assert say(till, TEH) == "Teh Botol 450 ml, 2 pieces, Rp 12.000. Total Rp 12.000."


def test_a_product_named_like_a_command_is_a_product(till: Till) -> None:
    box = Product(product_id="p-box", sku="BOX", name="Basket Orders Box", price_minor=1, tax_code="PPN")
    fill(till.store.folder, "catalogue", ("p-box", box))
    assert say(till, "basket orders").startswith("Basket Orders Box, 1 piece")
