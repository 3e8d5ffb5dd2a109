"""Promotions, coupons, roles, exceptions and leases by the back office's forms; refusals by the field."""

import html
import re

import pytest

from omnipos.domain.promotions.promotion import PercentOff, Promotion, Step, Tiers
from tests.hub.offices import Desk, hire, said
from tests.hub.rig import HubRig
from tests.hub.test_exceptions import case_of_a_broken_entry, cases
from tests.hub.test_office_pages import told


@pytest.fixture
def desk(rig: HubRig) -> Desk:
    """The manager Rina, signed in."""
    hire(rig, "Rina")
    desk = Desk(rig)
    desk.sign_in()
    return desk


def promotions(rig: HubRig) -> dict[str, Promotion]:
    """Return the promotions as a till pulls them, by name."""
    return {one.name: one for one in told(rig, Promotion).values()}


def test_a_promotion_is_made_changed_and_ended_and_tills_hear_of_it(desk: Desk) -> None:
    desk.create(
        "promotions",
        code="LUNCH",
        name="Lunch",
        reward_kind="percent",
        rate_ppm="12.5",
        skus="A\nB",
        weekdays="mon\nfri",
        from_time="11:00",
        until_time="14:30",
    )
    made = promotions(desk.rig)["Lunch"]
    assert made.reward == PercentOff(rate_ppm=125_000)
    assert (made.weekdays, made.from_minute, made.until_minute) == ((1, 5), 660, 870)
    assert len(made.goods.products) == 2
    desk.edit("promotions", "LUNCH")
    assert promotions(desk.rig)["Lunch"] == made, "saving a form as it is changes nothing"
    desk.edit("promotions", "LUNCH", reward_kind="tiers", steps="10: 5 %\n20: 7.5 %")
    steps = (Step(from_milli=10_000, rate_ppm=50_000), Step(from_milli=20_000, rate_ppm=75_000))
    assert promotions(desk.rig)["Lunch"].reward == Tiers(steps=steps)
    desk.act("promotions", "LUNCH", "delete")
    assert promotions(desk.rig) == {}


PROMOTION_REFUSALS: list[tuple[dict[str, str], str]] = [
    ({"skus": "NONE"}, "There is no product NONE."),
    ({"weekdays": "someday"}, "“someday” is no day of the week; write mon to sun, or 1 to 7."),
    ({"reward_kind": "fixed_price"}, "Type the price."),
    ({"reward_kind": "tiers", "steps": "ten"}, "“ten” is no step. Type it like 10: 12000, or 10: 5 %."),
    ({"reward_kind": "bundle", "parts": "A"}, "“A” is no part. Type it like 2 SKU1, SKU2."),
    ({"rate_ppm": "x"}, "“x” is not a number. Type it like 1.5."),
]


def test_what_a_promotion_may_not_be_stands_beside_its_field(desk: Desk) -> None:
    good = {"code": "P", "name": "P", "reward_kind": "percent", "rate_ppm": "10"}
    for values, sentence in PROMOTION_REFUSALS:
        page = desk.create("promotions", status=422, **good | values)
        (refusal,) = said(page)
        assert sentence in refusal
        beside = re.findall(r'class="invalid-feedback[^"]*"[^>]*>\s*(.*?)\s*</div>', page, re.S)
        assert [html.unescape(one) for one in beside if one] == [refusal]
    assert promotions(desk.rig) == {}
    desk.create("promotions", **good)
    twice = desk.create("promotions", status=422, **good)
    assert said(twice) == ["There is a promotion P already. Nothing was changed."]


def test_coupons_are_made_one_by_one_and_many_at_once(desk: Desk) -> None:
    desk.create("promotions", code="P", name="P", reward_kind="percent", rate_ppm="10", needs_coupon="on")
    desk.create("coupons", code="hello", promotion="P", most_uses="3")
    (coupon,) = desk.rig.ask("GET", "/v1/coupons")["coupons"]
    assert (coupon["code"], coupon["most_uses"]) == ("HELLO", 3)
    page = desk.act("coupons", "", "generate", promotion="P", count="4", prefix="NEW", most_uses="1").text
    shown = re.search(r'office-shown">(.*?)<', page, re.S)
    assert shown is not None
    codes = shown[1].split()
    assert len(set(codes)) == 4
    kept = {one["code"] for one in desk.rig.ask("GET", "/v1/coupons")["coupons"]}
    assert kept == {"HELLO", *codes}
    short = desk.create("coupons", status=422, code="x", promotion="P", most_uses="many")
    assert said(short) == ["“many” is no whole number."]
    desk.act("coupons", "HELLO", "delete")
    assert {one["code"] for one in desk.rig.ask("GET", "/v1/coupons")["coupons"]} == set(codes)


def test_a_role_is_made_of_ones_own_rights_alone(desk: Desk) -> None:
    desk.create("roles", code="lead", name="Lead", rights=["sell", "report"])
    roles = {one["code"]: one["rights"] for one in desk.rig.ask("GET", "/v1/roles")["roles"]}
    assert sorted(roles["lead"]) == ["report", "sell"]
    taken = desk.create("roles", status=422, code="lead", name="Lead", rights=["sell"])
    assert said(taken) == ["There is a role lead already. Nothing was changed."]
    own = desk.edit("roles", "manager", status=422, rights=["sell"])
    assert said(own) == ["You would lock yourself out. Nothing was changed."]
    part = {"code": "part", "name": "Part", "rights": ["back_office", "staff"]}
    desk.rig.ask("PUT", "/v1/roles", {"roles": [part]})
    hire(desk.rig, "Ani", role="part")
    desk.client.cookies.clear()
    desk.sign_in("Ani")
    more = desk.create("roles", status=422, code="x", name="X", rights=["back_office", "goods"])
    assert said(more) == ["You cannot give a right, or take one away, that is not yours."]
    less = desk.edit("roles", "lead", status=422, rights=[])
    assert said(less) == ["You cannot give a right, or take one away, that is not yours."]


def test_an_exception_is_settled_by_an_answer_that_fits_and_once(desk: Desk) -> None:
    case_of_a_broken_entry(desk.rig)
    (case,) = cases(desk.rig, only_open=True)
    number = str(case.number)
    wrong = desk.act("exceptions", number, "settle", status=400, answer="made-up", note="")
    assert wrong.json()["msg"] == "Choose an answer that fits this exception. Nothing was changed."
    assert len(cases(desk.rig, only_open=True)) == 1
    desk.act("exceptions", number, "settle", answer="reported", note="ticket 9")
    assert cases(desk.rig, only_open=True) == []
    ((answer,),) = [one.answers for one in cases(desk.rig)]
    assert (answer.answer, answer.note, answer.staff_id) == ("reported", "ticket 9", "staff-rina")
    assert "ticket 9 (Rina)" in desk.get(f"exceptions/detail?pk={number}")
    again = desk.act("exceptions", number, "settle", status=400, answer="reported", note="")
    assert again.json()["msg"] == "Forbidden"


def test_an_orders_lease_goes_to_another_till_and_to_none(desk: Desk) -> None:
    desk.rig.enrol()
    desk.rig.order("W-1")
    order = desk.rig.ask("GET", "/v1/orders/W-1")
    key = f"{desk.rig.till.store_id}/{order['order_id']}"

    def holder() -> int:
        found: int = desk.rig.ask("GET", "/v1/orders/W-1")["holder_till"]
        return found

    desk.act("orders", key, "lease", till_number="2")
    assert holder() == 2
    refused = desk.act("orders", key, "lease", status=400, till_number="9")
    assert "9" in refused.json()["msg"]
    refused = desk.act("orders", key, "lease", status=400, till_number="two")
    assert refused.json()["msg"] == "“two” is no whole number."
    assert holder() == 2
    desk.act("orders", key, "lease", till_number="0")
    assert holder() == 0


def test_a_new_row_takes_no_tax_role_or_country_that_nobody_chose(desk: Desk) -> None:
    for section, field, values in (
        ("products", "tax_code", {"sku": "NEW", "name": "New", "price_minor": "1000"}),
        ("staff", "role", {"name": "Ani", "pin": "4321"}),
        ("stores", "country", {"code": "S7", "name": "Toko Tujuh"}),
    ):
        assert desk.form_of(f"{section}/create")[field] == ""
        page = desk.create(section, status=422, **values)
        assert said(page) == ["This field is required."]
    assert "NEW" not in desk.get("products/list")
    assert desk.form_of("products/edit?pk=A")["tax_code"] == "PPN"


def test_who_is_bound_to_no_store_is_said_to_have_all(desk: Desk) -> None:
    for page in ("staff/list", "staff/detail?pk=staff-rina"):
        assert "all stores" in desk.get(page)
        assert "-empty-" not in desk.get(page)
