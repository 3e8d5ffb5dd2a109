"""The omnibox: a scan or a typed text means exactly one thing first, and offers help while it is typed."""

import msgspec
import pytest

from omnipos.domain.errors import EntryRefused, ItemUnknown, OrderRefused
from omnipos.domain.order import OrderState
from omnipos.domain.quantity import PIECE_MILLI
from omnipos.services import finding, selling, tendering
from omnipos.services.finding import (
    CustomerOffer,
    ItemOffer,
    NewCustomerOffer,
    Offer,
    OrderOffer,
    SaleOffer,
)
from omnipos.services.till import Till
from tests.rigs import APEL, BUDI, NOON_MS, STORE, fill, order


def meaning(offer: Offer) -> str:
    match offer:
        case ItemOffer(item=item, quantity_milli=quantity):
            return f"{quantity} {item.product.sku}"
        case CustomerOffer(customer=customer):
            return customer.name
        case OrderOffer(order=found):
            return found.number
        case SaleOffer(sale=sale):
            return sale.receipt_number
        case NewCustomerOffer(phone=phone):
            return f"new {phone}"


def understood(till: Till, text: str) -> str:
    return meaning(till.call(finding.understood, text))


def offered(till: Till, text: str, limit: int = 8) -> list[str]:
    return [meaning(one) for one in till.call(finding.offers, text, limit)]


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("8998866200578", "1000 IDM-85"),
        ("3*8998866200578", "3000 IDM-85"),
        (" 3 * 8998866200578 ", "3000 IDM-85"),
        ("2*18998866200575", "80000 IDM-85"),
        ("0,482*4131", "482 APEL"),
        ("idm-85", "1000 IDM-85"),
        ("5*teh", "5000 TEH-450"),
        ("W-1001", "W-1001"),
        ("#w-1001", "W-1001"),
        ("#1001", "W-1001"),
        ("471001", "W-1001"),
        ("0812-3456-7890", "Sarah Wijaya"),
        ("6281234567890", "Sarah Wijaya"),
        ("+62 0812 3456", "Sarah Wijaya"),
        ("62812345", "Sarah Wijaya"),
        ("7890", "Sarah Wijaya"),
        ("wij sar", "Sarah Wijaya"),
        ("081399998888", "new 081399998888"),
    ],
)
def test_what_is_typed_has_its_exact_meaning_else_the_first_offer(till: Till, text: str, means: str) -> None:
    assert understood(till, text) == means


@pytest.mark.parametrize(
    ("text", "refusal", "words"),
    [
        ("1", EntryRefused, "Did you mean 1 piece\\?"),
        ("7", EntryRefused, "Did you mean 7 pieces"),
        ("20", EntryRefused, "Did you mean 20 pieces"),
        ("3*", EntryRefused, "behind the quantity"),
        ("", EntryRefused, "behind the quantity"),
        ("0*teh", EntryRefused, "more than nothing"),
        ("8998866200578*3", EntryRefused, "more than one line can hold"),
        ("teh*3", EntryRefused, "not a quantity"),
        ("#9", OrderRefused, "No order"),
        ("zzz", ItemUnknown, "Nothing is called"),
    ],
)
def test_what_makes_no_sense_is_refused_with_help(
    till: Till, text: str, refusal: type[Exception], words: str
) -> None:
    with pytest.raises(refusal, match=words):
        till.call(finding.understood, text)


def test_a_scan_is_an_item_an_order_or_a_receipt_and_never_a_phone(till: Till) -> None:
    assert meaning(till.call(finding.scanned, "8998866200578")) == "1000 IDM-85"
    assert meaning(till.call(finding.scanned, "471001")) == "W-1001"
    for code in ("081234567890", "6281234567890", "7890", "Indomie", "3*8998866200578"):
        with pytest.raises(ItemUnknown):
            till.call(finding.scanned, code)
    with pytest.raises(ItemUnknown, match="x" * 40):
        till.call(finding.scanned, "x" * 5000)


def test_a_receipt_is_found_in_any_case(till: Till) -> None:
    found = till.call(finding.scanned, "8998866200578")
    assert isinstance(found, ItemOffer)
    till.call(selling.ring, [(found.item, PIECE_MILLI)])
    till.call(tendering.pay_cash, None)
    assert meaning(till.call(finding.scanned, "s1-1-000001")) == "S1-1-000001"


def test_an_exact_item_comes_before_an_order_a_phone_and_a_name(till: Till) -> None:
    clash = msgspec.structs.replace(APEL, product_id="p-x", sku="X", plu="7890", name="Sarah Cake")
    fill(till.store.folder, "catalogue", ("p-x", clash))
    fill(till.store.folder, f"orders/{STORE}", ("order:o-4131", order("4131")))
    assert understood(till, "7890") == "1000 X"
    assert understood(till, "4131") == "1000 APEL"
    assert understood(till, "#4131") == "4131"
    assert offered(till, "7890") == ["1000 X", "Sarah Wijaya"]
    assert offered(till, "sarah") == ["1000 X", "Sarah Wijaya"]


@pytest.mark.parametrize("text", ["0812-3456-7890", "+62 812", "0812", "0812 3456"])
def test_a_customer_is_offered_once(till: Till, text: str) -> None:
    names = offered(till, text)
    assert names.count("Sarah Wijaya") == 1
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    "text", ["", "  ", "*", "x*y", "3*", "'", "\x00", "#", "\ud800", "%", "-", "+", "9" * 500]
)
def test_odd_input_never_raises_while_typing(till: Till, text: str) -> None:
    assert isinstance(till.call(finding.offers, text), tuple)


def test_offers_keep_to_their_limit_and_customers_in_sight(till: Till) -> None:
    many = [
        msgspec.structs.replace(APEL, product_id=f"p-b{n}", sku=f"B{n}", plu="", name=f"Budi Cake {n}")
        for n in range(9)
    ]
    fill(till.store.folder, "catalogue", *((one.product_id, one) for one in many))
    assert offered(till, "budi", 3) == ["1000 B0", "1000 B1", BUDI.name]
    assert len(offered(till, "budi")) == 8
    assert offered(till, "2*budi", 1) == ["2000 B0"]


def test_only_a_name_is_marked_as_a_guess(till: Till) -> None:
    guesses = [till.call(finding.understood, text) for text in ("teh", "TEH-450", "4131")]
    assert [isinstance(one, ItemOffer) and one.by_name for one in guesses] == [True, False, False]


def test_an_order_that_is_late_is_offered_before_those_that_have_time(till: Till) -> None:
    done = OrderState.COLLECTED
    many = [order(f"LATE-{n}", promised_at_ms=NOON_MS + n * 60_000) for n in range(9)]
    many += [order(f"LATE-OLD-{n}", state=done, promised_at_ms=NOON_MS - n * 60_000) for n in range(2)]
    fill(till.store.folder, f"orders/{STORE}", *((f"order:{one.order_id}", one) for one in many))
    offers = till.call(finding.offers, "#late", 8)
    assert [meaning(one) for one in offers] == [f"LATE-{n}" for n in range(8)]
    assert [meaning(one) for one in till.call(finding.offers, "#LATE-OLD", 8)] == ["LATE-OLD-0", "LATE-OLD-1"]
