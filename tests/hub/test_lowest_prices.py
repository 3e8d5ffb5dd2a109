"""The lowest recent price of goods at the hub: over all tills, stores and web shops, by the day."""

from itertools import count
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from hub import tables
from omnipos.domain.lowest import DAY_MS
from omnipos.domain.sale import SaleLine
from omnipos.domain.saving import Saving, SavingKind
from omnipos.events import SaleCompleted
from omnipos.protocol import LowestPrice, Returnable
from tests.hub.journals import AT_MS, Journal, cash_sale
from tests.hub.migrating import migrate_again
from tests.hub.rig import APPLIED, DUPLICATE, A, B, HubRig, RigTill, outcomes
from tests.hub.test_old_sales import put as put_old
from tests.hub.test_old_sales import sale as old_sale
from tests.hub.test_returns import return_of
from tests.hub.test_shop_events import WebShop

TODAY_MS = AT_MS // DAY_MS * DAY_MS


def goods(product_id: str, quantity_milli: int, amount_minor: int, saved_minor: int = 0) -> SaleLine:
    """Return a sold line of some goods, with what was taken off."""
    saved = (Saving(kind=SavingKind.PROMOTION, name="Less", amount_minor=saved_minor),)
    return SaleLine(
        product_id=product_id, sku=product_id, name=product_id, quantity_milli=quantity_milli,
        unit_price_minor=1, amount_minor=amount_minor, tax_code="PPN", tax_minor=0,
        savings=saved if saved_minor else (),
    )  # fmt: skip


def sell(journal: Journal, *lines: SaleLine, at_ms: int = AT_MS, **more: Any) -> None:
    """Append a sale of some lines that was completed at a moment."""
    journal.receipts += 1
    sale = cash_sale(journal.till, journal.receipts, ((A, 1, 1),))
    changed = msgspec.structs.replace(sale, lines=lines, completed_at_ms=at_ms, **more)
    journal.append(SaleCompleted(sale=changed))


def asked(rig: HubRig, product_id: str, till: RigTill | None = None) -> LowestPrice:
    """Ask as a till does."""
    answer = rig.ask("GET", f"/v1/lowest-price?product={product_id}", key=rig.token_of(till or rig.till))
    return msgspec.convert(answer, LowestPrice)


def price(rig: HubRig, product_id: str, till: RigTill | None = None) -> int | None:
    """Ask for the price alone."""
    return asked(rig, product_id, till).price_minor


def store(rig: HubRig, code: str, country: str = "ID", **more: Any) -> None:
    """Set a store up."""
    wish = {"code": code, "name": f"Toko {code}", "country": country} | more
    rig.ask("PUT", "/v1/stores", {"stores": [wish]})


def test_the_least_of_all_stores_of_one_currency_is_told(rig: HubRig) -> None:
    store(rig, "S2")
    store(rig, "K1", "MY")
    tills = [rig.till, rig.enrol("S2"), rig.enrol("K1")]
    near, far, abroad = journals = [rig.journal(till) for till in tills]
    near.sell((A, 1, 3500), (A, 2, 3400))
    far.sell((A, 1, 3000))
    sell(abroad, goods(A, 1000, 120), currency="MYR")
    for till, journal in zip(tills, journals, strict=True):
        assert outcomes(rig.push(*journal.envelopes, till=till)) == [APPLIED]
    assert asked(rig, A) == LowestPrice(product_id=A, currency="IDR", days=30, price_minor=3000)
    assert asked(rig, A, tills[2]) == LowestPrice(product_id=A, currency="MYR", days=30, price_minor=120)
    assert price(rig, B) is None
    assert price(rig, "") is None


def test_what_was_taken_off_counts_and_weighed_goods_by_the_kilogram(rig: HubRig) -> None:
    journal = rig.journal()
    sell(journal, goods(A, 3000, 10_500, saved_minor=3500), goods("apples", 482, 21_690))
    sell(journal, goods("apples", 3, 136), goods("gift", 1000, 3500, saved_minor=3500))
    rig.push(*journal.envelopes)
    assert [price(rig, one) for one in (A, "apples", "gift")] == [2333, 45_000, 0]


def test_what_came_back_and_money_are_no_sales(rig: HubRig) -> None:
    journal = rig.journal()
    sale = journal.sell((A, 3, 3500), (B, 1, 6000))
    rig.push(*journal.envelopes)
    answer = rig.ask("GET", f"/v1/returnable?number={sale.receipt_number}", key=rig.till.token)
    (found,) = msgspec.convert(answer, Returnable).sales
    journal.append(SaleCompleted(sale=return_of(journal.till, found, 1, (1, 2))))
    card = msgspec.structs.replace(goods(A, 1000, 10), gift_card="GC-1")
    debt = msgspec.structs.replace(goods(A, 1000, 10), pays_off="c1")
    deposit = msgspec.structs.replace(goods(A, 1000, 10), deposit_on="Q-1")
    sell(journal, card, debt, deposit, goods("", 1000, 10))
    assert outcomes(rig.push(*journal.envelopes)) == [DUPLICATE, APPLIED, APPLIED]
    assert [price(rig, one) for one in (A, B)] == [3500, 6000]


def test_only_the_recent_days_count_however_late_a_sale_comes(rig: HubRig) -> None:
    journal = rig.journal()
    sell(journal, goods(A, 1000, 3000), at_ms=TODAY_MS - 30 * DAY_MS)
    sell(journal, goods(A, 1000, 2000), at_ms=TODAY_MS - 30 * DAY_MS - 1)
    rig.push(*journal.envelopes)
    assert price(rig, A) == 3000
    rig.now_ms += DAY_MS
    assert price(rig, A) is None
    store(rig, "S1", returns={"lowest_days": 31})
    assert asked(rig, A) == LowestPrice(product_id=A, currency="IDR", days=31, price_minor=3000)
    store(rig, "S1", returns={"lowest_days": 32})
    assert price(rig, A) == 2000
    sell(journal, goods(A, 1000, 1900), at_ms=TODAY_MS - 3 * DAY_MS)
    rig.push(*journal.envelopes)
    assert price(rig, A) == 1900


def test_the_same_batch_again_and_a_dearer_sale_change_nothing(rig: HubRig) -> None:
    journal = rig.journal()
    journal.sell((A, 1, 3500))
    journal.sell((A, 1, 3900))
    rig.push(*journal.envelopes)
    before = kept(rig)
    assert outcomes(rig.push(*journal.envelopes)) == [DUPLICATE, DUPLICATE]
    journal.sell((A, 5, 3700))
    rig.push(*journal.envelopes)
    assert kept(rig) == before == {("IDR", AT_MS // DAY_MS, A, rig.till.store_id): 3500}


def test_web_shops_and_old_sales_count(rig: HubRig) -> None:
    web = WebShop(rig)
    web.journal.sell((A, 1, 3300))
    rig.push(*web.journal.envelopes, till=web.identity)
    assert price(rig, A) == 3300
    line = {"sku": "A", "name": "Indomie", "quantity": 2, "unit_price_minor": 3200, "tax_rate_ppm": 110_000}
    tenders = [{"kind": "cash", "amount_minor": 6400}]
    put_old(rig, old_sale(at=AT_MS - 2 * DAY_MS, lines=[line], tenders=tenders))
    assert price(rig, A) == 3200


def test_only_tills_ask(rig: HubRig) -> None:
    key = rig.ask("POST", "/v1/api-keys", {"channel": "web"})["key"]
    path = f"/v1/lowest-price?product={A}"
    assert rig.refused("GET", path, key="nobody") == (401, "unauthorized")
    assert rig.refused("GET", path, key=key) == (403, "forbidden")
    assert rig.refused("GET", path) == (403, "forbidden")


sums = st.tuples(
    st.integers(0, 1),  # at which of two tills
    st.integers(0, 40),  # days ago
    st.sampled_from((1000, 2000, 3000, 250, 1337)),
    st.integers(0, 50_000),
    st.integers(0, 3000),
)


def test_it_is_the_least_of_every_sale_in_the_window(rig: HubRig) -> None:
    tills = [rig.till, rig.enrol()]
    journals = [rig.journal(till) for till in tills]
    numbers = count()

    @settings(max_examples=12, deadline=None)
    @given(sold=st.lists(sums, min_size=1, max_size=8), days=st.integers(0, 35))
    def holds(sold: list[tuple[int, int, int, int, int]], days: int) -> None:
        store(rig, "S1", returns={"lowest_days": days})
        product = f"p-{next(numbers)}"
        for at, ago, quantity, amount, saved in sold:
            line = goods(product, quantity, amount, min(saved, amount))
            sell(journals[at], line, at_ms=AT_MS - ago * DAY_MS)
        for till, journal in zip(tills, journals, strict=True):
            rig.push(*journal.envelopes[-8:], till=till)
            rig.push(*journal.envelopes[-8:], till=till)
        paid = [max(one[3] - one[4], 0) * 1000 // one[2] for one in sold if one[1] <= days]
        assert price(rig, product) == min(paid, default=None)

    holds()


def kept(rig: HubRig) -> dict[tuple[Any, ...], int]:
    """Return what the hub keeps."""
    rows = rig.hub.database.read(lambda conn: conn.execute(select(tables.lowest_price)).all())
    return {tuple(row[:4]): row[4] for row in rows}


def test_an_older_hubs_sales_are_summed_up_in_pages(rig: HubRig) -> None:
    journal = rig.journal()
    for day in range(4):
        lines = (
            goods(A, 3000, 10_500, saved_minor=day), goods("free", 1000, 500, saved_minor=500),
            goods(B, -1000, -6000), goods("", 1000, 7),
        )  # fmt: skip
        sell(journal, *lines, at_ms=AT_MS - day * DAY_MS)
        sell(journal, goods(A, 1000, 3499), goods("apples", 482, 21_690), at_ms=AT_MS - day * DAY_MS)
    assert set(outcomes(rig.push(*journal.envelopes))) == {APPLIED}
    before = kept(rig)
    assert len(before) == 12
    database = rig.hub.database
    sale = tables.sale
    # Numbers far apart: the sales of a day come from several pages.
    database.write(lambda conn: conn.execute(update(sale).values(number=sale.c.number * 3000)))
    migrate_again(database, "office_stores")
    assert kept(rig) == before
