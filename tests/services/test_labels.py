"""Scale labels at the till: found by PLU, rung at their price or weight, or refused with a sentence."""

import msgspec
import pytest

from omnipos.domain.catalogue import DatedPrice
from omnipos.domain.errors import EntryRefused, ItemUnknown
from omnipos.domain.quantity import PIECE_MILLI
from omnipos.domain.shop import LabelLayout
from omnipos.services import finding, selling
from omnipos.services.finding import ItemOffer
from omnipos.services.till import Till
from tests.goods import label_code
from tests.rigs import APEL, INDOMIE, NOON_MS, SHOP, STORE, fill

PRICE, WEIGHT = label_code("21", 4131, 2169), label_code("22", 4131, 482)


def ring(till: Till, text: str) -> list[tuple[int, int]]:
    found = till.call(finding.understood, text)
    assert isinstance(found, ItemOffer)
    view = till.call(selling.ring, [(found.item, found.quantity_milli)])
    return [(line.quantity_milli, line.amount_minor) for line in view.basket.lines]


def test_a_price_label_sells_for_exactly_its_price(till: Till) -> None:
    assert ring(till, PRICE) == [(482, 21_690)]
    dearer = msgspec.structs.replace(APEL, price_minor=60_000)
    fill(till.store.folder, "catalogue", ("product:p-apel", dearer))
    assert ring(till, PRICE) == [(482, 21_690), (362, 21_690)]
    assert till.call(selling.current).totals.total_minor == 43_380


def test_a_weight_label_sells_at_the_price_of_the_day(till: Till) -> None:
    assert ring(till, WEIGHT) == [(482, 21_690)]
    line = till.call(selling.current).basket.lines[0]
    assert (line.barcode, line.label_minor) == (WEIGHT, None)


def test_a_scan_and_a_typed_label_mean_the_same(till: Till) -> None:
    assert till.call(finding.scanned, PRICE) == till.call(finding.understood, PRICE)


def test_several_packs_with_one_label_are_a_whole_number(till: Till) -> None:
    assert ring(till, f"3*{PRICE}") == [(1446, 65_070)]
    with pytest.raises(EntryRefused, match="whole pack"):
        till.call(finding.understood, f"0.5*{PRICE}")


def test_a_barcode_of_the_catalogue_comes_before_a_label(till: Till) -> None:
    code = msgspec.structs.replace(INDOMIE.barcodes[0], code=PRICE)
    fill(
        till.store.folder,
        "catalogue",
        ("product:p-indomie", msgspec.structs.replace(INDOMIE, barcodes=(code,))),
    )
    assert ring(till, PRICE) == [(PIECE_MILLI, 3500)]


def test_a_plu_with_and_without_leading_zeros_is_found(till: Till) -> None:
    for plu in ("56", "00056"):
        product = msgspec.structs.replace(APEL, plu=plu)
        fill(till.store.folder, "catalogue", ("product:p-apel", product))
        found = till.call(finding.scanned, label_code("22", 56, 100))
        assert isinstance(found, ItemOffer)
        assert found.item.product == product


@pytest.mark.parametrize(
    ("code", "refusal", "words"),
    [
        (PRICE[:-1] + str((int(PRICE[-1]) + 1) % 10), EntryRefused, "check digit"),
        (label_code("27", 4131, 482), EntryRefused, "no label that begins with 27"),
        (label_code("21", 99, 482), ItemUnknown, "of item 00099, and nothing here has that PLU"),
        (label_code("22", 4131, 0), EntryRefused, "says 0"),
        ("8998866200570", ItemUnknown, "check digit is wrong"),
        ("4006381333931", ItemUnknown, "Nothing here answers"),
    ],
)
def test_a_code_that_cannot_be_sold_is_refused_and_changes_nothing(
    till: Till, code: str, refusal: type[Exception], words: str
) -> None:
    before = till.call(selling.current)
    with pytest.raises(refusal, match=words):
        till.call(finding.scanned, code)
    if code.startswith("2"):
        with pytest.raises(refusal, match=words):
            till.call(finding.understood, code)
        assert till.call(finding.offers, code) == ()
    assert till.call(selling.current) == before


def test_the_shops_own_layout_comes_before_its_countrys(till: Till) -> None:
    own = msgspec.structs.replace(SHOP, labels=(LabelLayout(pattern="20IIIIIKVVVVC"),))
    fill(till.store.folder, "settings", (f"shop:{STORE}", own))
    fill(till.store.folder, "catalogue", ("product:p-apel", msgspec.structs.replace(APEL, plu="12345")))
    found = till.call(finding.scanned, "2012345804999")
    assert isinstance(found, ItemOffer)
    assert found.item.label_minor == 499
    with pytest.raises(EntryRefused, match="no label that begins with 21"):
        till.call(finding.scanned, PRICE)


def test_a_label_goes_by_the_price_in_force_and_a_piece_by_its_own(till: Till) -> None:
    later = (DatedPrice(price_minor=90_000, valid_from_ms=NOON_MS),)
    fill(
        till.store.folder, "catalogue", ("product:p-apel", msgspec.structs.replace(APEL, later_prices=later))
    )
    assert ring(till, PRICE) == [(241, 21_690)]
    piece = msgspec.structs.replace(INDOMIE, plu="77", later_prices=later)
    fill(till.store.folder, "catalogue", ("product:p-indomie", piece))
    ring(till, label_code("21", 77, 990))
    line = till.call(selling.current).basket.lines[1]
    assert (line.quantity_milli, line.unit_price_minor, line.amount_minor) == (1000, 9900, 9900)
