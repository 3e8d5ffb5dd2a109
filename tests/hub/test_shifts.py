"""Shifts at the hub: sales in the shift that their till named, and each Z held against them."""

import msgspec
from sqlalchemy import text

from omnipos.domain.drawer import Pieces
from omnipos.domain.sale import Sale
from omnipos.domain.shift import DrawerSums, ForeignCash, ShiftReport, Takings, TakingsByKind
from omnipos.domain.tender import ForeignMoney, Tender, TenderKind
from omnipos.events import SaleCompleted, ShiftClosed, ShiftOpened
from tests.hub.journals import AT_MS, Journal, cash_sale
from tests.hub.rig import APPLIED, DUPLICATE, A, B, HubRig, outcomes

KEYS = ("shift", "state", "sales", "total_minor")


def z_of(shift: str, count: int, sales: list[Sale], **changes: object) -> ShiftClosed:
    """The Z of some sales."""
    total = sum(one.total_minor for one in sales)
    takings = Takings(sales=len(sales), total_minor=total, tax_minor=sum(one.tax_minor for one in sales))
    fields: dict[str, object] = {
        "shift": shift,
        "store_id": "s",
        "till_number": 1,
        "currency": "IDR",
        "business_date": "2026-11-21",
        "began_at_ms": AT_MS,
        "until_ms": AT_MS + 1,
        "takings": takings,
        "drawer": DrawerSums(taken_minor=total, expected_minor=total),
        "number": f"S1-1-Z{count:04d}",
        "count": count,
        "first_epoch": 1,
    }
    return ShiftClosed(report=ShiftReport(**(fields | changes)))  # type: ignore[arg-type]


def sell_for(journal: Journal, *money: tuple[str, int]) -> Sale:
    """Append a sale of Rp 3.500 for each sum of foreign cash."""
    journal.receipts += 1
    sale = cash_sale(journal.till, journal.receipts, ((A, len(money), 3500),))
    paid = tuple(
        Tender(
            kind=TenderKind.FOREIGN_CASH,
            amount_minor=3500,
            foreign=ForeignMoney(currency=code, amount_minor=minor, rate_minor=14_000),
        )
        for code, minor in money
    )
    sale = msgspec.structs.replace(sale, tenders=paid)
    journal.append(SaleCompleted(sale=sale))
    return sale


def with_foreign(closed: ShiftClosed, **taken: int) -> ShiftClosed:
    """A Z that says what was taken in other currencies, beside dollars that the last shift left."""
    foreign = tuple(
        ForeignCash(currency=code, amount_minor=minor, worth_minor=1, float_minor=900 if code == "USD" else 0)
        for code, minor in taken.items()
    )
    drawer = msgspec.structs.replace(closed.report.drawer, foreign=foreign)
    return ShiftClosed(report=msgspec.structs.replace(closed.report, drawer=drawer))


def seen(rig: HubRig) -> list[tuple[object, ...]]:
    """The shifts as the owner sees them."""
    return [tuple(one[name] for name in KEYS) for one in rig.ask("GET", "/v1/shifts")["shifts"]]


def in_shift(rig: HubRig, shift: str = "1") -> Journal:
    """A journal whose events are of one shift."""
    journal = rig.journal()
    journal.shift = shift
    return journal


def test_the_owner_sees_open_and_closed_shifts_with_their_z(rig: HubRig) -> None:
    journal = in_shift(rig)
    pieces = (Pieces(worth_minor=100_000, count=2),)
    journal.append(ShiftOpened(float_minor=200_000, counted=pieces))
    sales = [journal.sell((A, 1, 3500)), journal.sell((B, 2, 6000))]
    rig.push(*journal.envelopes)
    assert seen(rig) == [("1", "open", 2, 15_500)]
    (shift,) = rig.ask("GET", "/v1/shifts?store=S1")["shifts"]
    assert (shift["float_minor"], shift["report"], shift["closed_at_ms"]) == (200_000, None, 0)
    closed = journal.append(z_of("1", 1, sales))
    journal.shift = "1-2"
    journal.sell((A, 1, 3500))
    rig.push(*journal.envelopes[3:])
    assert seen(rig) == [("1", "agrees", 2, 15_500), ("1-2", "open", 1, 3500)]
    assert rig.ask("GET", "/v1/shifts")["shifts"][0]["report"]["number"] == "S1-1-Z0001"
    assert rig.exceptions() == []
    assert outcomes(rig.push(closed)) == [DUPLICATE]
    assert seen(rig)[0] == ("1", "agrees", 2, 15_500)


def test_shifts_come_page_by_page(rig: HubRig) -> None:
    journal = in_shift(rig)
    for shift in ("1", "1-2", "1-3"):
        journal.shift = shift
        journal.sell((A, 1, 3500))
    rig.push(*journal.envelopes)
    first = rig.ask("GET", "/v1/shifts?limit=2")
    assert [one["shift"] for one in first["shifts"]] == ["1", "1-2"]
    rest = rig.ask("GET", f"/v1/shifts?limit=2&after={first['next']}")
    assert ([one["shift"] for one in rest["shifts"]], rest["next"]) == (["1-3"], "")


def test_fault_50_unsent_sales_of_a_closed_day_land_in_their_own_shift(rig: HubRig) -> None:
    journal = in_shift(rig)
    monday = [journal.sell((A, 1, 3500)), journal.sell((B, 1, 6000))]
    journal.append(z_of("1", 1, monday))
    journal.shift = "1-2"
    journal.at_ms += 86_400_000
    tuesday = [journal.sell((A, 2, 3500))]
    rig.now_ms += 2 * 86_400_000
    # The line is back a day later, and breaks once more half way.
    assert outcomes(rig.push(journal.envelopes[0])) == [APPLIED]
    assert seen(rig) == [("1", "open", 1, 3500)]
    rig.push(*journal.envelopes)
    assert seen(rig) == [("1", "agrees", 2, 9500), ("1-2", "open", 1, 7000)]
    journal.append(z_of("1-2", 2, tuesday))
    rig.push(journal.envelopes[-1])
    assert seen(rig) == [("1", "agrees", 2, 9500), ("1-2", "agrees", 1, 7000)]
    assert rig.exceptions() == []


def test_a_z_with_other_sums_than_its_sales_is_told_once(rig: HubRig) -> None:
    journal = in_shift(rig)
    sold = journal.sell((A, 1, 3500))
    other = msgspec.structs.replace(sold, total_minor=9900)
    journal.append(z_of("1", 1, [other]))
    rig.push(*journal.envelopes)
    assert seen(rig) == [("1", "differs", 1, 3500)]
    (case,) = rig.ask("GET", "/v1/exceptions")["exceptions"]
    assert case["kind"] == "shift_differs"
    assert case["detail"] == (
        "Z S1-1-Z0001 says 1 sales of Rp 9.900; of that shift the hub has 1 of Rp 3.500."
    )
    journal.sell((A, 1, 3500))
    rig.push(*journal.envelopes)
    assert rig.exceptions() == ["shift_differs"]


def test_foreign_cash_of_a_z_is_held_against_the_sales_of_its_shift(rig: HubRig) -> None:
    journal = in_shift(rig)
    sales = [
        sell_for(journal, ("USD", 25)),
        sell_for(journal, ("USD", 25), ("SGD", 30)),
        journal.sell((A, 1, 3500)),
    ]
    rig.push(*journal.envelopes)
    journal.append(with_foreign(z_of("1", 1, sales), USD=50, SGD=30))
    journal.shift = "1-2"
    journal.append(with_foreign(z_of("1-2", 2, []), USD=0))
    rig.push(*journal.envelopes[3:])
    assert [one[:2] for one in seen(rig)] == [("1", "agrees"), ("1-2", "agrees")]
    journal.shift = "1-3"
    sold = sell_for(journal, ("USD", 25))
    journal.append(with_foreign(z_of("1-3", 3, [sold]), USD=20, EUR=5))
    rig.push(*journal.envelopes[5:])
    assert seen(rig)[2][:2] == ("1-3", "differs")
    (case,) = rig.ask("GET", "/v1/exceptions")["exceptions"]
    assert (case["kind"], case["detail"]) == (
        "shift_differs",
        "Z S1-1-Z0003 says that EUR 0,05, USD 0.20 was taken; of that shift the hub has USD 0.25.",
    )
    rig.push(*journal.envelopes)
    assert rig.exceptions() == ["shift_differs"]


def test_foreign_cash_that_comes_later_lands_in_its_own_shift(rig: HubRig) -> None:
    journal = in_shift(rig)
    sales = [sell_for(journal, ("USD", 25)), sell_for(journal, ("XXX", 99))]
    journal.append(with_foreign(z_of("1", 1, sales), USD=25))
    rig.push(journal.envelopes[0])
    rig.push(*journal.envelopes)
    assert (seen(rig), rig.exceptions()) == ([("1", "agrees", 2, 7000)], [])


def test_a_shift_that_began_before_foreign_cash_was_added_up_is_not_held_against_it(rig: HubRig) -> None:
    journal = in_shift(rig)
    sales = [sell_for(journal, ("USD", 25))]
    rig.push(*journal.envelopes)
    rig.hub.database.write(lambda conn: conn.execute(text("UPDATE shift SET foreign_taken = NULL")))
    sales.append(sell_for(journal, ("USD", 25)))
    journal.append(with_foreign(z_of("1", 1, sales), USD=50))
    rig.push(*journal.envelopes[1:])
    assert (seen(rig), rig.exceptions()) == ([("1", "agrees", 2, 7000)], [])


def test_a_z_waits_for_sales_of_the_epoch_in_which_its_shift_began(rig: HubRig) -> None:
    journal = in_shift(rig)
    sold = journal.sell((A, 1, 3500))
    journal.append(z_of("1", 1, [sold, sold], first_epoch=0))
    rig.push(*journal.envelopes)
    assert (seen(rig), rig.exceptions()) == ([("1", "waiting", 1, 3500)], [])
    journal.sell((A, 1, 3500))
    rig.push(journal.envelopes[-1])
    assert (seen(rig), rig.exceptions()) == ([("1", "agrees", 2, 7000)], [])


def test_a_shift_closed_twice_keeps_its_first_z(rig: HubRig) -> None:
    journal = in_shift(rig)
    sold = journal.sell((A, 1, 3500))
    journal.append(z_of("1", 1, [sold]))
    journal.append(z_of("1", 1, [sold, sold], number="S1-1A-Z0001"))
    rig.push(*journal.envelopes)
    assert rig.exceptions() == ["shift_closed_twice"]
    assert rig.ask("GET", "/v1/shifts")["shifts"][0]["report"]["number"] == "S1-1-Z0001"


def test_a_z_with_a_number_too_large_is_told_and_what_fits_of_it_is_kept(rig: HubRig) -> None:
    journal = in_shift(rig)
    sold = journal.sell((A, 1, 3500))
    closed = z_of("1", 1, [sold])
    report = closed.report
    huge = 10**15 + 1
    kinds = (
        TakingsByKind(kind="cash", count=1, amount_minor=3500),
        TakingsByKind(kind="card", count=1, amount_minor=10**30),
    )
    broken = msgspec.structs.replace(
        report,
        counted_minor=huge,
        left_minor=10**15,
        takings=msgspec.structs.replace(report.takings, tenders=kinds),
        drawer=msgspec.structs.replace(report.drawer, paid_in_minor=-huge),
    )
    journal.append(ShiftClosed(report=broken))
    assert outcomes(rig.push(*journal.envelopes)) == [APPLIED] * 2
    (case,) = rig.ask("GET", "/v1/exceptions")["exceptions"]
    assert (case["kind"], case["detail"]) == (
        "shift_too_large",
        "Z S1-1-Z0001 says more than any shop handles: takings.tenders, drawer.paid_in_minor, counted_minor."
        " Its other sums are kept.",
    )
    (shift,) = rig.ask("GET", "/v1/shifts")["shifts"]
    kept = msgspec.convert(shift["report"], ShiftReport)
    assert kept == msgspec.structs.replace(
        report, left_minor=10**15, takings=msgspec.structs.replace(report.takings, tenders=kinds[:1])
    )
    assert shift["state"] == "agrees"


def test_a_web_shop_may_not_see_the_shifts(rig: HubRig) -> None:
    key = rig.ask("POST", "/v1/api-keys", {"channel": "web"})["key"]
    assert rig.refused("GET", "/v1/shifts", key=key)[0] == 403
