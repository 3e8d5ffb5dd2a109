"""What was done by somebody without the right on the word of another: the hub judges who gave it."""

import msgspec
import pytest

from omnipos.domain.drawer import CashMove
from omnipos.domain.returned import ReturnOf
from omnipos.domain.staff import Approval
from omnipos.events import (
    CashMoved,
    DrawerOpened,
    ExceptionSettled,
    Fact,
    LeaseAsked,
    OrderPicked,
    OrderReadied,
    PaperReprinted,
    SaleCompleted,
    ShiftOpened,
    StockCounted,
)
from tests.hub.journals import cash_sale
from tests.hub.rig import APPLIED, A, HubRig, outcomes
from tests.hub.test_shifts import z_of

SAYS = "{who} is named for this without the right to it: {what}."


@pytest.fixture
def shop(rig: HubRig) -> HubRig:
    """A shop with a manager, and two people who may sell and nothing else."""
    rig.ask("PUT", "/v1/roles", {"roles": [{"code": "helper", "name": "Helper", "rights": ["sell"]}]})
    pin = {"pin_hash": "$argon2id$none"}
    staff = [
        {"staff_id": "boss", "name": "Boss", "role": "manager", **pin},
        {"staff_id": "ani", "name": "Ani", "role": "helper", **pin},
        {"staff_id": "eko", "name": "Eko", "role": "helper", **pin},
    ]
    rig.ask("PUT", "/v1/staff", {"staff": staff})
    return rig


def taken_back(rig: HubRig, word: Approval | None) -> Fact:
    """Goods without a receipt, which a manager allowed, taken back by who may not take any back."""
    boss = Approval(staff_id="boss", reason="Broken")
    back = ReturnOf(
        sale_id="", receipt_number="", store_id="S1", line_no=0, amount_minor=-3500, tax_minor=0, reason="x",
        approval=boss, allowed=word,
    )  # fmt: skip
    sale = cash_sale(rig.till, 1, ((A, 1, 3500),))
    line = msgspec.structs.replace(sale.lines[0], quantity_milli=-1000, amount_minor=-3500, returned=back)
    cash = tuple(msgspec.structs.replace(one, amount_minor=-3500, approval=boss) for one in sale.tenders)
    return SaleCompleted(
        sale=msgspec.structs.replace(sale, lines=(line,), tenders=cash, total_minor=-3500, change_minor=0)
    )


def facts(rig: HubRig, word: Approval | None) -> dict[str, Fact]:
    """Each fact that names who allowed it, by what a person is told that it was."""
    z = z_of("1", 1, [], closed_by="ani")
    return {
        "a float counted into the drawer": ShiftOpened(float_minor=1, counted=(), allowed=word),
        "Rp 1.000 dropped into the safe": CashMoved(
            move=CashMove.SAFE_DROP, amount_minor=1000, reason="", allowed=word
        ),
        "the drawer opened without a sale": DrawerOpened(
            staff_id="ani", reason="x", to_count=True, approval=word
        ),
        "the drawer counted for Z S1-1-Z0001": msgspec.structs.replace(
            z, report=msgspec.structs.replace(z.report, allowed=word)
        ),
        "Z S1-1-Z0001 printed again": PaperReprinted(receipt_number="S1-1-Z0001", allowed=word),
        "goods taken back with receipt {number}": taken_back(rig, word),
    }


@pytest.mark.parametrize("place", range(6))
@pytest.mark.parametrize(
    ("by", "named"), [("boss", ""), ("eko", "Eko"), (None, "Ani"), ("x-9", "“x-9”")], ids=str
)
def test_a_managers_word_is_well_and_that_of_who_may_not_is_told(
    shop: HubRig, place: int, by: str | None, named: str
) -> None:
    word = None if by is None else Approval(staff_id=by, reason="Asked at the till")
    what, fact = list(facts(shop, word).items())[place]
    if isinstance(fact, SaleCompleted):
        what = what.format(number=fact.sale.receipt_number)
    journal = shop.journal(actor="ani")
    journal.shift = "1"
    journal.append(fact)
    assert outcomes(shop.push(*journal.envelopes)) == [APPLIED]
    cases = shop.ask("GET", "/v1/exceptions")["exceptions"]
    told = [one["detail"] for one in cases if one["kind"] == "money_without_right"]
    said = SAYS.format(who=named, what=what)
    if by == "x-9":
        said = f"{named} is named for this: {what}. The hub knows nobody of that name."
    assert told == ([said] if named else [])
    assert "by_somebody_without_the_right" not in {one["kind"] for one in cases}


@pytest.mark.parametrize(("by", "named"), [("boss", ""), ("eko", "Eko"), ("", "Ani")], ids=str)
def test_goods_are_judged_by_who_brought_them_back_where_another_finishes_the_basket(
    shop: HubRig, by: str, named: str
) -> None:
    fact = taken_back(shop, None)
    assert isinstance(fact, SaleCompleted)
    back = fact.sale.lines[0].returned
    assert back is not None
    line = msgspec.structs.replace(fact.sale.lines[0], returned=msgspec.structs.replace(back, brought_by=by))
    sale = msgspec.structs.replace(fact.sale, lines=(line,))
    journal = shop.journal(actor="ani")
    journal.append(SaleCompleted(sale=sale))
    assert outcomes(shop.push(*journal.envelopes)) == [APPLIED]
    cases = shop.ask("GET", "/v1/exceptions")["exceptions"]
    what = f"goods taken back with receipt {sale.receipt_number}"
    said = SAYS.format(who=named, what=what)
    assert [one["detail"] for one in cases if one["kind"] == "money_without_right"] == [said] * bool(named)


@pytest.mark.parametrize(
    ("by", "says"),
    [
        ("boss", []),
        ("eko", ["Eko is named for allowing at this till what only a manager may allow."]),
        ("x-9", ["x-9 is named for allowing at this till what only a manager may allow."]),
        (None, ["Ani did at this till what only a manager may do."]),
    ],
    ids=str,
)
@pytest.mark.parametrize("place", range(4))
def test_a_count_and_the_steps_of_an_order_are_judged_by_who_allowed_them(
    shop: HubRig, place: int, by: str | None, says: list[str]
) -> None:
    word = None if by is None else Approval(staff_id=by, reason="Asked at the till")
    steps: tuple[Fact, ...] = (
        StockCounted(stocktake_id="k-1", store_id="S1", seen=(), lines=(), allowed=word),
        OrderPicked(order_id="o-1", line_id="l-1", quantity_milli=1000, allowed=word),
        OrderReadied(order_id="o-1", bag_place="A3", allowed=word),
        LeaseAsked(order_id="o-1", allowed=word),
    )
    journal = shop.journal(actor="ani")
    journal.append(steps[place])
    shop.push(*journal.envelopes)
    cases = shop.ask("GET", "/v1/exceptions")["exceptions"]
    assert [one["detail"] for one in cases if one["kind"] == "by_somebody_without_the_right"] == says


@pytest.mark.parametrize(("by", "is_settled"), [("boss", True), ("eko", False), (None, False)], ids=str)
def test_an_answer_counts_by_who_allowed_it(shop: HubRig, by: str | None, is_settled: bool) -> None:
    eko = Approval(staff_id="eko", reason="x")
    journal = shop.journal(actor="ani")
    journal.append(PaperReprinted(receipt_number="S1-1-Z0001", allowed=eko))
    shop.push(*journal.envelopes)
    (case,) = shop.ask("GET", "/v1/exceptions")["exceptions"]
    word = None if by is None else Approval(staff_id=by, reason="Settling exception 1")
    fact = ExceptionSettled(
        number=case["number"], kind=case["kind"], subject=case["event_id"], answer="seen", allowed=word
    )
    journal.append(fact)
    shop.push(journal.envelopes[-1])
    after = shop.ask("GET", "/v1/exceptions")["exceptions"]
    kinds = [one["kind"] for one in after]
    assert ("settled_without_role" not in kinds) is is_settled
    first = next((one for one in after if one["number"] == case["number"]), None)
    assert (first is None or bool(first["answers"])) is is_settled
