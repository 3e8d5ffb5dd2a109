"""The back office in a real browser against a real hub: what people do there; no other host is asked."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright

from omnipos.domain.barcode import canonical
from tests.browsers import SANDBOX, chromium
from tests.hubs import HubProcess
from tests.rigs import INDOMIE
from tests.sync.conftest import EnrolledTill
from tests.sync.test_engine import sell

pytestmark = pytest.mark.xdist_group("browser")
"""One worker opens the browser, once for all of its tests."""

PIN = "9876"
ODD_NAMES = ("<script>alert(1)</script>", "{{7*7}}", "Tee [/]")
WATCH = "addEventListener('securitypolicyviolation', e => console.error('refused: ' + e.blockedURI));"
WIDE, NARROW = (1280, 800), (390, 844)


class Watched:
    """A page of which all that goes wrong, and each question to another host, is kept."""

    def __init__(self, browser: Browser, hub: HubProcess) -> None:
        """Open an empty page."""
        self.hub = hub
        self.elsewhere: list[str] = []
        self.wrong: list[str] = []
        context = browser.new_context()
        context.set_default_timeout(30_000)
        context.route("**/*", self._pass)
        context.add_init_script(WATCH)
        self.page: Page = context.new_page()
        self.page.on("console", lambda said: self.wrong.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("dialog", lambda box: self.wrong.append(box.message))

    def _pass(self, route: Route) -> None:
        if route.request.url.startswith((f"{self.hub.address}/", "data:", "blob:")):
            route.continue_()
        else:
            self.elsewhere.append(route.request.url)
            route.abort()

    def go(self, path: str) -> Page:
        """Open a page of the back office."""
        self.page.goto(f"{self.hub.address}/admin/{path}")
        return self.page

    def sign_in(self, pin: str = PIN) -> None:
        """Type a name and a PIN."""
        page = self.go("login")
        page.get_by_label("Name").fill("Rina")
        page.get_by_label("PIN").fill(pin)
        page.get_by_role("button", name="Sign in").click()

    def see(self, text: str) -> None:
        """Wait for words on the page, and for the page to be whole: its menus listen only then."""
        expect(self.page.get_by_text(text)).to_be_visible()
        self.page.wait_for_load_state()

    def check(self) -> None:
        """Nothing may have gone wrong, and no other host may have been asked."""
        assert (self.elsewhere, self.wrong) == ([], [])


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    """A hub with a shop, a manager, two cards of one person, and products of odd names."""
    hub = HubProcess(tmp_path_factory.mktemp("office") / "hub")
    hub.set_up_shop()
    rina = {"staff_id": "s-rina", "name": "Rina", "role": "manager", "pin": PIN}
    hub.ask("PUT", "/v1/staff", {"staff": [rina]})
    hub.ask("PUT", "/v1/customers", {"customers": [{"name": "Sarah W", "phone": "081200000001"}]})
    odd = [
        {"sku": f"ODD-{number}", "name": name, "price_minor": 1000, "tax_code": "PPN"}
        for number, name in enumerate(ODD_NAMES)
    ]
    hub.ask("PUT", "/v1/products", {"products": odd})
    yield hub
    hub.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all of it."""
    path = chromium()
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=list(SANDBOX))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def signed_in(browser: Browser, hub: HubProcess) -> Watched:
    """Rina's page, signed in."""
    watched = Watched(browser, hub)
    watched.sign_in()
    watched.see("Sold today")
    return watched


@pytest.fixture
def office(signed_in: Watched) -> Iterator[Watched]:
    """Rina's page; after each test nothing went wrong on it, and no other host was asked."""
    signed_in.page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
    yield signed_in
    signed_in.check()


def test_a_price_changed_in_the_page_is_the_next_pulls_at_a_till_and_its_sales_are_in_the_picture(
    office: Watched, tmp_path: Path
) -> None:
    till = EnrolledTill(office.hub, tmp_path / "till")
    till.clock.at_ms = time.time_ns() // 1_000_000
    try:
        assert till.engine.once().ok
        code = INDOMIE.barcodes[0].code
        page = office.go(f"products/list?q={code}")
        page.get_by_role("cell", name="Indomie Goreng").click()
        page.get_by_text("Edit", exact=True).click()
        page.get_by_label("Price", exact=True).fill("4.250")
        page.get_by_role("button", name="Save", exact=True).click()
        page.wait_for_url(lambda url: "/edit" not in url)
        assert till.engine.once().ok
        assert sell(till, canonical(code)).total_minor == 4250
        assert till.engine.once().waiting == 0
    finally:
        till.close()
    page = office.go("")
    assert page.locator(".office-figure").first.inner_text() == "Rp 4.250"
    titles = page.locator(".office-hours title").all_text_contents()
    assert (len(titles), len([one for one in titles if "  Rp 4.250," in one])) == (24, 1)
    heights = [int(one.get_attribute("height") or 0) for one in page.locator(".office-bar").all()]
    assert sorted(heights)[-2:] == [0, 180]


def test_a_customer_is_found_by_phone_and_joined_to_their_other_card(office: Watched) -> None:
    page = office.go("customers/list")
    page.get_by_label("Search in list").fill("0812 0000")
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.wait_for_load_state()  # a row listens once the page is whole
    page.get_by_role("cell", name="Sarah W", exact=True).click()
    join = page.get_by_text("Join to another card")
    join.wait_for()
    page.wait_for_load_state()  # the form opens once its page is whole too
    join.click()
    page.get_by_label("Phone or id of the other card").fill("0812-3456-7890")
    page.locator("#actionSubmit").click()
    expect(page.get_by_text("The card is one with Sarah Wijaya's now.")).to_be_visible()
    kept = office.hub.ask("GET", "/v1/customers?phone=0812")["customers"]
    assert [one["name"] for one in kept] == ["Sarah Wijaya"]


def test_the_code_of_a_new_till_is_shown_once(office: Watched) -> None:
    page = office.go("tills/list")
    page.get_by_text("Enrol a till").click()
    page.locator("#modal-action").get_by_label("Store").select_option("S1")
    page.locator("#actionSubmit").click()
    code = page.locator(".office-shown").inner_text()
    assert re.fullmatch("[A-Z0-9]{4}-[A-Z0-9]{4}", code)
    for path in ("tills/list", "done/list", "", "stores/detail?pk=S1"):
        assert code not in office.go(path).content()


def test_odd_names_stand_as_they_are(office: Watched) -> None:
    for number, name in enumerate(ODD_NAMES):
        page = office.go(f"products/list?q=ODD-{number}")
        expect(page.locator("tbody").get_by_text(name, exact=True)).to_be_visible()
        page.goto(f"{office.hub.address}/admin/products/detail?pk=ODD-{number}")
        expect(page.get_by_role("cell", name=name, exact=True)).to_be_visible()
        page.goto(f"{office.hub.address}/admin/products/edit?pk=ODD-{number}")
        assert page.get_by_label("Name", exact=True).input_value() == name


PAGES = ("", "products/list", "products/edit?pk=IDM", "customers/list", "tills/list", "stores/edit?pk=S1")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_is_wider_than_a_telephone_and_it_is_dark_where_the_machine_is(
    office: Watched, scheme: Literal["light", "dark"]
) -> None:
    office.page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
    office.page.emulate_media(color_scheme=scheme)
    for path in PAGES:
        page = office.go(path)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert (path, wide) == (path, NARROW[0])
        assert page.locator("html").get_attribute("data-bs-theme") == scheme


def test_a_name_can_be_read_in_the_search_field_of_a_telephone(office: Watched) -> None:
    page = office.go("products/list")
    page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
    box = page.get_by_label("Search in list").bounding_box()
    assert box is not None
    assert box["width"] > 240


def test_one_comes_in_by_the_right_pin_alone_and_goes_out(browser: Browser, hub: HubProcess) -> None:
    office = Watched(browser, hub)
    office.sign_in("0000")
    office.see("Name and PIN do not fit. Try again.")
    assert [re.sub(r".*status of ", "", one) for one in office.wrong] == ["400 (Bad Request)"]
    office.wrong.clear()
    office.sign_in()
    page = office.page
    office.see("Sold today")
    page.get_by_label("Open user menu").locator("visible=true").click()
    page.get_by_role("button", name="Logout").locator("visible=true").click()
    expect(page.get_by_label("PIN")).to_be_visible()
    office.go("products/list")
    expect(page.get_by_label("PIN")).to_be_visible()
    office.check()
    office.page.context.close()
