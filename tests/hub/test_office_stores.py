"""Who is bound to a store finds in the back office what is that store's, and nothing of another one."""

import re
from typing import Any
from urllib.parse import unquote

import msgspec
import pytest

from hub.backoffice.fields import StoreField
from hub.backoffice.office import Office
from hub.backoffice.sections import SECTIONS
from omnipos.domain.approval import ApprovalGiven
from omnipos.domain.errors import EntryRefused
from omnipos.domain.shop import Shop
from omnipos.domain.staff import Staff
from tests.hub.journals import AT_MS
from tests.hub.offices import Desk, hire, said
from tests.hub.rig import A, HubRig
from tests.hub.test_messages import _ask
from tests.hub.test_office_figures import keep, sold, texts
from tests.hub.test_office_rights import written
from tests.hub.test_office_search import asked

OF_A_STORE = ("sales", "orders", "shifts", "approvals", "messages", "stock", "exceptions", "stores", "tills")
OF_ALL = ("products", "group-prices", "taxes", "promotions", "coupons", "roles")


@pytest.fixture
def desk(rig: HubRig) -> Desk:
    """A chain of two stores with one of each in both; Ani and Beni each have one, Rina has both."""
    rig.ask("PUT", "/v1/stores", {"stores": [{"code": "S2", "name": "Dua", "country": "ID"}]})
    hire(rig, "Rina")
    hire(rig, "Ani", store_codes=["S1"])
    hire(rig, "Beni", store_codes=["S2"])
    for number, till in enumerate((rig.till, rig.enrol("S2")), start=1):
        journal = rig.journal(till)
        journal.shift = f"shift-{number}"
        journal.sell((A, 1, 3500))
        journal.append(ApprovalGiven(approval_id="ap", right="fly", reason="Old", staff_id="staff-rina"))
        _ask(journal, f"one@s{number}.example")
        rig.push(*journal.envelopes, till=till)
        rig.order(f"W-{number}", store_code=f"S{number}")
    return Desk(rig)


def enter(desk: Desk, name: str) -> Desk:
    """Let somebody sign in instead of who did before."""
    desk.client.cookies.clear()
    desk.rig.now_ms += 1
    assert "Exceptions open" in desk.sign_in(name)
    return desk


def keys(desk: Desk, section: str, query: str = "") -> set[str]:
    """Return what the rows of a list are known by."""
    found = re.findall(rf"/admin/{section}/detail\?pk=([^\"&]+)", desk.get(f"{section}/list{query}"))
    return {unquote(one) for one in found}


def everything(desk: Desk, name: str) -> dict[str, set[str]]:
    """Return what somebody finds in the lists of what belongs to a store."""
    enter(desk, name)
    return {section: keys(desk, section) for section in OF_A_STORE}


def test_each_list_has_the_rows_of_ones_own_store(desk: Desk) -> None:
    every, ani, beni = (everything(desk, name) for name in ("Rina", "Ani", "Beni"))
    for section in OF_A_STORE:
        assert ani[section], section
        assert beni[section], section
        assert not ani[section] & beni[section], section
        assert ani[section] | beni[section] == every[section], section
    assert (ani["stores"], ani["tills"]) == ({"S1"}, {desk.rig.till.device_id})
    enter(desk, "Ani")
    for section, q in (("sales", "S2-1-000001"), ("orders", "W-2"), ("stock", "S2"), ("messages", "one@s2")):
        assert keys(desk, section, f"?q={q}") == set(), section


@pytest.mark.parametrize("base", ["sqlite"])
def test_what_is_another_stores_is_answered_as_if_it_were_not_there(desk: Desk) -> None:
    others = everything(desk, "Beni")
    enter(desk, "Ani")
    before = written(desk.rig)
    done = 0
    for section in SECTIONS:
        for key in others.get(section.key, ()):
            desk.get(f"{section.key}/detail?pk={key}", status=404)
            assert desk.client.get(f"/admin/{section.key}/edit?pk={key}").status_code in (403, 404)
            assert desk.post(f"{section.key}/edit?pk={key}", {"name": "X"}).status_code in (403, 404)
            for act in section.acts:
                if not act.of_list:
                    wish = {"store_code": "S1", "till_number": "1", "answer": "known", "quantity_milli": "1"}
                    answer = desk.post(f"_api/{section.key}/row-action?name={act.name}&pk={key}", wish)
                    assert "There is nothing here." in answer.text, (section.key, act.name)
                    done += 1
    assert done >= 8
    assert written(desk.rig) == before


@pytest.mark.parametrize("base", ["sqlite"])
def test_another_store_cannot_be_chosen_in_a_form(desk: Desk) -> None:
    enter(desk, "Ani")
    before = written(desk.rig)
    own = keys(desk, "tills").pop()
    assert "S2 ·" not in desk.get("tills/list")
    enrol = desk.act("tills", "", "enrol", status=422, store_code="S2")
    assert "This store is not one of yours" in enrol.text
    moved = desk.act("tills", own, "move", status=400, store_code="S2")
    assert "This store is not one of yours" in moved.json()["msg"]
    wish = {"store_code": "S2", "sku": "A", "quantity_milli": "1", "reason": "received"}
    assert "not one of yours" in desk.act("stock", "", "move", status=400, **wish).json()["msg"]
    assert written(desk.rig) == before
    desk.act("stock", "", "move", **wish | {"store_code": "S1"})
    assert desk.rig.stock("A") == (-3000, 2000), "four were sold, one came"


@pytest.mark.parametrize("base", ["sqlite"])
def test_what_holds_in_every_store_is_read_and_not_changed(desk: Desk) -> None:
    enter(desk, "Ani")
    before = written(desk.rig)
    for section in OF_ALL:
        desk.get(f"{section}/list")
        desk.get(f"{section}/create", status=403)
    for section, key in (("products", "A"), ("taxes", "PPN"), ("roles", "cashier")):
        desk.get(f"{section}/detail?pk={key}")
        desk.get(f"{section}/edit?pk={key}", status=403)
        assert desk.post(f"{section}/edit?pk={key}", {"name": "X"}).status_code == 403
    assert desk.act("products", "A", "delete", status=400).json()["msg"] == "Forbidden"
    assert desk.act("coupons", "", "generate", status=400).json()["msg"] == "Forbidden"
    desk.get("stores/create", status=403)
    assert written(desk.rig) == before
    desk.edit("stores", "S1", phone="021-5550123")
    assert "021-5550123" in desk.get("stores/detail?pk=S1")


def test_a_stores_manager_hires_for_the_own_store_alone(desk: Desk) -> None:
    enter(desk, "Ani")
    assert keys(desk, "staff") == {"staff-ani"}
    desk.get("staff/edit?pk=staff-rina", status=404)
    assert desk.act("staff", "staff-rina", "badge", status=422).status_code == 422
    person = {"name": "Dodi", "role": "cashier", "pin": "4321"}
    refused = desk.create("staff", status=422, **person)
    assert "Choose the stores that this person has in the back office." in said(refused)
    refused = desk.create("staff", status=422, **person, store_codes=["S2"])
    assert "This store is not one of yours. Nothing was changed." in said(refused)
    desk.create("staff", **person, store_codes=["S1"])
    (dodi,) = keys(desk, "staff") - {"staff-ani"}
    found = {one["name"]: one["store_codes"] for one in desk.rig.ask("GET", "/v1/staff")["staff"]}
    assert (found["Dodi"], found["Ani"], found["Rina"]) == (["S1"], ["S1"], [])
    desk.edit("staff", dodi, role="manager")
    assert "Dodi" in desk.get("done/list") or dodi in desk.get("done/list")
    enter(desk, "Beni")
    desk.get(f"staff/detail?pk={dodi}", status=404)
    assert dodi not in desk.get("done/list")


def test_who_is_bound_to_none_has_all_and_a_new_bond_holds_at_once(desk: Desk) -> None:
    enter(desk, "Ani")
    assert keys(desk, "stores") == {"S1"}
    for codes, seen in (([], {"S1", "S2"}), (["S2"], {"S2"}), (["S1", "S2"], {"S1", "S2"})):
        hire(desk.rig, "Ani", store_codes=codes)
        assert keys(desk, "stores") == seen
    hire(desk.rig, "Ani")
    assert keys(desk, "stores") == {"S1", "S2"}, "what is left out stays"
    assert len(keys(desk, "sales")) == 4
    person = {"staff_id": "staff-ani", "name": "Ani", "role": "manager", "store_codes": ["S9"]}
    assert desk.rig.refused("PUT", "/v1/staff", {"staff": [person]}) == (422, "store_unknown")
    assert keys(desk, "stores") == {"S1", "S2"}


def test_the_first_page_sums_the_own_store(desk: Desk) -> None:
    hour_ms = 3_600_000
    second = desk.rig.enrol("S2")
    keep(desk.rig, sold(desk.rig.till, AT_MS - hour_ms, 20_000), sold(second, AT_MS - hour_ms, 7_000))

    def stand(name: str) -> list[str]:
        return texts(enter(desk, name).get(""), "div", "office-figure")

    rina, ani, beni = (stand(name) for name in ("Rina", "Ani", "Beni"))
    assert [one[:3] for one in (rina, ani, beni)] == [
        ["Rp 55.000", "6", "Rp 9.166"],
        ["Rp 34.000", "3", "Rp 11.333"],
        ["Rp 21.000", "3", "Rp 7.000"],
    ]
    assert [int(one[-1]) for one in (rina, ani, beni)] == [2, 1, 1], "exceptions"


INDEXES = {
    "sales": "ix_sale_store_id_number",
    "shifts": "ix_shift_store_id_first_at_ms",
    "orders": "ix_collect_order_store_id_promised_at_ms",
    "exceptions": "ix_exception_case_store_id_number",
    "messages": "ix_message_store_id_asked_at_ms",
    "approvals": "ix_approval_store_id_kept_at_ms",
}


def test_the_rows_of_one_store_are_read_along_its_index(desk: Desk) -> None:
    enter(desk, "Ani")
    found: dict[str, list[tuple[str, Any]]] = {}
    for section in INDEXES:
        with asked(desk) as statements:
            desk.get(f"{section}/list")
        found[section] = [one for one in statements if "LIMIT" in one[0] and "ORDER BY" in one[0]]
    database = desk.rig.hub.database
    with database.reading.connect() as conn:
        for name in ("seqscan", "bitmapscan", "sort") if database.is_shared else ():
            conn.exec_driver_sql(f"SET LOCAL enable_{name} = off")  # so few rows are read whole otherwise
        words = "EXPLAIN" if database.is_shared else "EXPLAIN QUERY PLAN"
        for section, listed in found.items():
            plans = [
                "\n".join(map(str, conn.exec_driver_sql(f"{words} {text}", values)))
                for text, values in listed
            ]
            # Of few rows PostgreSQL may take those of all stores in order just as well.
            index = " using " if database.is_shared else INDEXES[section]
            assert any(index in plan for plan in plans), (section, plans)
            assert "TEMP B-TREE FOR ORDER BY" not in "".join(plans), (section, plans)


def test_who_is_bound_to_a_store_that_is_gone_may_choose_none() -> None:
    field = StoreField("store_code", source="stores")
    nobody = Staff(staff_id="s", name="Ani", role="manager", pin_hash="")
    shop = Shop(store_id="", code="", name="", country="", currency="USD")
    bound = Office(person=nobody, rights=frozenset(), shop=shop, now_ms=0, stores=frozenset({"gone"}))
    with pytest.raises(EntryRefused, match="not one of yours"):
        field.read("S1", bound)
    assert field.read("S1", msgspec.structs.replace(bound, stores=frozenset())) == "S1"
