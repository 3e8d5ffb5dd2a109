"""The price desk: what a product costs at a moment and for whom, and by what terms a basket is priced."""

import msgspec
import pytest

from omnipos.domain.catalogue import DatedPrice, ListPrice, Product
from omnipos.domain.errors import BasketRefused
from omnipos.domain.order import OrderState, Taker
from omnipos.domain.promotions.promotion import BuyGet, Goods, PercentOff, Promotion
from omnipos.protocol import Change, Page, Record
from omnipos.services import collecting, finding, pricedesk, selling, tendering
from omnipos.services.finding import ItemOffer
from omnipos.services.till import Till
from omnipos.store.connection import open_mirror
from omnipos.store.mirror import refetch_stream
from tests.goods import BEER, fill_goods
from tests.rigs import APEL, BUDI, INDOMIE, KOPI, NOON_MS, PPN, SARAH, STORE, TEH, HandClock, fill, order

HOUR_MS = 3_600_000
MIDNIGHT_MS = 1_795_280_400_000
"""Midnight in Jakarta, at the beginning of Sunday 22 November 2026."""

DEARER = msgspec.structs.replace(
    INDOMIE, later_prices=(DatedPrice(price_minor=3700, valid_from_ms=MIDNIGHT_MS),)
)
GOLD_INDOMIE = ListPrice(
    group="gold", product_id="p-indomie", prices=(DatedPrice(price_minor=3200, valid_from_ms=0),)
)


def arrives(till: Till, *records: tuple[str, Record | None]) -> None:
    """Let a page of the catalogue arrive, as the sync thread writes it."""
    fill(till.store.folder, "catalogue", *records)


def ring(till: Till, product: Product, pieces: int = 1) -> selling.BasketView:
    """Ring up some of a product as the mirror has it."""
    found = till.call(finding.scanned, product.sku)
    assert isinstance(found, ItemOffer)
    return till.call(selling.ring, [(found.item, pieces * 1000)])


def lines(view: selling.BasketView) -> list[tuple[str, int, int, str]]:
    """Return each line's product, quantity, price and price list."""
    return [
        (line.product_id, line.quantity_milli, line.unit_price_minor, line.price_list)
        for line in view.basket.lines
    ]


def test_a_price_comes_into_force_at_midnight_by_itself(till: Till, clock: HandClock) -> None:
    arrives(till, ("product:p-indomie", DEARER))
    clock.at_ms = MIDNIGHT_MS - 1
    assert lines(ring(till, DEARER)) == [("p-indomie", 1000, 3500, "")]
    clock.at_ms = MIDNIGHT_MS
    view = ring(till, DEARER)
    assert lines(view) == [("p-indomie", 1000, 3500, ""), ("p-indomie", 1000, 3700, "")]
    assert view.totals.total_minor == 7200


def test_of_several_later_prices_the_last_that_holds_counts(till: Till, clock: HandClock) -> None:
    steps = tuple(
        DatedPrice(price_minor=p, valid_from_ms=clock.at_ms + d) for p, d in ((1, -2), (2, -1), (3, 1))
    )
    product = msgspec.structs.replace(INDOMIE, later_prices=steps)
    price = till.call(pricedesk.price_of, product, "", clock.at_ms)
    assert (price.price_minor, price.price_list) == (2, "")


def test_a_group_pays_its_own_price_and_others_do_not(till: Till) -> None:
    arrives(till, ("list_price/p-indomie/gold", GOLD_INDOMIE))
    till.call(selling.attach_customer, SARAH.customer_id)
    assert lines(ring(till, INDOMIE)) == [("p-indomie", 1000, 3200, "gold")]
    assert lines(ring(till, TEH))[1:] == [("p-teh", 1000, 6000, "")]
    till.call(selling.void_basket)
    till.call(selling.attach_customer, BUDI.customer_id)
    assert lines(ring(till, INDOMIE)) == [("p-indomie", 1000, 3500, "")]


def test_a_deposit_costs_the_same_whenever_the_customer_is_put_beside(till: Till) -> None:
    fill_goods(till.store.folder)
    arrives(till, ("list_price/p-botol/gold", msgspec.structs.replace(GOLD_INDOMIE, product_id="p-botol")))
    sold = [("p-bir", 1000, 40_000, ""), ("p-botol", 1000, 2000, "")]
    beer = msgspec.structs.replace(BEER, min_age=0)
    arrives(till, ("product:p-bir", beer))
    assert lines(ring(till, beer)) == sold
    assert lines(till.call(selling.attach_customer, SARAH.customer_id)) == sold
    till.call(selling.void_basket)
    till.call(selling.attach_customer, SARAH.customer_id)
    assert lines(ring(till, beer)) == sold


@pytest.mark.parametrize(
    ("price_minor", "words"), [(0, "would have the price 0"), (10**15, "more than the till can count")]
)
def test_a_list_price_that_no_line_can_have_leaves_the_basket_as_it_was(
    till: Till, price_minor: int, words: str
) -> None:
    odd = msgspec.structs.replace(GOLD_INDOMIE, prices=(DatedPrice(price_minor=price_minor),))
    arrives(till, ("list_price/p-indomie/gold", odd))
    ring(till, INDOMIE, 2)
    with pytest.raises(BasketRefused, match=words):
        till.call(selling.attach_customer, SARAH.customer_id)
    view = till.call(selling.current)
    assert (view.customer, lines(view)) == (None, [("p-indomie", 2000, 3500, "")])


def test_a_group_price_that_does_not_hold_yet_leaves_the_products_own(till: Till, clock: HandClock) -> None:
    later = msgspec.structs.replace(
        GOLD_INDOMIE, prices=(DatedPrice(price_minor=3200, valid_from_ms=clock.at_ms + 1),)
    )
    arrives(till, ("list_price/p-indomie/gold", later))
    assert till.call(pricedesk.price_of, INDOMIE, "gold", clock.at_ms).price_minor == 3500
    assert till.call(pricedesk.price_of, INDOMIE, "gold", clock.at_ms + 1).price_minor == 3200


def test_a_customer_attached_later_reprices_the_lines_and_detaching_goes_back(till: Till) -> None:
    arrives(till, ("list_price/p-indomie/gold", GOLD_INDOMIE))
    ring(till, INDOMIE, 2)
    ring(till, TEH)
    view = till.call(selling.attach_customer, SARAH.customer_id)
    assert lines(view) == [("p-indomie", 2000, 3200, "gold"), ("p-teh", 1000, 6000, "")]
    assert view.totals.total_minor == 12_400
    assert lines(ring(till, INDOMIE))[0] == ("p-indomie", 3000, 3200, "gold")
    view = till.call(selling.attach_customer, "")
    assert lines(view) == [("p-indomie", 3000, 3500, ""), ("p-teh", 1000, 6000, "")]
    assert till.call(selling.current).basket == view.basket


def test_lines_that_no_list_touches_keep_their_price_over_midnight(till: Till, clock: HandClock) -> None:
    clock.at_ms = MIDNIGHT_MS - 1
    arrives(till, ("product:p-indomie", DEARER))
    ring(till, DEARER)
    clock.at_ms = MIDNIGHT_MS + 1
    assert lines(till.call(selling.attach_customer, SARAH.customer_id)) == [("p-indomie", 1000, 3500, "")]


def test_a_scanned_line_knows_what_promotions_ask_for(till: Till) -> None:
    noodles = msgspec.structs.replace(
        INDOMIE, department="Food", category="Noodles", brand="Indomie", family="f-1", discountable=False
    )
    arrives(till, ("product:p-indomie", noodles))
    line = ring(till, INDOMIE).basket.lines[0]
    assert (line.department, line.category, line.brand, line.family) == ("Food", "Noodles", "Indomie", "f-1")
    assert line.discountable is False


def test_the_occasion_is_the_shops_own_hour_the_tier_and_the_store(till: Till, clock: HandClock) -> None:
    ring(till, INDOMIE)
    view = till.call(selling.attach_customer, SARAH.customer_id)
    occasion = till.call(pricedesk.terms_of, till.call(Till.shop), view.basket).occasion
    assert (occasion.at_ms, occasion.weekday, occasion.minute) == (clock.at_ms, 6, 17 * 60)
    assert (occasion.group, occasion.store_code, occasion.channel) == ("gold", "S1", "store")


def test_from_the_first_tender_on_the_hour_stands_still(till: Till, clock: HandClock) -> None:
    ring(till, TEH, 2)
    paid_at = clock.at_ms
    part = till.call(tendering.pay_cash, 1000)
    assert part.view.basket.priced_at_ms == paid_at
    clock.pass_ms(9 * HOUR_MS)
    terms = till.call(pricedesk.terms_of, till.call(Till.shop), till.call(selling.open_basket))
    assert (terms.occasion.at_ms, terms.occasion.minute) == (paid_at, 17 * 60)
    assert till.call(tendering.take_back).basket.priced_at_ms == 0
    terms = till.call(pricedesk.terms_of, till.call(Till.shop), till.call(selling.open_basket))
    assert terms.occasion.at_ms == clock.at_ms


def test_a_refused_first_tender_does_not_stop_the_hour(till: Till, clock: HandClock) -> None:
    ring(till, TEH)
    with pytest.raises(Exception, match="far more than is due"):
        till.call(tendering.pay_cash, 10**12)
    assert till.call(selling.open_basket).priced_at_ms == 0


def test_a_customer_who_would_change_a_part_paid_sum_is_refused(till: Till) -> None:
    arrives(till, ("list_price/p-indomie/gold", GOLD_INDOMIE))
    ring(till, INDOMIE)
    before = till.call(tendering.pay_cash, 1000).view.basket
    with pytest.raises(BasketRefused, match=r"it would come to Rp 3\.200"):
        till.call(selling.attach_customer, SARAH.customer_id)
    assert till.call(selling.open_basket) == before
    view = till.call(selling.attach_customer, BUDI.customer_id)
    assert (view.basket.customer_id, view.totals.total_minor) == (BUDI.customer_id, 3500)


def test_the_rules_are_decoded_again_only_after_the_catalogue_changed(till: Till) -> None:
    promotion = Promotion(promotion_id="pr-1", code="P1", name="Ten off", reward=PercentOff(rate_ppm=100_000))

    def book() -> object:
        return till.store.call(lambda: till.rules.current(till.store.books).book)

    empty = book()
    ring(till, INDOMIE)
    assert book() is empty
    fill(till.store.folder, "customers", ("customer:c-sarah", SARAH))
    assert book() is empty
    arrives(till, ("promotion/pr-1", promotion))
    with_one = till.store.call(lambda: till.rules.current(till.store.books).book)
    assert with_one.promotions == (promotion,)
    assert book() is with_one
    arrives(till, ("promotion/pr-1", None))
    assert till.store.call(lambda: till.rules.current(till.store.books).book).promotions == ()


def test_an_open_price_is_no_list_price(till: Till, clock: HandClock) -> None:
    typed = msgspec.structs.replace(APEL, open_price=True, price_minor=12_000)
    arrives(
        till,
        (
            "list_price/p-apel/gold",
            ListPrice(group="gold", product_id="p-apel", prices=(DatedPrice(price_minor=1),)),
        ),
    )
    assert till.call(pricedesk.price_of, typed, "gold", clock.at_ms).price_minor == 12_000


HALF_TEH = Promotion(
    promotion_id="pr-half",
    code="HALF",
    name="second at half price",
    reward=BuyGet(buy=1, get=1, rate_ppm=500_000),
    goods=Goods(products=("p-teh",)),
    from_minute=16 * 60,
    until_minute=18 * 60,
)
"""Every day from four to six in the shop's own time; the clock of the tests begins at five."""


def test_a_happy_hour_that_ends_while_part_is_paid_holds_for_this_basket(
    till: Till, clock: HandClock
) -> None:
    arrives(till, ("promotion/pr-half", HALF_TEH))
    view = ring(till, TEH, 2)
    assert view.totals.line_savings[0][0].name == "second at half price"
    assert (view.totals.saved_minor, view.totals.total_minor) == (3000, 9000)
    till.call(tendering.pay_cash, 4000)
    clock.pass_ms(2 * HOUR_MS)
    assert till.call(selling.current).due.due_minor == 5000
    sale = till.call(tendering.pay_cash).sale
    assert sale is not None
    assert (sale.saved_minor, sale.total_minor, sale.change_minor) == (3000, 9000, 0)
    assert ring(till, TEH, 2).totals.total_minor == 12_000


def test_a_happy_hour_that_ended_before_anything_was_paid_is_over(till: Till, clock: HandClock) -> None:
    arrives(till, ("promotion/pr-half", HALF_TEH))
    ring(till, TEH, 2)
    clock.pass_ms(HOUR_MS - 1)
    assert till.call(selling.current).totals.total_minor == 9000
    clock.pass_ms(1)
    assert till.call(selling.current).totals.total_minor == 12_000
    sale = till.call(tendering.pay_cash).sale
    assert sale is not None
    assert sale.total_minor == 12_000


def test_a_payment_taken_back_prices_by_the_hour_again(till: Till, clock: HandClock) -> None:
    arrives(till, ("promotion/pr-half", HALF_TEH))
    ring(till, TEH, 2)
    till.call(tendering.pay_cash, 4000)
    clock.pass_ms(2 * HOUR_MS)
    assert till.call(tendering.take_back).totals.total_minor == 12_000


def test_a_promotion_that_arrives_prices_the_open_basket_but_not_a_part_paid_one(till: Till) -> None:
    assert ring(till, TEH, 2).totals.total_minor == 12_000
    arrives(till, ("promotion/pr-half", HALF_TEH))
    assert till.call(selling.current).totals.total_minor == 9000
    till.call(tendering.pay_cash, 1000)
    arrives(till, ("promotion/pr-half", None))
    assert till.call(selling.current).totals.total_minor == 9000
    till.call(tendering.take_back)
    assert till.call(selling.current).totals.total_minor == 12_000


def test_rules_fetched_anew_are_decoded_anew(till: Till) -> None:
    arrives(till, ("promotion/pr-half", HALF_TEH))
    ring(till, TEH, 2)
    cheaper = msgspec.structs.replace(HALF_TEH, reward=BuyGet(buy=1, get=1))
    mirror = open_mirror(till.store.folder)
    ((upto, cursor),) = (
        mirror.of("catalogue")
        .execute("SELECT upto, cursor FROM cursor WHERE stream = 'catalogue'")
        .fetchall()
    )
    records = (*((f"product/{one.product_id}", one) for one in (INDOMIE, TEH)), ("tax/PPN", PPN))
    changes = tuple(
        Change(number=number, key=key, record=record)
        for number, (key, record) in enumerate((*records, ("promotion/pr-half", cheaper)), start=upto - 3)
    )
    again = Page(
        stream="catalogue",
        after=0,
        upto=upto,
        head=upto,
        cursor=f"{cursor}-anew",
        changes=changes,
        applied_epoch=0,
        applied_seq=0,
        as_of_ms=NOON_MS,
    )
    refetch_stream(mirror, "catalogue", [again])
    mirror.close()
    assert till.call(selling.current).totals.total_minor == 6000


def test_a_customer_of_the_group_opens_its_promotion(till: Till) -> None:
    arrives(till, ("promotion/pr-half", msgspec.structs.replace(HALF_TEH, groups=("gold",))))
    assert ring(till, TEH, 2).totals.total_minor == 12_000
    assert till.call(selling.attach_customer, SARAH.customer_id).totals.total_minor == 9000
    assert till.call(selling.attach_customer, BUDI.customer_id).totals.total_minor == 12_000


def test_an_orders_lines_are_never_discounted_and_further_goods_are(till: Till) -> None:
    everything = msgspec.structs.replace(HALF_TEH, goods=Goods(), reward=PercentOff(rate_ppm=100_000))
    arrives(till, ("promotion/pr-half", everything))
    waiting = order(paid_minor=0, state=OrderState.READY)
    fill(till.store.folder, f"orders/{STORE}", ("order:o-W-1001", waiting))
    till.call(collecting.hand_over, waiting.order_id, Taker(code=waiting.collection_code))
    view = ring(till, KOPI)
    assert [sum(one.amount_minor for one in own) for own in view.totals.line_savings] == [0, 0, 2560]
    assert view.totals.total_minor == 13_000 + 23_040


def test_offers_say_the_price_of_now_and_of_the_customer(till: Till, clock: HandClock) -> None:
    arrives(till, ("product:p-indomie", DEARER), ("list_price/p-indomie/gold", GOLD_INDOMIE))

    def offered() -> tuple[int, int | None]:
        (offer,) = till.call(finding.offers, "indomie")
        assert isinstance(offer, ItemOffer)
        return offer.item.product.price_minor, offer.group_price_minor

    assert offered() == (3500, None)
    clock.at_ms = MIDNIGHT_MS
    assert offered() == (3700, None)
    till.call(selling.attach_customer, SARAH.customer_id)
    assert offered() == (3700, 3200)
    assert lines(ring(till, INDOMIE)) == [("p-indomie", 1000, 3200, "gold")]
    assert lines(till.call(selling.attach_customer, "")) == [("p-indomie", 1000, 3700, "")]
