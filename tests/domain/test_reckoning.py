"""Reckoning: sums of a shift add up whatever happened, and a drawer says what should be in it."""

from hypothesis import given
from hypothesis import strategies as st

from omnipos.domain.drawer import CashMove, DrawerRules, counted, denominations, limit_minor, worth_of
from omnipos.domain.reckoning import Entry, FloatCounted, Moved, NoSale, QuoteSold, reckon
from omnipos.domain.returned import ReturnOf
from omnipos.domain.sale import Sale, SaleLine, adds_up
from omnipos.domain.saving import Saving, SavingKind
from omnipos.domain.shift import ShiftReport
from omnipos.domain.shift_words import rows_of
from omnipos.domain.shop import Shop
from omnipos.domain.tax import TaxTotal
from omnipos.domain.tender import ForeignMoney, QrSlip, Tender, TenderKind

KINDS = st.sampled_from([one for one in TenderKind if one is not TenderKind.FOREIGN_CASH])


@st.composite
def sales(draw: st.DrawFn, number: int = 1) -> Sale:
    """A sale whose sums agree: goods sold and goods back, paid by several means, some given back."""
    lines = []
    for at in range(draw(st.integers(1, 3))):
        amount = draw(st.integers(0, 50_000))
        is_back = draw(st.booleans())
        saving = draw(st.integers(0, amount)) if not is_back else 0
        money = draw(st.sampled_from(("", "", "G-1", "Q-1")))
        lines.append(
            SaleLine(
                product_id=f"p{at}",
                sku=f"p{at}",
                name="Thing",
                quantity_milli=-1000 if is_back else 1000,
                unit_price_minor=amount,
                amount_minor=-amount if is_back else amount,
                tax_code="PPN",
                tax_minor=draw(st.integers(0, 9)),
                department=draw(st.sampled_from(("", "Drinks", "Food"))),
                gift_card="G-1" if money == "G-1" else "",
                deposit_on="Q-1" if money == "Q-1" else "",
                savings=(Saving(kind=SavingKind.DISCOUNT, name="10%", amount_minor=saving),)
                if saving
                else (),
                returned=_returned(amount) if is_back else None,
            )
        )
    on_top = sum(line.tax_minor for line in lines)
    total = sum(line.net_minor for line in lines) + on_top
    rounding, change = draw(st.integers(-50, 50)), draw(st.integers(0, 5000))
    parts = draw(st.lists(st.tuples(KINDS, st.integers(-9999, 9999)), max_size=3))
    rest = total + rounding + change - sum(amount for _kind, amount in parts)
    tenders = tuple(Tender(kind=k, amount_minor=a) for k, a in (*parts, (TenderKind.CASH, rest)))
    tax = TaxTotal(code="PPN", base_minor=0, tax_minor=on_top, inclusive=False, name="PPN", rate_ppm=1)
    sale = Sale(
        sale_id=str(number),
        receipt_number=f"S1-1-{number:06d}",
        store_id="s",
        till_number=1,
        staff_id=draw(st.sampled_from(("a", "b"))),
        currency="IDR",
        completed_at_ms=number,
        lines=tuple(lines),
        taxes=(tax,),
        total_minor=total,
        rounding_minor=rounding,
        tenders=tenders,
        change_minor=change,
    )
    assert adds_up(sale)
    return sale


def _returned(amount: int) -> ReturnOf:
    return ReturnOf(
        sale_id="1",
        receipt_number="S1-1-000001",
        store_id="s",
        line_no=1,
        amount_minor=-amount,
        tax_minor=0,
        reason="broken",
    )


MOVES = st.builds(Moved, st.sampled_from(CashMove), st.integers(1, 90_000))


@given(st.data())
def test_every_way_of_adding_up_comes_to_the_same(data: st.DataObject) -> None:
    sold = [data.draw(sales(number)) for number in range(1, data.draw(st.integers(0, 4)) + 1)]
    moves = data.draw(st.lists(MOVES, max_size=3))
    left = data.draw(st.integers(0, 9999))
    takings, drawer = reckon([*(Entry("a", one) for one in sold), *(Entry("b", one) for one in moves)], left)
    assert takings.total_minor == sum(one.total_minor for one in sold)
    assert sum(one.total_minor for one in takings.staff) == takings.total_minor
    paid = sum(one.amount_minor for one in takings.tenders)
    assert paid - takings.change_minor == takings.total_minor + takings.rounding_minor
    on_top = sum(one.tax_minor for one in takings.taxes)
    goods = sum(one.amount_minor for one in takings.departments)
    goods += takings.gift_cards_minor + takings.deposits_minor
    assert goods + on_top == takings.total_minor
    assert sum(one.goods_minor for one in takings.taxes) == goods
    assert sum(one.amount_minor for one in takings.savings) == takings.saved_minor
    assert drawer.adds_up()
    cash = next((one.amount_minor for one in takings.tenders if one.kind == "cash"), 0)
    moved = sum(one.amount_minor * (1 if one.move is CashMove.PAID_IN else -1) for one in moves)
    assert drawer.expected_minor == left + cash - takings.change_minor + moved


def _of_one_line(line: SaleLine, *tenders: Tender) -> Sale:
    return Sale(
        sale_id="1",
        receipt_number="S1-1-000001",
        store_id="s",
        till_number=1,
        staff_id="a",
        currency="IDR",
        completed_at_ms=1,
        lines=(line,),
        taxes=(),
        total_minor=line.net_minor,
        rounding_minor=0,
        tenders=tenders,
        change_minor=0,
    )


def test_goods_without_tax_deposits_quotes_and_unverified_codes_have_rows_of_their_own() -> None:
    def line(amount: int, **more: str) -> SaleLine:
        return SaleLine(
            product_id="p", sku="p", name="Thing", quantity_milli=1000, unit_price_minor=amount,
            amount_minor=amount, tax_code="", tax_minor=0, **more,
        )  # fmt: skip

    def by_qr(amount: int, *, verified: bool) -> Tender:
        slip = QrSlip(reference="R", verified=verified)
        return Tender(kind=TenderKind.QR, amount_minor=amount, qr=slip)

    sold = [
        _of_one_line(line(7000), by_qr(7000, verified=False)),
        _of_one_line(line(5000), by_qr(5000, verified=True)),
        _of_one_line(line(20_000, deposit_on="Q-1"), by_qr(20_000, verified=False)),
        _of_one_line(line(-4000, deposit_on="Q-2"), Tender(kind=TenderKind.CASH, amount_minor=-4000)),
    ]
    takings, drawer = reckon([*(Entry("a", one) for one in sold), Entry("a", QuoteSold())])
    assert (takings.deposits_minor, takings.quotes_sold, takings.unverified_qr_minor) == (16_000, 1, 27_000)
    assert [(one.department, one.amount_minor) for one in takings.departments] == [("", 12_000)]
    report = ShiftReport(
        shift="1", store_id="s", till_number=1, currency="IDR", business_date="2026-11-22", began_at_ms=1,
        until_ms=2, takings=takings, drawer=drawer,
    )  # fmt: skip
    shop = Shop(store_id="s", code="S1", name="Toko", country="ID", currency="IDR")
    rows = {(row.label.strip(), row.value) for row in rows_of(report, shop, {})}
    assert rows >= {
        ("No tax / Rp 28.000", "Rp 0"),
        ("Deposits taken", "Rp 16.000"),
        ("Quotes sold", "1"),
        ("QR unverified", "Rp 27.000"),
    }


def test_a_missing_number_is_a_gap_and_foreign_cash_stands_apart() -> None:
    def sale(number: int) -> Sale:
        foreign = ForeignMoney(currency="USD", amount_minor=500, rate_minor=16_000)
        return Sale(
            sale_id=str(number),
            receipt_number=f"S1-1-{number:06d}",
            store_id="s",
            till_number=1,
            staff_id="a",
            currency="IDR",
            completed_at_ms=1,
            lines=(),
            taxes=(),
            total_minor=0,
            rounding_minor=0,
            change_minor=80_000,
            tenders=(Tender(kind=TenderKind.FOREIGN_CASH, amount_minor=80_000, foreign=foreign),),
        )

    takings, drawer = reckon([Entry("a", sale(8)), Entry("a", sale(11)), Entry("b", NoSale())], 0, 7)
    assert takings.gaps == ("S1-1-000009", "S1-1-000010")
    ((foreign),) = drawer.foreign
    assert (foreign.currency, foreign.amount_minor, foreign.worth_minor) == ("USD", 1000, 160_000)
    assert (drawer.expected_minor, drawer.no_sales) == (-160_000, 1)


def test_a_counted_float_stands_instead_of_what_was_left() -> None:
    _takings, drawer = reckon([Entry("a", FloatCounted(150_000))], 90_000)
    assert (drawer.float_minor, drawer.expected_minor) == (150_000, 150_000)


def test_each_currency_is_counted_in_its_notes_and_coins() -> None:
    assert denominations("IDR") == (100_000, 50_000, 20_000, 10_000, 5000, 2000, 1000, 500, 200, 100)
    assert denominations("MYR") == (10_000, 5000, 2000, 1000, 500, 100, 50, 20, 10, 5)
    assert worth_of(counted({50: 3, 5: 1, 100: 0}, "MYR")) == 155
    assert (limit_minor(DrawerRules(), "IDR"), limit_minor(DrawerRules(), "MYR")) == (1000, 100)
    assert limit_minor(DrawerRules(over_short_limit_minor=0), "IDR") == 0
