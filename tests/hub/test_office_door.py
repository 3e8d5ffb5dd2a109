"""The door of the back office: who comes in, how long after wrong PINs, and when a session ends."""

import re
from pathlib import Path

import pytest

from hub.logbook import TextLines
from omnipos.domain.staff import Right
from tests.hub.conftest import Shelf
from tests.hub.offices import PIN, Desk, hire, said
from tests.hub.rig import HubRig

MINUTE_MS = 60_000
WRONG = ["Name and PIN do not fit. Try again."]


@pytest.fixture
def desk(rig: HubRig) -> Desk:
    """A manager, Rina, before the door."""
    hire(rig, "Rina")
    return Desk(rig)


def is_in(desk: Desk) -> bool:
    """Tell whether the first page opens."""
    return desk.client.get("/admin/", follow_redirects=False).status_code == 200


def test_whom_somebody_searched_for_is_not_in_the_log(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    search = "/admin/customers/list?q=081234567890&sort=name__asc"
    assert desk.client.get(search, follow_redirects=False).status_code == 303
    lines = [TextLines().format(one) for one in caplog.records]
    assert any("/admin/login?… from" in line for line in lines)
    assert not any("0812" in line or "name__asc" in line for line in lines)


def test_a_manager_comes_in_by_name_and_pin_and_goes_out(desk: Desk) -> None:
    assert not is_in(desk)
    assert "Sold today" in desk.sign_in("rina")
    kept = desk.client.cookies["omnipos_office"]
    desk.post("logout", {})
    assert not is_in(desk)
    desk.client.cookies.set("omnipos_office", kept, domain="testserver.local", path="/admin")
    assert not is_in(desk), "a copied cookie is worth nothing once its owner went out"
    desk.rig.now_ms += 1
    assert "Sold today" in desk.sign_in("rina")


def test_whoever_may_not_open_the_back_office_stays_out(desk: Desk) -> None:
    hire(desk.rig, "Sari", role="cashier", pin="1234")
    assert said(desk.sign_in("Sari", "1234")) == ["Sari may not open the back office."]
    assert said(desk.sign_in("Rina", "1111")) == WRONG
    assert said(desk.sign_in("Nobody", PIN)) == WRONG
    assert not is_in(desk)


def test_the_fifth_wrong_pin_starts_a_wait_that_grows_and_outlives_a_restart(
    desk: Desk, tmp_path: Path, shelf: Shelf
) -> None:
    for _try in range(5):
        assert said(desk.sign_in(pin="0000")) == WRONG
    assert said(desk.sign_in()) == ["Too many wrong PINs. Wait 5 seconds, then try again."]
    desk.rig.now_ms += 5_000
    assert said(desk.sign_in(pin="0000")) == WRONG
    assert said(desk.sign_in()) == ["Too many wrong PINs. Wait 10 seconds, then try again."]
    again = shelf.open(tmp_path)
    again.now_ms = desk.rig.now_ms
    with again.client:
        other = Desk(again)
        assert said(other.sign_in()) == ["Too many wrong PINs. Wait 10 seconds, then try again."]
        again.now_ms += 10_000
        assert "Sold today" in other.sign_in()
        other.post("logout", {})
        again.now_ms += 1
        assert said(other.sign_in(pin="0000")) == WRONG
        assert "Sold today" in other.sign_in(), "coming in forgets the failures"


def test_names_that_nobody_has_wait_too_and_fill_no_table(desk: Desk) -> None:
    for _try in range(5):
        assert said(desk.sign_in("Mallory", "0000")) == WRONG
    assert said(desk.sign_in("Mallory", "0000")) == ["Too many wrong PINs. Wait 5 seconds, then try again."]
    assert "Sold today" in desk.sign_in()


def test_a_session_ends_after_half_an_hour_without_a_page_and_after_half_a_day(desk: Desk) -> None:
    desk.sign_in()
    for _page in range(3):
        desk.rig.now_ms += 29 * MINUTE_MS
        assert is_in(desk)
    desk.rig.now_ms += 30 * MINUTE_MS
    assert not is_in(desk)
    desk.sign_in()
    for _page in range(25):
        desk.rig.now_ms += 29 * MINUTE_MS
        is_in(desk)
    assert not is_in(desk)


@pytest.mark.parametrize("change", [{"pin": "4711"}, {"active": False}, {"role": "cashier"}])
def test_a_session_ends_with_the_pin_the_work_or_the_right(desk: Desk, change: dict[str, object]) -> None:
    desk.sign_in()
    assert is_in(desk)
    hire(desk.rig, "Rina", **change)  # type: ignore[arg-type]
    assert not is_in(desk)


def test_a_form_without_its_token_changes_nothing(desk: Desk) -> None:
    desk.sign_in()
    form = desk.form_of("products/edit?pk=A")
    for token in ("", "made-up"):
        answer = desk.post("products/edit?pk=A", form | {"price_minor": "1"}, token=token)
        assert answer.status_code == 403
    assert desk.post("_api/products/row-action?name=delete&pk=A", {}, token="x").status_code == 403
    assert desk.post("logout", {}, token="").status_code == 403
    assert desk.rig.ask("GET", "/v1/products?sku=A")["products"][0]["price_minor"] == 3500


def test_the_cookie_is_for_these_pages_alone_and_by_https_for_nothing_else(desk: Desk) -> None:
    form = {"username": "Rina", "password": PIN, "csrftoken": desk.token()}
    for scheme, secure in (("http", False), ("https", True)):
        desk.client.cookies.delete("omnipos_office", path="/admin") if secure else None
        answer = desk.client.post(
            "/admin/login", data=form, headers={"X-Forwarded-Proto": scheme}, follow_redirects=False
        )
        cookie = next(
            one for one in answer.headers.get_list("set-cookie") if one.startswith("omnipos_office")
        )
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        assert "Path=/admin" in cookie
        assert ("Secure" in cookie) == secure
        assert answer.headers["location"].startswith(f"{scheme}://")


def test_pages_may_load_nothing_from_elsewhere_and_run_no_script_but_their_own(desk: Desk) -> None:
    answer = desk.client.get("/admin/login")
    rules = answer.headers["content-security-policy"]
    nonce = re.search(r"script-src 'self' 'nonce-([^']+)'", rules)
    assert nonce is not None
    own = {"'self'", f"'nonce-{nonce[1]}'"}
    assert {rule.split()[0]: set(rule.split()[1:]) for rule in rules.split("; ")} == {
        "default-src": {"'none'"},
        "script-src": own,
        "style-src": own,
        "style-src-attr": {"'unsafe-inline'"},
        "img-src": {"'self'", "data:"},
        "font-src": {"'self'"},
        "connect-src": {"'self'"},
        "form-action": {"'self'"},
        "base-uri": {"'none'"},
        "frame-ancestors": {"'none'"},
    }
    assert set(re.findall(r'<script nonce="([^"]+)"', answer.text)) == {nonce[1]}
    assert "<script>" not in answer.text
    assert "<style>" not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    other = desk.client.get("/admin/login").headers["content-security-policy"]
    assert other != rules, "a nonce is used once"


def test_a_page_larger_than_any_form_is_refused(desk: Desk) -> None:
    answer = desk.post("login", {"username": "x" * (1 << 21), "password": "1"})
    assert answer.status_code == 413


def test_every_right_of_the_back_office_is_a_managers_and_no_cashiers(desk: Desk) -> None:
    roles = {one["code"]: one["rights"] for one in desk.rig.ask("GET", "/v1/roles")["roles"]}
    own = [Right.BACK_OFFICE, Right.GOODS, Right.CUSTOMERS, Right.STORES]
    assert [right in roles["manager"] for right in own] == [True] * 4
    assert [right in roles["cashier"] for right in own] == [False] * 4
