"""No page of the back office, and no file that it loads, names another host that a browser would ask."""

import html
import re
from urllib.parse import urljoin, urlsplit

import pytest

from tests.hub.offices import Desk, hire
from tests.hub.rig import HubRig
from tests.hub.test_office_rights import EVERYTHING

OWN = "http://testserver.local"
_LOADED = re.compile(
    r"<(?:script|img|source|iframe|embed|video|audio|use)\b[^>]*?\b(?:src|srcset|href)=[\"']([^\"']+)"
    r"|<link\b[^>]*?\bhref=[\"']([^\"']+)|<form\b[^>]*?\baction=[\"']([^\"']+)"
)
_IN_CSS = re.compile(r"url\(\s*[\"']?([^\"')]+)|@import\s+[\"']([^\"']+)")
_IN_JS = re.compile(
    r"(?:fetch|import|Worker|EventSource|WebSocket|sendBeacon)\(\s*[\"'`]((?:\w+:)?//[^\"'`]+)"
)


def found(pattern: re.Pattern[str], text: str) -> set[str]:
    """Return all addresses that a pattern finds."""
    return {html.unescape(one) for groups in pattern.findall(text) for one in _groups(groups) if one}


def _groups(groups: str | tuple[str, ...]) -> tuple[str, ...]:
    return (groups,) if isinstance(groups, str) else groups


def is_elsewhere(address: str) -> bool:
    """Tell whether asking for an address leaves this host."""
    host = urlsplit(address).netloc
    return bool(host) and host not in ("testserver.local", "testserver")


@pytest.mark.parametrize("base", ["sqlite"])
def test_pages_and_their_files_ask_no_other_host(rig: HubRig) -> None:
    hire(rig, "Rina")
    desk = Desk(rig)
    pages = {"login": desk.get("login")}
    desk.sign_in()
    paths = ["", *(f"{section}/list" for section in EVERYTHING)]
    paths += [f"{one}/create" for one in ("products", "promotions", "coupons", "stores", "staff", "roles")]
    paths += ["products/edit?pk=A", "stores/edit?pk=S1", "products/detail?pk=A"]
    pages |= {path: desk.get(path) for path in paths}
    waiting, elsewhere = set[str](), set[tuple[str, str]]()
    for path, page in pages.items():
        loaded = found(_LOADED, page) | found(_IN_CSS, page)
        elsewhere |= {(path, one) for one in loaded if is_elsewhere(one)}
        waiting |= {urljoin(f"{OWN}/admin/{path}", one) for one in loaded if "/static/" in one}
    seen = set[str]()
    while waiting - seen:
        address = (waiting - seen).pop()
        seen.add(address)
        answer = desk.client.get(urlsplit(address).path)
        assert answer.status_code == 200, address
        kind = answer.headers["content-type"]
        named = found(_IN_CSS, answer.text) if "css" in kind else set()
        named |= found(_IN_JS, answer.text) if "javascript" in kind else set()
        elsewhere |= {(address, one) for one in named if is_elsewhere(one)}
        inside = {urljoin(address, one) for one in named if not one.startswith(("data:", "#", "%23"))}
        waiting |= {one for one in inside if "/static/" in one}
    assert elsewhere == set()
    kinds = {urlsplit(one).path.rpartition(".")[2] for one in seen}
    assert {"css", "js", "svg", "woff2"} <= kinds, "the walk went into the files"
