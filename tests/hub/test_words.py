"""Who is named inside facts about money: held against their rights, counted and told with name and deed."""

import msgspec
import pytest

from omnipos.domain.basket import Discount, Exemption, PriceOverride
from omnipos.domain.drawer import CashMove
from omnipos.domain.payment import PaymentOutcome
from omnipos.domain.returned import ReturnOf
from omnipos.domain.sale import Sale
from omnipos.domain.shift import CountTold, ForeignCount, Obstacle, ObstacleKind
from omnipos.domain.staff import Approval
from omnipos.domain.tender import Tender, TenderKind
from omnipos.events import (
    CashMoved,
    DrawerOpened,
    Fact,
    PaperReprinted,
    PaymentEnded,
    SaleCompleted,
    ShiftOpened,
)
from tests.hub.journals import cash_sale
from tests.hub.rig import APPLIED, A, HubRig, outcomes
from tests.hub.test_returns import asked, return_of
from tests.hub.test_shifts import z_of

BUDI = Approval(staff_id="staff-1", reason="Damaged")
BOSS = Approval(staff_id="boss", reason="Damaged")
NOBODY = Approval(staff_id="x-9", reason="Damaged")
STUCK = (Obstacle(kind=ObstacleKind.BASKET, subject="17"),)


@pytest.fixture
def shop(rig: HubRig) -> HubRig:
    """A shop with Budi, a cashier who acts, and a manager; paying out is limited."""
    boss = {"staff_id": "boss", "name": "Boss", "role": "manager", "pin_hash": "$argon2id$none"}
    rig.ask("PUT", "/v1/staff", {"staff": [boss]})
    wish = {"code": "S1", "name": "Toko", "country": "ID", "drawer": {"paid_out_limit_minor": 50_000}}
    rig.ask("PUT", "/v1/stores", {"stores": [wish]})
    return rig


def told(rig: HubRig) -> list[str]:
    """What the cases of money without a right say; there are no others."""
    cases = rig.ask("GET", "/v1/exceptions")["exceptions"]
    assert {one["kind"] for one in cases} <= {"money_without_right"}
    return [one["detail"] for one in cases]


def with_line(sale: Sale, **changes: object) -> Sale:
    return msgspec.structs.replace(sale, lines=(msgspec.structs.replace(sale.lines[0], **changes),))


def a_sale(rig: HubRig, **changes: object) -> Sale:
    return msgspec.structs.replace(cash_sale(rig.till, 1, ((A, 1, 3500),)), **changes)


def facts(rig: HubRig, word: Approval | None) -> list[tuple[Fact, str]]:
    """Each fact that names who allowed it, and what a person is told that it was."""
    z = z_of("1", 1, [])
    sale = a_sale(rig)
    lent = (Tender(kind=TenderKind.ACCOUNT, amount_minor=3500, reference="c", approval=word),)
    by_hand = {"payment_id": "p", "approval": word}
    return [
        (
            CashMoved(move=CashMove.PAID_OUT, amount_minor=60_000, reason="ice", approval=word),
            "Rp 60.000 paid out beyond the limit of the shop",
        ),
        (PaymentEnded(outcome=PaymentOutcome.SAID_PAID, **by_hand), "a payment settled by hand"),
        (PaymentEnded(outcome=PaymentOutcome.SAID_UNPAID, **by_hand), "a payment settled by hand"),
        (PaymentEnded(outcome=PaymentOutcome.KEPT, **by_hand), "a payment settled by hand"),
        (
            msgspec.structs.replace(
                z, report=msgspec.structs.replace(z.report, difference_minor=-9000, over_short=word)
            ),
            "a drawer over or short at Z S1-1-Z0001",
        ),
        (
            msgspec.structs.replace(
                z, report=msgspec.structs.replace(z.report, obstacles=STUCK, forced=word)
            ),
            "Z S1-1-Z0001 closed over what stood in its way",
        ),
        (
            SaleCompleted(sale=with_line(sale, discount=Discount(reason="x", rate_ppm=1, approval=word))),
            f"a discount on receipt {sale.receipt_number}",
        ),
        (
            SaleCompleted(
                sale=with_line(sale, override=PriceOverride(reason="x", was_minor=1, approval=word))
            ),
            f"another price on receipt {sale.receipt_number}",
        ),
        (
            SaleCompleted(sale=a_sale(rig, discount=Discount(reason="x", rate_ppm=1, approval=word))),
            f"a discount on receipt {sale.receipt_number}",
        ),
        (
            SaleCompleted(sale=a_sale(rig, exemption=Exemption(reason="x", approval=word))),
            f"no tax on receipt {sale.receipt_number}",
        ),
        *(
            [
                (
                    SaleCompleted(sale=a_sale(rig, tenders=lent)),
                    f"Rp 3.500 lent beyond the limit with receipt {sale.receipt_number}",
                ),
                (
                    DrawerOpened(staff_id="staff-1", reason="x", approval=word),
                    "the drawer opened without a sale",
                ),
            ]
            if word
            else []
        ),
    ]


@pytest.mark.parametrize("place", range(12))
def test_a_word_of_who_may_not_or_is_not_known_is_counted_and_told_and_a_managers_is_not(
    shop: HubRig, place: int
) -> None:
    for till, (word, says) in enumerate(
        (
            (BUDI, "Budi is named for this without the right to it: {what}."),
            (NOBODY, "“x-9” is named for this: {what}. The hub knows nobody of that name."),
            (BOSS, ""),
        )
    ):
        fact, what = facts(shop, word)[place]
        journal = shop.journal(device := shop.enrol())
        journal.shift = "1"
        if isinstance(fact, SaleCompleted):
            sale = msgspec.structs.replace(fact.sale, sale_id=f"s-{till}", receipt_number=f"R-{till}")
            what = what.replace(a_sale(shop).receipt_number, f"R-{till}")
            fact = SaleCompleted(sale=sale)
        before = len(shop.ask("GET", "/v1/exceptions")["exceptions"])
        journal.append(fact)
        assert outcomes(shop.push(journal.envelopes[-1], till=device)) == [APPLIED]
        cases = shop.ask("GET", "/v1/exceptions")["exceptions"][before:]
        ours = [one["detail"] for one in cases if one["kind"] == "money_without_right"]
        assert ours == ([says.format(what=what)] if says else [])


@pytest.mark.parametrize("place", range(10))
def test_without_a_word_who_did_it_answers_for_it(shop: HubRig, place: int) -> None:
    fact, what = facts(shop, None)[place]
    journal = shop.journal()
    journal.append(fact)
    shop.push(*journal.envelopes)
    assert f"Budi is named for this without the right to it: {what}." in told(shop)
    shop.employ("manager")
    again = shop.journal(second := shop.enrol())
    again.append(fact)
    seen = len(told(shop))
    shop.push(*again.envelopes, till=second)
    cases = shop.ask("GET", "/v1/exceptions")["exceptions"][seen:]
    assert "money_without_right" not in {one["kind"] for one in cases}


def test_the_drawer_is_told_by_name_when_who_moves_its_money_may_not(shop: HubRig) -> None:
    journal = shop.journal(actor="x-9")
    closed = z_of("1", 1, [], closed_by="boss")
    journal.append(ShiftOpened(float_minor=1, counted=()))
    journal.append(CashMoved(move=CashMove.SAFE_DROP, amount_minor=1000, reason=""))
    journal.append(CashMoved(move=CashMove.PAID_IN, amount_minor=2000, reason="x"))
    journal.append(DrawerOpened(staff_id="x-9", reason="x"))
    journal.append(closed)
    assert outcomes(shop.push(*journal.envelopes)) == [APPLIED] * 5
    said = "“x-9” is named for this: {}. The hub knows nobody of that name."
    assert told(shop) == [
        said.format("a float counted into the drawer"),
        said.format("Rp 1.000 dropped into the safe"),
        said.format("Rp 2.000 paid into the drawer"),
        said.format("the drawer opened without a sale"),
        said.format("the drawer counted for Z S1-1-Z0001"),
    ]


def test_the_drawer_opened_to_be_counted_takes_no_word_and_otherwise_it_does(shop: HubRig) -> None:
    journal = shop.journal()
    journal.append(DrawerOpened(staff_id="staff-1", reason="x", to_count=True))
    shop.push(*journal.envelopes)
    assert told(shop) == []
    journal.append(DrawerOpened(staff_id="staff-1", reason="x"))
    shop.push(*journal.envelopes)
    assert told(shop) == ["Budi is named for this without the right to it: the drawer opened without a sale."]


def test_a_z_in_the_name_of_somebody_who_may_not_close_is_told(shop: HubRig) -> None:
    shop.ask("PUT", "/v1/roles", {"roles": [{"code": "helper", "name": "Helper", "rights": ["sell"]}]})
    helper = {"staff_id": "h", "name": "Ani", "role": "helper", "pin_hash": "$argon2id$none"}
    shop.ask("PUT", "/v1/staff", {"staff": [helper]})
    journal = shop.journal()
    journal.shift = "1"
    journal.append(z_of("1", 1, [], closed_by="h"))
    journal.append(PaperReprinted(receipt_number="S1-1-Z0001"))
    shop.push(*journal.envelopes)
    assert told(shop) == [
        "Ani is named for this without the right to it: the drawer counted for Z S1-1-Z0001."
    ]


def test_goods_taken_back_too_late_or_for_cash_that_was_not_cash_without_a_word_are_told(
    shop: HubRig,
) -> None:
    journal = shop.journal()
    sold = journal.sell((A, 2, 3500))
    card = (Tender(kind=TenderKind.CARD, amount_minor=3500),)
    by_card = msgspec.structs.replace(
        cash_sale(shop.till, 9, ((A, 1, 3500),)), tenders=card, receipt_number="CARD-1"
    )
    journal.append(SaleCompleted(sale=by_card))
    shop.push(*journal.envelopes)
    (found,) = asked(shop, number=sold.receipt_number)
    on_time = return_of(shop.till, found, 1, (1, 1))
    journal.append(SaleCompleted(sale=on_time))
    shop.push(*journal.envelopes)
    assert told(shop) == []
    (found,) = asked(shop, number=sold.receipt_number)
    late_ms = sold.completed_at_ms + 31 * 86_400_000
    late = msgspec.structs.replace(return_of(shop.till, found, 2, (1, 1)), completed_at_ms=late_ms)
    journal.append(SaleCompleted(sale=late))
    (found,) = asked(shop, number="CARD-1")
    journal.append(SaleCompleted(sale=return_of(shop.till, found, 3, (1, 1))))
    shop.push(*journal.envelopes)
    said = "Budi is named for this without the right to it: {}."
    assert told(shop) == [
        said.format("goods taken back too late with receipt B-1-2"),
        said.format("Rp 3.500 given back in cash with receipt B-1-3"),
    ]


def test_goods_without_a_receipt_say_who_allowed_them_that_may_not(shop: HubRig) -> None:
    back = ReturnOf(
        sale_id="", receipt_number="", store_id="S1", line_no=0, amount_minor=-3500, tax_minor=0, reason="x",
        approval=BUDI,
    )  # fmt: skip
    sale = a_sale(shop)
    line = msgspec.structs.replace(sale.lines[0], quantity_milli=-1000, amount_minor=-3500, returned=back)
    cash = (Tender(kind=TenderKind.CASH, amount_minor=-3500, approval=BOSS),)
    journal = shop.journal()
    journal.append(
        SaleCompleted(sale=msgspec.structs.replace(sale, lines=(line,), tenders=cash, total_minor=-3500))
    )
    shop.push(*journal.envelopes)
    cases = shop.ask("GET", "/v1/exceptions")["exceptions"]
    assert (
        f"Receipt {sale.receipt_number} takes goods back without a receipt. Budi allowed it, who may not."
        in [one["detail"] for one in cases]
    )


@pytest.mark.parametrize(
    ("off_minor", "rate_minor", "is_told"), [(-6, 16_500, 0), (-7, 16_500, 1), (1, 0, 1)]
)
def test_dollars_that_are_off_beyond_the_limit_take_a_word_too(
    shop: HubRig, off_minor: int, rate_minor: int, is_told: int
) -> None:
    dollars = ForeignCount(
        currency="USD", expected_minor=100, counted_minor=100 + off_minor, difference_minor=off_minor,
        left_minor=0, rate_minor=rate_minor,
    )  # fmt: skip
    journal = shop.journal()
    journal.append(z_of("1", 1, [], foreign_counted=(dollars,)))
    shop.push(*journal.envelopes)
    said = "Budi is named for this without the right to it: a drawer over or short at Z S1-1-Z0001."
    assert told(shop) == [said] * is_told


def test_a_count_behind_one_that_was_told_takes_a_word_though_it_is_right(shop: HubRig) -> None:
    journal = shop.journal()
    count = CountTold(staff_id="staff-1", counted=(), counted_minor=0, difference_minor=-5000)
    journal.append(count)
    z = z_of("1", 1, [])
    drawer = msgspec.structs.replace(z.report.drawer, told=count)
    journal.append(msgspec.structs.replace(z, report=msgspec.structs.replace(z.report, drawer=drawer)))
    shop.push(*journal.envelopes)
    said = "Budi is named for this without the right to it: a drawer over or short at Z S1-1-Z0001."
    assert told(shop) == [said]
