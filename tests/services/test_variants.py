"""Variants, packs and open prices in the omnibox: a family is one offer, a variant's code goes straight."""

import pytest

from omnipos.domain.errors import EntryRefused
from omnipos.services import asking, finding, price_checking, selling, stocktaking
from omnipos.services.finding import ItemOffer
from omnipos.services.till import Till
from tests.goods import SHIRTS, fill_goods
from tests.rigs import SHOP, staff_members

assert SHOP.currency == "IDR"


@pytest.fixture(autouse=True)
def _goods(till: Till) -> None:
    fill_goods(till.store.folder)


def offered(till: Till, text: str) -> list[tuple[str, int]]:
    found = till.call(finding.offers, text)
    return [(one.item.product.name, len(one.item.variants)) for one in found if isinstance(one, ItemOffer)]


def rung(till: Till, text: str, *answers: str) -> list[tuple[str, int, int]]:
    found = till.call(finding.understood, text)
    assert isinstance(found, ItemOffer)
    step = till.call(asking.begin, found.item, found.quantity_milli)
    for answer in answers:
        step = till.call(asking.answer, step, answer)
    assert step.question is None
    lines = till.call(selling.current).basket.lines
    return [(line.name, line.quantity_milli, line.amount_minor) for line in lines]


def test_a_family_is_one_offer_with_the_variants_that_fit_the_words(till: Till) -> None:
    assert offered(till, "kaos") == [("Kaos Polos Merah S", 6)]
    assert offered(till, "kaos merah") == [("Kaos Polos Merah S", 3)]
    assert offered(till, "kaos l") == [("Kaos Polos Merah L", 2)]
    assert offered(till, "kaos biru m") == [("Kaos Polos Biru M", 0)]
    assert offered(till, "Kaos Polos")[0] == ("Kaos Polos Merah S", 6)


def test_a_variant_is_chosen_or_named_by_its_own_code(till: Till) -> None:
    assert rung(till, "kaos", "5") == [("Kaos Polos Biru M", 1000, 55_000)]
    assert rung(till, "2*KAOS-BM") == [("Kaos Polos Biru M", 3000, 165_000)]
    assert rung(till, SHIRTS[0].barcodes[0].code)[1] == ("Kaos Polos Merah S", 1000, 55_000)


def test_a_quantity_before_a_family_is_of_the_variant_chosen(till: Till) -> None:
    assert rung(till, "4*kaos polos", "biru / l") == [("Kaos Polos Biru L", 4000, 220_000)]


def test_a_carton_is_as_many_pieces_as_it_holds(till: Till) -> None:
    assert rung(till, "18998866200575") == [("Indomie Goreng 85 g", 40_000, 140_000)]
    assert rung(till, "2*18998866200575") == [("Indomie Goreng 85 g", 120_000, 420_000)]


def test_a_department_line_has_the_price_typed_before_it_or_asked(till: Till) -> None:
    assert rung(till, "12.500@roti") == [("Roti", 1000, 12_500)]
    assert rung(till, "3*12.500@ROTI") == [("Roti", 4000, 50_000)]
    assert rung(till, "2*roti", "9000")[1] == ("Roti", 2000, 18_000)


def test_a_price_before_goods_with_a_price_is_refused(till: Till) -> None:
    with pytest.raises(EntryRefused, match="a price of its own"):
        till.call(finding.understood, "100@IDM-85")
    with pytest.raises(EntryRefused, match="more than nothing"):
        till.call(finding.understood, "0@ROTI")


def test_an_at_sign_that_follows_no_sum_is_part_of_the_text(till: Till) -> None:
    for text in ("sari@toko.id", "@roti", "12@"):
        assert till.call(finding.split_entry, text).rest == text


def test_weighed_goods_by_plu_ask_unless_the_weight_stands_before_it(till: Till) -> None:
    assert rung(till, "4131", "482 g") == [("Apel Fuji", 482, 21_690)]
    assert rung(till, "1*4131") == [("Apel Fuji", 1482, 66_690)]
    assert rung(till, "apel", "0,5") == [("Apel Fuji", 1982, 89_190)]


@pytest.mark.parametrize("text", ["1000000*teh", "0*teh", "100000*4131"])
def test_odd_quantities_are_refused(till: Till, text: str) -> None:
    with pytest.raises(EntryRefused):
        till.call(finding.understood, text)


def test_a_family_is_neither_counted_nor_priced_as_if_it_were_one_of_its_variants(till: Till) -> None:
    till.staff = staff_members()[1]
    for look in (stocktaking.count_entry, price_checking.check_price):
        with pytest.raises(EntryRefused, match="Kaos Polos has several variants"):
            till.call(look, "kaos")
    assert till.call(price_checking.check_price, "kaos biru m").name == "Kaos Polos Biru M"
    counted = till.call(stocktaking.count_entry, "3*KAOS-BM").rows
    assert [(one.sku, one.counted_milli) for one in counted] == [("KAOS-BM", 3000)]
