"""A missing browser skips a test at a desk and fails it in CI; one that is there opens a page."""

import pytest

from tests.browsers import SANDBOX, chromium


def test_without_a_browser_a_test_is_skipped_and_in_ci_it_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CI", "OMNIPOS_ALL_TESTS"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(pytest.skip.Exception, match="apt-get install chromium"):
        chromium(lambda _name: None)
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="apt-get install chromium"):
        chromium(lambda _name: None)
    assert chromium(lambda name: f"/usr/bin/{name}") == "/usr/bin/chromium"


def test_the_browser_opens_a_page() -> None:
    from playwright.sync_api import sync_playwright

    path = chromium()
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=list(SANDBOX))
        page = browser.new_page()
        page.set_content("<h1>OmniPOS</h1>")
        assert page.inner_text("h1") == "OmniPOS"
        browser.close()
