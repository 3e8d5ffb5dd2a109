"""People at the hub: roles that the owner makes and changes, and badges that are told once."""

import msgspec
import pytest
from argon2 import PasswordHasher

from omnipos.domain.badge import badge_id_of, is_badge
from omnipos.domain.staff import RIGHTS, Right, Role, Staff
from tests.hub.rig import A, HubRig

KIND = "by_somebody_without_the_right"


def told(rig: HubRig) -> dict[str, Staff]:
    """What the tills are told of people, by name."""
    records = [one.record for one in rig.pull("staff").changes]
    return {one.name: one for one in records if isinstance(one, Staff)}


def put_role(rig: HubRig, code: str, *rights: Right, name: str = "") -> None:
    rig.ask("PUT", "/v1/roles", {"roles": [{"code": code, "name": name, "rights": list(rights)}]})


def test_a_shop_has_two_roles_from_its_first_day(rig: HubRig) -> None:
    found = rig.ask("GET", "/v1/roles")
    assert [(one["code"], set(one["rights"])) for one in found["roles"]] == [
        (role.value, {right.value for right in RIGHTS[role]}) for role in Role
    ]
    assert found["rights"] == [right.value for right in Right]


def test_people_of_a_new_role_may_what_it_says_and_no_more(rig: HubRig) -> None:
    put_role(rig, "senior", Right.DISCOUNT, Right.SELL, name="Senior cashier")
    rig.ask("PUT", "/v1/staff", {"staff": [{"name": "Ani", "role": "senior", "pin": "4321"}]})
    ani = told(rig)["Ani"]
    assert (ani.role, ani.role_name, ani.rights) == ("senior", "Senior cashier", ("sell", "discount"))
    assert (ani.may(Right.DISCOUNT), ani.may(Right.OVERRIDE)) == (True, False)


def test_a_changed_role_is_told_of_its_people_alone_and_the_hub_holds_them_to_it(rig: HubRig) -> None:
    rig.ask("PUT", "/v1/staff", {"staff": [{"name": "Boss", "role": "manager", "pin": "4321"}]})
    before = {one.key: one.number for one in rig.pull("staff").changes}
    put_role(rig, "cashier", Right.COLLECT)
    after = {one.key: one.number for one in rig.pull("staff").changes}
    assert [key for key in after if after[key] != before[key]] == ["staff-1"]
    assert told(rig)["Budi"].may(Right.SELL) is False
    journal = rig.journal()
    journal.sell((A, 1, 3500))
    rig.push(*journal.envelopes)
    assert rig.exceptions() == [KIND]


def test_a_role_or_right_that_there_is_not_is_refused_and_changes_nothing(rig: HubRig) -> None:
    wish = {"staff": [{"name": "Ani", "role": "owner", "pin": "4321"}]}
    assert rig.refused("PUT", "/v1/staff", wish) == (422, "role_unknown")
    roles = {"roles": [{"code": "ok", "rights": ["sell"]}, {"code": "bad", "rights": ["fly"]}]}
    assert rig.refused("PUT", "/v1/roles", roles) == (422, "right_unknown")
    assert [one["code"] for one in rig.ask("GET", "/v1/roles")["roles"]] == ["cashier", "manager"]
    assert [one["name"] for one in rig.ask("GET", "/v1/staff")["staff"]] == ["Budi"]


def test_a_till_ignores_a_right_of_a_newer_hub() -> None:
    sent = {
        "type": "staff",
        "staff_id": "s",
        "name": "Ani",
        "role": "pilot",
        "pin_hash": "",
        "rights": ["fly"],
    }
    ani = msgspec.json.decode(msgspec.json.encode(sent), type=Staff)
    assert [right for right in Right if ani.may(right)] == []


def test_an_older_hubs_people_may_what_their_role_is_by_itself() -> None:
    budi = Staff(staff_id="s", name="Budi", role="manager", pin_hash="")
    stranger = msgspec.structs.replace(budi, role="pilot")
    assert (budi.may(Right.OVERRIDE), stranger.may(Right.SELL)) == (True, False)


def test_a_badge_is_told_once_and_the_hub_keeps_but_its_hash(rig: HubRig) -> None:
    made = rig.ask("POST", "/v1/staff/staff-1/badge")
    assert is_badge(made["code"])
    budi = told(rig)["Budi"]
    assert budi.badge_id == badge_id_of(made["code"])
    assert PasswordHasher().verify(budi.badge_hash, made["code"])
    assert rig.ask("GET", "/v1/staff")["staff"][0]["has_badge"] is True
    files = [path for path in rig.folder.iterdir() if path.is_file()]
    assert not any(made["code"][8:].encode() in path.read_bytes() for path in files)


def test_a_new_pin_keeps_the_badge_and_a_withdrawn_badge_is_gone(rig: HubRig) -> None:
    rig.ask("POST", "/v1/staff/staff-1/badge")
    first = told(rig)["Budi"]
    rig.ask("PUT", "/v1/staff", {"staff": [{"name": "Budi", "role": "cashier", "pin": "8765"}]})
    assert told(rig)["Budi"].badge_hash == first.badge_hash
    rig.ask("POST", "/v1/staff/staff-1/badge")
    assert told(rig)["Budi"].badge_id != first.badge_id
    assert rig.ask("DELETE", "/v1/staff/staff-1/badge")["code"] == ""
    assert (told(rig)["Budi"].badge_id, told(rig)["Budi"].badge_hash) == ("", "")


@pytest.mark.parametrize("staff_id", ["nobody", "staff-1"])
def test_who_does_not_work_here_gets_no_badge(rig: HubRig, staff_id: str) -> None:
    rig.employ("cashier", active=False)
    assert rig.refused("POST", f"/v1/staff/{staff_id}/badge") == (404, "not_found")
