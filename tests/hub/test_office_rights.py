"""Who sees and does what in the back office, section by section; without a right nothing is written."""

from typing import Any

import pytest
from sqlalchemy import func, select

from hub import tables
from omnipos.domain.staff import Right
from tests.hub.offices import Desk, hire
from tests.hub.rig import HubRig

SEEN: dict[str, set[str]] = {
    "back_office": {"stock", "exceptions"},
    "report": {"sales", "orders", "shifts", "approvals"},
    "goods": {"products", "group-prices", "taxes", "promotions", "coupons"},
    "customers": {"customers", "messages"},
    "stores": {"stores", "tills"},
    "staff": {"staff", "roles", "done"},
    "settle": set(),
    "count": set(),
    "override": set(),
}
"""What each right opens; who has none but the first sees its line alone."""
EVERYTHING = set[str]().union(*SEEN.values())
MADE = {
    "goods": {"products", "group-prices", "taxes", "promotions", "coupons"},
    "customers": {"customers"},
    "stores": {"stores"},
    "staff": {"staff", "roles"},
}
"""What can be made new with a right."""
EDITED = {"products": "A", "taxes": "PPN", "stores": "S1", "staff": "staff-rina", "roles": "cashier"}
LIST_ACTS = [("tills", "enrol", "stores"), ("stock", "move", "count"), ("coupons", "generate", "goods")]
ROW_ACTS = [
    ("products", "A", "delete", "goods"),
    ("taxes", "PPN", "delete", "goods"),
    ("stores", "S1", "enrol", "stores"),
    ("tills", "TILL", "move", "stores"),
    ("tills", "TILL", "revoke", "stores"),
    ("customers", "c-one", "join", "customers"),
    ("customers", "c-one", "take-out", "customers"),
    ("customers", "c-one", "forget", "customers"),
    ("staff", "staff-rina", "badge", "staff"),
    ("orders", "ORDER", "cancel", "override"),
    ("orders", "ORDER", "lease", "override"),
    ("exceptions", "1", "settle", "settle"),
]


@pytest.fixture
def desk(rig: HubRig) -> Desk:
    """A hub with one of each, and nobody signed in."""
    hire(rig, "Rina")
    card = {"name": "Sarah W", "phone": "081234567890", "customer_id": "c-one"}
    rig.ask("PUT", "/v1/customers", {"customers": [card]})
    rig.order("W-1")
    return Desk(rig)


def enter_with(desk: Desk, *rights: str) -> None:
    """Sign somebody in whose role has some rights only."""
    desk.rig.ask("PUT", "/v1/roles", {"roles": [{"code": "part", "name": "Part", "rights": list(rights)}]})
    hire(desk.rig, "Ani", role="part")
    desk.client.cookies.clear()
    desk.rig.now_ms += 1
    assert "Exceptions open" in desk.sign_in("Ani")


def written(rig: HubRig) -> list[Any]:
    """Return what shows each write: the acts, and the heads of all streams."""
    head = tables.stream_head

    def work(conn: Any) -> list[Any]:
        acts = conn.scalar(select(func.count()).select_from(tables.office_act))
        codes = conn.scalar(select(func.count()).select_from(tables.enrol_code))
        return [acts, codes, *conn.execute(select(head).order_by(head.c.stream)).all()]

    return list(rig.hub.database.read(work))


@pytest.mark.parametrize("base", ["sqlite"])
@pytest.mark.parametrize("right", SEEN)
def test_each_right_opens_its_sections_and_no_others(desk: Desk, right: str) -> None:
    enter_with(desk, "back_office", right)
    seen = SEEN["back_office"] | SEEN[right]
    menu = desk.get("")
    assert {one for one in EVERYTHING if f"/admin/{one}/list" in menu} == seen
    assert ("Sold today" in menu) == (right == "report")
    made = MADE.get(right, set())
    for section in EVERYTHING:
        desk.get(f"{section}/list", status=200 if section in seen else 403)
        desk.get(f"{section}/create", status=200 if section in made else 403)
    for section, key in EDITED.items():
        desk.get(f"{section}/edit?pk={key}", status=200 if section in made else 403)
        desk.get(f"{section}/detail?pk={key}", status=200 if section in seen else 403)


@pytest.mark.parametrize("base", ["sqlite"])
@pytest.mark.parametrize("right", SEEN)
def test_a_form_sent_without_the_right_is_refused_and_writes_nothing(desk: Desk, right: str) -> None:
    rig = desk.rig
    order = rig.ask("GET", "/v1/orders/W-1")
    names = {"TILL": rig.till.device_id, "ORDER": f"{rig.till.store_id}/{order['order_id']}"}
    enter_with(desk, "back_office", right)
    before = written(rig)
    made = MADE.get(right, set())
    for section in EVERYTHING - made:
        answer = desk.post(f"{section}/create", {"code": "X", "name": "X", "sku": "X", "price_minor": "1"})
        assert answer.status_code == 403, section
        answer = desk.post(f"{section}/edit?pk={EDITED.get(section, 'X')}", {"name": "X"})
        assert answer.status_code == 403, section
    for section, name, needed in LIST_ACTS:
        # An act wants its section's right as well: who may not see it does nothing in it.
        if needed != right:
            wish = {"store_code": "S1", "sku": "A", "quantity_milli": "1", "reason": "received"}
            assert desk.act(section, "", name, status=400, **wish).json()["msg"] == "Forbidden", section
    for section, key, name, needed in ROW_ACTS:
        if needed != right or section == "orders":
            refused = desk.act(section, names.get(key, key), name, status=400)
            assert refused.json()["msg"] == "Forbidden", (section, name)
    assert written(rig) == before


def test_who_has_no_right_gets_in_nowhere(desk: Desk) -> None:
    hire(desk.rig, "Sari", role="cashier", pin="1234")
    every_other = [one.value for one in Right if one is not Right.BACK_OFFICE]
    desk.rig.ask("PUT", "/v1/roles", {"roles": [{"code": "most", "name": "Most", "rights": every_other}]})
    hire(desk.rig, "Ani", role="most")
    before = written(desk.rig)
    for name, pin in (("Sari", "1234"), ("Ani", "9876"), ("", "")):
        if name:
            assert f"{name} may not open the back office." in desk.sign_in(name, pin)
        for path in ("", *(f"{section}/{page}" for section in EVERYTHING for page in ("list", "create"))):
            answer = desk.client.get(f"/admin/{path}", follow_redirects=False)
            assert (answer.status_code, "/admin/login" in answer.headers["location"]) == (303, True), path
        wish = {"csrftoken": desk.token(), "store_code": "S1"}
        answer = desk.client.post(
            "/admin/_api/tills/action?name=enrol&pk=", data=wish, follow_redirects=False
        )
        assert answer.status_code in (303, 401)
    assert written(desk.rig) == before


def test_a_manager_and_an_owners_role_of_all_rights_see_everything(desk: Desk) -> None:
    every = [one.value for one in Right]
    desk.rig.ask("PUT", "/v1/roles", {"roles": [{"code": "owner", "name": "Owner", "rights": every}]})
    hire(desk.rig, "Ibu", role="owner")
    for name in ("Rina", "Ibu"):
        desk.client.cookies.clear()
        menu = desk.sign_in(name)
        assert {one for one in EVERYTHING if f"/admin/{one}/list" in menu} == EVERYTHING
