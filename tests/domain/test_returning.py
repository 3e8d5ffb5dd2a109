"""Returns and exchanges mirror their sale, and no sequence of them gives back more than was paid."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omnipos.domain.basket import Basket, Exemption, Line, void_line
from omnipos.domain.errors import BasketRefused, TenderRefused
from omnipos.domain.money import CashRounding, RoundingMode
from omnipos.domain.pricing import Terms, price_lines
from omnipos.domain.promotions.book import PromotionBook
from omnipos.domain.promotions.promotion import Occasion, Promotion
from omnipos.domain.refunding import basket_due, check_means, is_free_cash, most_back, ways
from omnipos.domain.returning import Found, earlier_return, mirror, paid_minor, put_back, with_earlier
from omnipos.domain.sale import Sale, SaleIdentity, adds_up, complete
from omnipos.domain.tax import Tax, TaxRounding
from omnipos.domain.tender import CardSlip, Tender, TenderKind, check_tender, settle
from tests.domain.promotions.baskets import NOON, promotions, rewards
from tests.rigs import EXEMPT, PPN, SERVICE

SEN_5 = CashRounding(mode=RoundingMode.NEAREST, step_minor=5)
RUPIAH_100 = CashRounding(mode=RoundingMode.NEAREST, step_minor=100)
LEVIES = (
    Tax(code="CITY", name="City", rate_ppm=20_000, inclusive=False),
    Tax(code="STATE", name="State", rate_ppm=62_500, inclusive=False, compound=True),
    Tax(code="US", name="Sales tax", rate_ppm=0, inclusive=False, parts=("CITY", "STATE")),
)
TAXES = {tax.code: tax for tax in (PPN, EXEMPT, SERVICE, *LEVIES)}
PLAIN = Terms(taxes=TAXES, occasion=NOON)
SLIP = CardSlip(approval_code="123456")


class Shop:
    """A shop that keeps its sales and what came back of them, as the hub would."""

    def __init__(self, rounding: CashRounding, terms: Terms = PLAIN) -> None:
        """Begin without sales."""
        self.rounding, self.terms = rounding, terms
        self.sales: list[Sale] = []

    def found(self, sale: Sale) -> Found:
        """Return a sale with all that came back of it."""
        earlier = [one for other in self.sales if (one := earlier_return(other, sale.sale_id))]
        return with_earlier(Found(sale=sale, asked_hub=True), earlier)

    def basket(self, *goods: tuple[int, int, str], exemption: Exemption | None = None) -> Basket:
        """Return a basket of quantities (thousandths) at prices with tax codes."""
        lines = tuple(
            Line(
                line_id=number,
                product_id="abcd"[number % 4],
                sku=f"S{number}",
                name=f"Goods {number}",
                quantity_milli=quantity,
                unit_price_minor=price,
                tax_code=code,
                unit="pcs" if quantity % 1000 == 0 else "kg",
            )
            for number, (quantity, price, code) in enumerate(goods, start=1)
        )
        return Basket(
            basket_id="b", number=1, currency="MYR", started_at_ms=1, staff_id="sari", lines=lines,
            next_line_id=len(lines) + 1, exemption=exemption,
        )  # fmt: skip

    def total(self, basket: Basket) -> int:
        """Return what a basket comes to."""
        return price_lines(basket.lines, self.terms, basket.discount, basket.exemption).total_minor

    def bring(self, basket: Basket, sale: Sale, line_no: int, quantity_milli: int) -> Basket:
        """Put goods of a sale that come back into a basket."""
        found = self.found(sale)
        sold = found.lines[line_no - 1]
        back = mirror(sale, sold, quantity_milli, TAXES, reason="Too small")
        return put_back(basket, found, sold, back, quantity_milli)

    def pay(self, basket: Basket, *kinds: TenderKind) -> Sale:
        """Settle a basket, all that is left with the last of some means; the others take half each."""
        for index, kind in enumerate(kinds):
            owed = basket_due(basket, self.total(basket), self.rounding)
            amount = owed.cash_due_minor if kind is TenderKind.CASH else owed.due_minor
            is_last = index == len(kinds) - 1
            amount = amount if is_last else (abs(amount) // 200 * 100) * (1 if amount > 0 else -1)
            if amount or (is_last and owed.due_minor):
                basket = self.take(basket, kind, amount)
        return self.done(basket)

    def take(self, basket: Basket, kind: TenderKind, amount_minor: int) -> Basket:
        """Take or give one tender."""
        slip = SLIP if kind is TenderKind.CARD else None
        tender = Tender(kind=kind, amount_minor=amount_minor, card=slip, reference="")
        check_tender(tender, basket_due(basket, self.total(basket), self.rounding), "MYR")
        return msgspec.structs.replace(basket, tenders=(*basket.tenders, tender))

    def done(self, basket: Basket) -> Sale:
        """Complete a basket that is settled."""
        totals = price_lines(basket.lines, self.terms, basket.discount, basket.exemption)
        settled = settle(
            totals.total_minor, basket.tenders, self.rounding, most_back(basket, totals.total_minor)
        )
        assert settled is not None, "the basket is settled"
        number = len(self.sales) + 1
        identity = SaleIdentity(
            sale_id=f"sale-{number}", receipt_number=f"S1-1-{number:06d}", store_id="s1", till_number=1,
            staff_id="sari", completed_at_ms=number,
        )  # fmt: skip
        sale = complete(basket, totals, settled, identity)
        self.sales.append(sale)
        return sale


def test_13_32_paid_as_13_30_and_returned_in_two_parts_gives_back_13_30() -> None:
    shop = Shop(SEN_5)
    sale = shop.pay(shop.basket((2000, 666, "EXEMPT")), TenderKind.CASH)
    assert (sale.total_minor, paid_minor(sale)) == (1332, 1330)
    parts = [shop.pay(shop.bring(shop.basket(), sale, 1, 1000), TenderKind.CASH) for _part in range(2)]
    assert [part.tenders[0].amount_minor for part in parts] == [-665, -665]
    assert [part.total_minor for part in parts] == [-666, -666]
    with pytest.raises(BasketRefused, match="came back already"):
        shop.bring(shop.basket(), sale, 1, 1000)


def test_cash_refunds_that_round_up_stop_at_what_was_paid() -> None:
    shop = Shop(SEN_5)
    sale = shop.pay(shop.basket((4000, 333, "EXEMPT")), TenderKind.CASH)
    assert (sale.total_minor, paid_minor(sale)) == (1332, 1330)
    parts = [shop.pay(shop.bring(shop.basket(), sale, 1, 1000), TenderKind.CASH) for _part in range(4)]
    assert [part.tenders[0].amount_minor for part in parts] == [-335, -335, -335, -325]


def test_store_credit_for_what_was_rounded_down_in_cash_stops_at_the_cash() -> None:
    shop = Shop(SEN_5)
    sale = shop.pay(shop.basket((2000, 666, "EXEMPT")), TenderKind.CASH)
    parts = [
        shop.pay(shop.bring(shop.basket(), sale, 1, 1000), TenderKind.STORE_CREDIT) for _part in range(2)
    ]
    assert [part.tenders[0].amount_minor for part in parts] == [-666, -664]
    assert [part.rounding_minor for part in parts] == [0, 2]


def test_an_even_exchange_needs_no_tender_and_keeps_the_money_behind_it() -> None:
    """Bought for 13.30 in cash, exchanged, exchanged again and returned: 13.30 goes back, not 13.35."""
    shop = Shop(SEN_5)
    sale = shop.pay(shop.basket((1000, 1332, "EXEMPT")), TenderKind.CASH)
    swapped = shop.done(shop.bring(shop.basket((1000, 1332, "EXEMPT")), sale, 1, 1000))
    assert (swapped.total_minor, swapped.tenders, swapped.credit_minor) == (0, (), 1330)
    dearer = shop.pay(shop.bring(shop.basket((1000, 1333, "EXEMPT")), swapped, 1, 1000), TenderKind.CASH)
    assert (dearer.total_minor, dearer.rounding_minor, dearer.credit_minor) == (1, -1, 1330)
    back = shop.pay(shop.bring(shop.basket(), dearer, 1, 1000), TenderKind.CASH)
    assert back.tenders[0].amount_minor == -1330


def test_a_part_has_its_part_of_the_promotion_and_of_each_tax() -> None:
    shop = Shop(SEN_5, Terms(taxes=TAXES, occasion=NOON))
    sale = shop.pay(shop.basket((3000, 1000, "US"), (1000, 10_500, "PPN")), TenderKind.CARD)
    back = [shop.pay(shop.bring(shop.basket(), sale, 1, 1000), TenderKind.CARD) for _part in range(3)]
    assert sum(one.total_minor for one in back) == -3000 - 251
    by_code = {code: sum(tax.tax_minor for one in back for tax in one.taxes if tax.code == code)
               for code in ("CITY", "STATE")}  # fmt: skip
    assert by_code == {"CITY": -60, "STATE": -191}
    bases = [tax.base_minor for one in back for tax in one.taxes if tax.code == "STATE"]
    assert sum(bases) == -3060


def test_what_was_paid_without_cash_goes_back_first_and_cash_for_it_asks_for_a_right() -> None:
    shop = Shop(RUPIAH_100)
    sale = shop.pay(shop.basket((1000, 41_190, "EXEMPT")), TenderKind.CARD, TenderKind.CASH)
    assert [one.amount_minor for one in sale.tenders] == [20_500, 20_700]
    basket = shop.bring(shop.basket(), sale, 1, 1000)
    owed = basket_due(basket, shop.total(basket), RUPIAH_100)
    assert [(one.kind.value, one.amount_minor) for one in ways(basket, owed, RUPIAH_100)] == [
        ("card", -20_500), ("cash", -20_700),
    ]  # fmt: skip
    assert not is_free_cash(basket, Tender(kind=TenderKind.CASH, amount_minor=-20_700))
    assert is_free_cash(basket, Tender(kind=TenderKind.CASH, amount_minor=-20_800))
    with pytest.raises(TenderRefused, match=r"Only RM 205\.00"):
        check_means(basket, Tender(kind=TenderKind.CARD, amount_minor=-20_600), RUPIAH_100)
    with pytest.raises(TenderRefused, match=r"more than the RM 411\.90"):
        check_tender(Tender(kind=TenderKind.STORE_CREDIT, amount_minor=-41_191), owed, "MYR")


def test_voiding_the_last_line_that_comes_back_forgets_its_receipt() -> None:
    shop = Shop(SEN_5)
    sale = shop.pay(shop.basket((2000, 666, "PPN")), TenderKind.CASH)
    basket = shop.bring(shop.basket((1000, 500, "PPN")), sale, 1, 2000)
    assert basket.refundable is not None
    after, line = void_line(basket, basket.lines[-1].line_id)
    assert (after.refundable, line.quantity_milli) == (None, -2000)


STEPS = st.lists(
    st.tuples(
        st.integers(0, 30),  # which sale comes back, if any
        st.integers(0, 5),  # which of its lines
        st.integers(1, 4),  # how much of it: a quarter, a half, …
        st.lists(  # what is bought with it
            st.tuples(st.sampled_from([1000, 2000, 3000, 482]), st.integers(1, 3000),
                      st.sampled_from(["PPN", "SVC", "US", "EXEMPT"])),
            max_size=3,
        ),
        st.lists(st.sampled_from([TenderKind.CASH, TenderKind.CARD, TenderKind.STORE_CREDIT]),
                 min_size=1, max_size=3),
        st.booleans(),
    ),
    min_size=2,
    max_size=14,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(STEPS, st.sampled_from([SEN_5, RUPIAH_100, CashRounding()]), st.sampled_from(list(TaxRounding)),
       promotions(rewards(), 3))  # fmt: skip
def test_no_sequence_of_sales_returns_and_exchanges_gives_back_more_than_was_paid(
    steps: list[tuple[int, int, int, list[tuple[int, int, str]], list[TenderKind], bool]],
    rounding: CashRounding,
    tax_rounding: TaxRounding,
    promoted: list[Promotion],
) -> None:
    terms = Terms(
        taxes=TAXES, occasion=Occasion(at_ms=1, weekday=4, minute=0), rounding=tax_rounding,
        book=PromotionBook(promoted),
    )  # fmt: skip
    shop = Shop(rounding, terms)
    for which, line_no, quarters, goods, kinds, is_exempt in steps:
        exemption = Exemption(reason="Diplomat") if is_exempt else None
        basket = shop.basket(*goods, exemption=exemption)
        candidates = [
            (sale, sold) for sale in shop.sales for sold in shop.found(sale).lines if sold.left_milli
        ]
        if which % 3 and candidates:
            sale, sold = candidates[(which + line_no) % len(candidates)]
            quantity = max(sold.left_milli * quarters // 4, 1)
            if sold.line.unit == "pcs":
                quantity = max(quantity // 1000, 1) * 1000
            basket = shop.bring(basket, sale, sold.line_no, quantity)
            # In every other basket goods of a second receipt come back beside them.
            others = [one for one in candidates if one[0].sale_id != sale.sale_id]
            if which % 2 and others:
                other, more = others[line_no % len(others)]
                basket = shop.bring(basket, other, more.line_no, more.left_milli)
        if not basket.lines:
            continue
        total = shop.total(basket)
        owed = basket_due(basket, total, rounding)
        done = shop.done(basket) if owed.due_minor == 0 and total <= 0 else shop.pay(basket, *kinds)
        assert adds_up(done)
    money = sum(one.given_minor - one.change_minor for one in shop.sales)
    assert money >= 0, "the customers got more money than they paid"
    for sale in shop.sales:
        found = shop.found(sale)
        assert sum(one.credit_minor for one in found.earlier) <= paid_minor(sale)
        for one in found.earlier:
            assert -sum(tender.amount_minor for tender in one.tenders) <= one.credit_minor
        back = [line for other in shop.sales for line in other.lines
                if line.returned is not None and line.returned.sale_id == sale.sale_id]  # fmt: skip
        for sold in found.lines:
            own = [line for line in back if line.returned and line.returned.line_no == sold.line_no]
            assert sold.returned_milli <= sold.line.quantity_milli or not own
            if own and sold.left_milli == 0:
                assert sum(line.net_minor for line in own) == -sold.line.net_minor
                assert sum(line.tax_minor for line in own) == -sold.line.tax_minor
                assert sum(line.saved_minor for line in own) == -sold.line.saved_minor
