"""Coupons at the till: understood, given, refused with a reason, taken off, and counted when used."""

import msgspec
import pytest

from omnipos.domain.catalogue import Barcode
from omnipos.domain.errors import BasketRefused, CouponRefused, NotAllowed, TenderRefused
from omnipos.domain.promotions.promotion import Coupon, PercentOff, Promotion
from omnipos.services import couponing, finding, pricedesk, selling, tendering
from omnipos.services.finding import CouponOffer, ItemOffer, SaleOffer
from omnipos.services.till import Till
from omnipos.store import prices
from tests.rigs import INDOMIE, NOON_MS, SARAH, HandClock, fill
from tests.services.test_pricedesk import ring

DAY_MS = 86_400_000
TEN_OFF = Promotion(
    promotion_id="pr-ten",
    code="TEN",
    name="Ten percent off",
    reward=PercentOff(rate_ppm=100_000),
    needs_coupon=True,
)
HEMAT = Coupon(code="HEMAT10", promotion_id="pr-ten")


def arrive(till: Till, *records: Coupon | Promotion, seen: int = 0) -> None:
    """Let coupons and promotions arrive as a page of the catalogue that shows `seen` of the till's events."""
    changes = (
        (f"coupon/{one.code}" if isinstance(one, Coupon) else f"promotion/{one.promotion_id}", one)
        for one in records
    )
    fill(till.store.folder, "catalogue", *changes, seen=seen)


def refusal(till: Till, code: str) -> str:
    """Return why a coupon is refused; a refusal changes nothing."""
    before = till.call(selling.open_basket)
    with pytest.raises(CouponRefused) as caught:
        till.call(couponing.give, code)
    assert till.call(selling.open_basket) == before
    return str(caught.value)


def test_a_coupon_is_understood_scanned_and_typed_in_any_case(till: Till) -> None:
    arrive(till, TEN_OFF, HEMAT)
    offer = CouponOffer(code="HEMAT10", name="Ten percent off")
    assert till.call(finding.scanned, "HEMAT10") == offer
    assert till.call(finding.understood, "hemat10") == offer
    assert till.call(finding.offers, " hemat10")[0] == offer


def test_an_item_or_a_receipt_with_the_same_code_comes_first(till: Till) -> None:
    ring(till, INDOMIE)
    sale = till.call(tendering.pay_cash).sale
    assert sale is not None
    both = msgspec.structs.replace(INDOMIE, barcodes=(Barcode(code="HEMAT10"),))
    fill(till.store.folder, "catalogue", ("product:p-indomie", both))
    arrive(till, TEN_OFF, HEMAT, Coupon(code=sale.receipt_number, promotion_id="pr-ten"))
    assert isinstance(till.call(finding.scanned, "HEMAT10"), ItemOffer)
    assert isinstance(till.call(finding.scanned, sale.receipt_number), SaleOffer)


def test_a_coupon_is_kept_with_the_basket_and_taken_off_again(till: Till) -> None:
    arrive(till, TEN_OFF, HEMAT)
    view = till.call(couponing.give, "hemat10")
    assert view.basket.coupons == ("HEMAT10",)
    assert till.call(selling.open_basket).coupons == ("HEMAT10",)
    view = till.call(couponing.take_off, "Hemat10")
    assert (view.basket.coupons, view.coupons) == ((), ())
    with pytest.raises(CouponRefused, match="not in this basket"):
        till.call(couponing.take_off, "HEMAT10")


def test_a_coupon_opens_its_promotion_for_the_basket_alone(till: Till) -> None:
    arrive(till, TEN_OFF, HEMAT)
    view = till.call(couponing.give, "HEMAT10")
    shop = till.call(Till.shop)
    assert till.call(pricedesk.terms_of, shop, view.basket).occasion.coupons == {"pr-ten": "HEMAT10"}
    without = msgspec.structs.replace(view.basket, coupons=())
    assert till.call(pricedesk.terms_of, shop, without).occasion.coupons == {}


def test_what_does_not_count_is_refused_with_the_reason(till: Till, clock: HandClock) -> None:
    arrive(
        till,
        TEN_OFF,
        msgspec.structs.replace(TEN_OFF, promotion_id="pr-off", active=False),
        msgspec.structs.replace(TEN_OFF, promotion_id="pr-later", valid_from_ms=NOON_MS + 1),
        msgspec.structs.replace(TEN_OFF, promotion_id="pr-over", valid_until_ms=NOON_MS),
        Coupon(code="LATER", promotion_id="pr-ten", valid_from_ms=NOON_MS + 1),
        Coupon(code="OVER", promotion_id="pr-ten", valid_until_ms=NOON_MS),
        Coupon(code="USED", promotion_id="pr-ten", used=1),
        Coupon(code="USED3", promotion_id="pr-ten", most_uses=3, used=3),
        Coupon(code="GONE", promotion_id="pr-gone"),
        Coupon(code="OFF", promotion_id="pr-off"),
        Coupon(code="P-LATER", promotion_id="pr-later"),
        Coupon(code="P-OVER", promotion_id="pr-over"),
    )
    assert clock.at_ms == NOON_MS
    assert "No coupon has the code NOTHING" in refusal(till, "NOTHING")
    assert "LATER (Ten percent off) is not valid yet" in refusal(till, "LATER")
    assert "OVER (Ten percent off) is no longer valid" in refusal(till, "OVER")
    assert "USED (Ten percent off) is used already" in refusal(till, "USED")
    assert "USED3 (Ten percent off) is used already" in refusal(till, "USED3")
    assert "an offer that is not known here" in refusal(till, "GONE")
    assert "no longer valid" in refusal(till, "OFF")
    assert "not valid yet" in refusal(till, "P-LATER")
    assert "no longer valid" in refusal(till, "P-OVER")


def test_a_coupon_counts_once_in_a_basket_and_one_code_opens_one_offer(till: Till) -> None:
    arrive(till, TEN_OFF, HEMAT, Coupon(code="OTHER", promotion_id="pr-ten"))
    till.call(couponing.give, "HEMAT10")
    assert "in this basket already" in refusal(till, "hemat10")
    assert "HEMAT10 opens the same offer, Ten percent off. Keep OTHER" in refusal(till, "OTHER")


def test_coupons_stay_as_they_are_once_part_is_paid(till: Till) -> None:
    arrive(till, TEN_OFF, HEMAT, msgspec.structs.replace(TEN_OFF, promotion_id="pr-2"))
    arrive(till, Coupon(code="TWO", promotion_id="pr-2"))
    ring(till, INDOMIE)
    till.call(couponing.give, "HEMAT10")
    till.call(tendering.pay_cash, 1000)
    assert "Part of this sale is paid already" in refusal(till, "TWO")
    with pytest.raises(CouponRefused, match="paid already"):
        till.call(couponing.take_off, "HEMAT10")


def test_nobody_signed_in_gives_no_coupon(till: Till) -> None:
    arrive(till, TEN_OFF, HEMAT)
    till.staff = None
    with pytest.raises(NotAllowed):
        till.call(couponing.give, "HEMAT10")


def test_this_tills_own_uses_count_until_the_mirror_contains_them(till: Till) -> None:
    arrive(till, TEN_OFF, HEMAT)

    def use(code: str, seq: int) -> None:
        till.store.books.execute("INSERT INTO coupon_use VALUES (?, 1, ?)", (code, seq))

    till.store.call(lambda: use("HEMAT10", 4))
    assert till.store.call(lambda: prices.coupon_uses_unseen(till.store.books, "HEMAT10")) == 1
    assert "used already" in refusal(till, "HEMAT10")
    arrive(till, HEMAT, seen=3)
    assert till.call(pricedesk.uses_of, HEMAT) == 1
    arrive(till, msgspec.structs.replace(HEMAT, used=1), seen=4)
    assert till.store.call(lambda: prices.coupon_uses_unseen(till.store.books, "HEMAT10")) == 0
    assert "used already" in refusal(till, "HEMAT10")
    arrive(till, msgspec.structs.replace(HEMAT, used=1, most_uses=2), seen=4)
    assert till.call(couponing.give, "HEMAT10").basket.coupons == ("HEMAT10",)


def test_a_coupon_says_why_it_does_nothing_yet(till: Till, clock: HandClock) -> None:
    arrive(till, HEMAT)

    def idle(**changes: object) -> str:
        arrive(till, msgspec.structs.replace(TEN_OFF, **changes))
        return till.call(selling.current).coupons[0].idle

    arrive(till, TEN_OFF)
    till.call(couponing.give, "HEMAT10")
    assert idle() == "nothing for it yet"
    assert idle(groups=("gold",)) == "only for gold"
    assert idle(stores=("S9",)) == "not in this shop"
    assert idle(channels=("web",)) == "not in this shop"
    assert idle(weekdays=(1, 2)) == "not today"
    assert idle(from_minute=8 * 60, until_minute=17 * 60) == "not at this hour"
    assert idle(from_minute=17 * 60, until_minute=8 * 60) == "nothing for it yet"
    assert idle(valid_until_ms=NOON_MS) == "no longer valid"
    assert idle(active=False) == "no longer valid"
    till.call(selling.attach_customer, SARAH.customer_id)
    assert idle(groups=("gold",)) == "nothing for it yet"
    clock.pass_ms(DAY_MS)
    arrive(till, msgspec.structs.replace(HEMAT, valid_until_ms=NOON_MS + 1))
    assert idle() == "no longer valid"
    fill(till.store.folder, "catalogue", ("coupon/HEMAT10", None))
    view = till.call(selling.current)
    assert view.coupons == (
        pricedesk.CouponShown(code="HEMAT10", name="", saved_minor=0, idle="no longer known here"),
    )


def test_a_coupon_saves_is_frozen_with_the_sale_and_is_used_up_by_it(till: Till) -> None:
    arrive(till, TEN_OFF, HEMAT, msgspec.structs.replace(TEN_OFF, promotion_id="pr-none", groups=("gold",)))
    arrive(till, Coupon(code="NONE", promotion_id="pr-none"))
    ring(till, INDOMIE, 2)
    till.call(couponing.give, "NONE")
    view = till.call(couponing.give, "HEMAT10")
    assert (view.totals.goods_minor, view.totals.saved_minor, view.totals.total_minor) == (7000, 700, 6300)
    assert view.coupons == (
        pricedesk.CouponShown(code="NONE", name="Ten percent off", saved_minor=0, idle="only for gold"),
        pricedesk.CouponShown(code="HEMAT10", name="Ten percent off", saved_minor=700),
    )
    sale = till.call(tendering.pay_cash).sale
    assert sale is not None
    assert (sale.coupons, sale.saved_minor, sale.total_minor) == (("HEMAT10",), 700, 6300)
    assert "used already" in refusal(till, "HEMAT10")
    assert till.call(couponing.give, "NONE").basket.coupons == ("NONE",)


def test_a_recall_does_not_lose_a_coupon_given_just_now(till: Till) -> None:
    arrive(till, TEN_OFF, HEMAT)
    ring(till, INDOMIE)
    till.call(selling.park)
    till.call(couponing.give, "HEMAT10")
    with pytest.raises(BasketRefused, match="HEMAT10 was given for this basket"):
        till.call(selling.recall)
    assert till.call(selling.open_basket).coupons == ("HEMAT10",)
    till.call(couponing.take_off, "HEMAT10")
    assert till.call(selling.recall).totals.total_minor == 3500


def test_a_sale_that_got_cheaper_than_what_was_paid_says_how_to_go_on(till: Till) -> None:
    ring(till, INDOMIE)
    till.call(tendering.pay_cash, 3000)
    arrive(till, msgspec.structs.replace(TEN_OFF, reward=PercentOff(rate_ppm=500_000), needs_coupon=False))
    till.held_terms = None  # as after a restart
    with pytest.raises(TenderRefused, match="Take the last payment back"):
        till.call(tendering.pay_cash)
    till.call(tendering.take_back)
    paid = till.call(tendering.pay_cash)
    assert paid.sale is not None
    assert paid.sale.total_minor == 1750


def test_a_coupon_used_up_meanwhile_saves_nothing_in_a_recalled_basket(till: Till) -> None:
    arrive(till, TEN_OFF, HEMAT)
    ring(till, INDOMIE)
    till.call(couponing.give, "HEMAT10")
    till.call(selling.park)
    ring(till, INDOMIE)
    till.call(couponing.give, "HEMAT10")
    till.call(tendering.pay_cash)
    view = till.call(selling.recall)
    assert (view.totals.saved_minor, view.coupons[0].idle) == (0, "used already")


def test_a_parked_basket_keeps_its_coupon(till: Till) -> None:
    arrive(till, TEN_OFF, HEMAT)
    ring(till, INDOMIE)
    till.call(couponing.give, "HEMAT10")
    till.call(selling.park)
    assert till.call(selling.open_basket).coupons == ()
    assert till.call(selling.recall).basket.coupons == ("HEMAT10",)
