"""Scale labels: read as the shop's scales write them, and refused when they cannot be right."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnipos.domain.barcode import check_digit, price_verifier
from omnipos.domain.catalogue import Product
from omnipos.domain.errors import EntryRefused
from omnipos.domain.label import Label, checked_layout, is_label, labelled, read_label
from omnipos.domain.quantity import MOST_MILLI
from omnipos.domain.shop import COUNTRIES, LabelLayout, layouts_of
from tests.rigs import APEL, INDOMIE, SHOP

PRICE_TENS = LabelLayout(pattern="21IIIIIVVVVVC", times=10)
WEIGHT = LabelLayout(pattern="21 IIIII VVVVV C", value="weight")
UK = LabelLayout(pattern="20IIIIIKVVVVC")
UPC = LabelLayout(pattern="2IIIIIVVVVVC")


@pytest.mark.parametrize(
    ("code", "layout", "label"),
    [
        ("2112345021690", PRICE_TENS, Label(plu="12345", price_minor=21_690)),
        ("2112345004822", WEIGHT, Label(plu="12345", weight_milli=482)),
        ("2012345804999", UK, Label(plu="12345", price_minor=499)),
        ("212345004999", UPC, Label(plu="12345", price_minor=499)),
        ("0212345004999", UPC, Label(plu="12345", price_minor=499)),
        ("212345004999", LabelLayout(pattern="02IIIIIVVVVVC"), Label(plu="12345", price_minor=499)),
        ("2012345804999", LabelLayout(pattern="20IIIXXXVVVVC"), Label(plu="123", price_minor=499)),
        ("2912345004993", LabelLayout(pattern="2PIIIIIVVVVVC"), Label(plu="12345", price_minor=499)),
        ("2112345004820", LabelLayout(pattern="21IIIIIVVVVVP"), Label(plu="12345", price_minor=482)),
    ],
)
def test_a_label_is_read_by_the_shops_layout(code: str, layout: LabelLayout, label: Label) -> None:
    if layout.pattern[-1] == "C":
        code = code[:-1] + str(check_digit(code[:-1]))
    assert is_label(code)
    assert read_label(code, [layout]) == label


def test_the_published_examples_have_right_check_digits() -> None:
    for code in ("2112345021690", "2112345004822", "2012345804999", "212345004999", "0212345004999"):
        assert check_digit(code[:-1]) == int(code[-1])


def test_price_verifiers_are_those_of_the_gs1_specifications() -> None:
    assert price_verifier("2875") == 9
    assert price_verifier("14685") == 6
    assert price_verifier("0499") == 8
    with pytest.raises(ValueError, match="four or five"):
        price_verifier("499")


@given(st.text("0123456789", min_size=4, max_size=5), st.data())
def test_a_price_verifier_finds_every_single_wrong_digit(digits: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(digits) - 1))
    other = data.draw(st.sampled_from([one for one in "0123456789" if one != digits[at]]))
    assert price_verifier(digits) != price_verifier(digits[:at] + other + digits[at + 1 :])


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("2112345021691", "check digit of 2112345021691 is wrong"),
        ("2012345704992", "does not fit its price verifier"),
        ("2312345021694", "knows no label that begins with 23"),
        ("0212345004999", "knows no label that begins with 02"),
        ("212345004999", "knows no label that begins with 2."),
        ("2112345000008", "says 0"),
    ],
)
def test_a_label_that_cannot_be_right_is_refused(code: str, words: str) -> None:
    with pytest.raises(EntryRefused, match=words):
        read_label(code, [PRICE_TENS, UK])


@pytest.mark.parametrize(
    "code", ["8998866200578", "1912345021690", "3012345021690", "211234502169", "21123", "", "21A2345021690"]
)
def test_other_codes_are_no_labels(code: str) -> None:
    assert is_label(code) == (code == "211234502169")  # twelve digits with a leading 2 are a UPC-A


def test_a_price_label_gives_the_exact_price_and_the_weight_that_it_means() -> None:
    item = labelled(Label(plu="4131", price_minor=21_690), APEL, "2104131021699")
    assert (item.label_minor, item.quantity_milli, item.barcode) == (21_690, 482, "2104131021699")
    tiny = labelled(Label(plu="4131", price_minor=1), APEL, "c")
    assert (tiny.label_minor, tiny.quantity_milli) == (1, 1)
    half = labelled(Label(plu="4131", price_minor=68), APEL, "c")  # 1.511 thousandths
    assert half.quantity_milli == 2


def test_a_weight_label_gives_the_quantity_and_no_price() -> None:
    item = labelled(Label(plu="4131", weight_milli=482), APEL, "c")
    assert (item.label_minor, item.quantity_milli) == (None, 482)


def test_goods_by_the_piece_are_one_piece_at_the_price_of_their_label() -> None:
    item = labelled(Label(plu="1", price_minor=9900), INDOMIE, "c")
    assert (item.label_minor, item.quantity_milli, item.product.price_minor) == (9900, 1000, 9900)


@pytest.mark.parametrize(
    ("label", "product", "words"),
    [
        (Label(plu="1", weight_milli=482), INDOMIE, "sold by the piece, but its label says a weight"),
        (Label(plu="1", price_minor=900), msgspec.structs.replace(APEL, price_minor=0), "has no price here"),
        (Label(plu="1", price_minor=90_000), msgspec.structs.replace(APEL, price_minor=0), "has no price"),
        (
            Label(plu="1", price_minor=999_990),
            msgspec.structs.replace(APEL, price_minor=1),
            "means 999990 kg",
        ),
        (Label(plu="1", weight_milli=100_000_000), APEL, "means 100000 kg"),
        (Label(plu="1", price_minor=10**15 + 1), APEL, "too large"),
    ],
)
def test_a_label_that_does_not_fit_its_product_is_refused(label: Label, product: Product, words: str) -> None:
    with pytest.raises(EntryRefused, match=words):
        labelled(label, product, "2104131021699")


def test_a_shop_without_layouts_of_its_own_has_those_of_its_country() -> None:
    assert layouts_of(SHOP) == COUNTRIES["ID"].labels
    own = msgspec.structs.replace(SHOP, labels=(UK,))
    assert layouts_of(own) == (UK,)
    assert layouts_of(msgspec.structs.replace(SHOP, country="XX")) == ()


@given(st.integers(1, 99_999), st.integers(1, 99_999), st.integers(1, 200_000))
def test_what_a_scale_prints_is_what_the_till_takes(plu: int, value: int, price: int) -> None:
    digits = f"21{plu:05d}{value:05d}"
    code = f"{digits}{check_digit(digits)}"
    product = msgspec.structs.replace(APEL, price_minor=price)
    read = read_label(code, [PRICE_TENS])
    assert (int(read.plu), read.price_minor) == (plu, value * 10)
    if value * 10_000 // price > MOST_MILLI:
        with pytest.raises(EntryRefused, match="Check its price"):
            labelled(read, product, code)
        return
    item = labelled(read, product, code)
    assert item.label_minor == value * 10
    assert item.quantity_milli >= 1
    assert 2 * abs(item.quantity_milli * price - value * 10_000) <= price or item.quantity_milli == 1


@pytest.mark.parametrize("pattern", ["21IIIIIVVVVVC", "2IIIIIVVVVVC", "20 IIIII K VVVV C", "2piiiiivvvvvx"])
def test_a_layout_that_can_be_read_is_kept(pattern: str) -> None:
    layout = LabelLayout(pattern=pattern)
    assert checked_layout(layout) == layout


@pytest.mark.parametrize(
    ("layout", "words"),
    [
        (LabelLayout(pattern=""), "no label layout"),
        (LabelLayout(pattern="21IIIIIVVVV"), "no label layout"),
        (LabelLayout(pattern="89IIIIIVVVVVC"), "no label layout"),
        (LabelLayout(pattern="21IIIIIIIIIIC"), "no label layout"),
        (LabelLayout(pattern="21ZIIIIVVVVVC"), "no label layout"),
        (LabelLayout(pattern="21IIIIKVVVVVV"), "price verifier is one K"),
        (LabelLayout(pattern="21IIIICVVVVVC"), "stands at the end"),
        (LabelLayout(pattern="21IIIIIVVVVVC", value="colour"), "price or weight"),
        (LabelLayout(pattern="21IIIIIVVVVVC", times=0), "multiplied by 1 to 1000"),
    ],
)
def test_a_layout_by_which_no_label_can_be_read_is_refused(layout: LabelLayout, words: str) -> None:
    with pytest.raises(EntryRefused, match=words):
        checked_layout(layout)


def test_a_british_label_has_its_price_verifier() -> None:
    assert read_label("2012345804999", COUNTRIES["GB"].labels) == Label(plu="12345", price_minor=499)


def test_the_countries_own_layouts_can_be_read() -> None:
    for habits in COUNTRIES.values():
        assert tuple(map(checked_layout, habits.labels)) == habits.labels
