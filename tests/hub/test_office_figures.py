"""The first page of the back office: known sales give exactly these sums, and tills stand as they are."""

import html
import re
from typing import Any

import msgspec
import pytest

from hub import hourly
from tests.hub.journals import AT_MS, cash_sale
from tests.hub.offices import Desk, hire
from tests.hub.rig import A, HubRig, RigTill
from tests.hub.test_exceptions import BROKEN
from tests.hub.test_watching import hello

HOUR_MS, DAY_MS = 3_600_000, 86_400_000
FIVE_MS = AT_MS
"""A Saturday in Jakarta at 17:00."""


@pytest.fixture
def desk(rig: HubRig) -> Desk:
    """A manager, signed in, of a chain of two stores."""
    rig.ask("PUT", "/v1/stores", {"stores": [{"code": "S2", "name": "Dua", "country": "ID"}]})
    hire(rig, "Rina")
    desk = Desk(rig)
    desk.sign_in()
    return desk


def sold(till: RigTill, at_ms: int, total_minor: int, channel: str = "") -> hourly.Sold:
    """Return one sale of a moment."""
    sale = cash_sale(till, 1, ((A, 1, total_minor),))
    return hourly.Sold(sale=msgspec.structs.replace(sale, completed_at_ms=at_ms), channel=channel)


def keep(rig: HubRig, *sales: hourly.Sold) -> None:
    """Count sales as they are counted when they come in."""
    rig.hub.database.write(lambda conn: rig.hub.run(conn, lambda unit: hourly.add(unit, sales)))


def texts(page: str, tag: str, css: str = "") -> list[str]:
    """Return the texts of all elements of a kind."""
    wanted = rf'<{tag}[^>]*class="[^"]*{css}[^"]*"[^>]*>(.*?)</{tag}>' if css else rf"<{tag}>(.*?)</{tag}>"
    return [html.unescape(one).strip() for one in re.findall(wanted, page, re.S)]


def part(page: str, title: str) -> list[tuple[str, str, int]]:
    """Return the lines of a card: names, sums and shares."""
    card = page[page.index(f">{title}<") :].partition("card-header")[0]
    found = re.findall(r'<span>(.*?)</span><span class="office-sum">(.*?)</span>.*?value="(\d+)"', card, re.S)
    return [(name, said, int(share)) for name, said, share in found]


def test_known_sales_give_exactly_these_figures(desk: Desk) -> None:
    one, two = desk.rig.till, desk.rig.enrol("S2")
    nine, week = FIVE_MS - 8 * HOUR_MS, 7 * DAY_MS
    keep(
        desk.rig,
        sold(one, nine, 20_000),
        sold(one, nine + HOUR_MS - 1, 15_000),
        sold(two, nine + HOUR_MS, 7_000),
        sold(one, nine + HOUR_MS, 12_000, "web"),
        sold(one, FIVE_MS - 1, 6_001),
        sold(one, FIVE_MS - 17 * HOUR_MS - 1, 99_000),  # a moment before midnight is yesterday's
        sold(one, nine - week, 20_000),
        sold(two, FIVE_MS - week, 1_000),
        sold(one, FIVE_MS + HOUR_MS - week, 5_000),  # later than now, last week: a line, and no comparison
        sold(one, nine - week - DAY_MS, 77_000),
    )
    page = desk.get("")
    assert texts(page, "div", "office-figure")[:3] == ["Rp 60.001", "5", "Rp 12.000"]
    assert "Rp 21.000 last week by this hour" in page
    bars = [one for one in texts(page, "title") if "last week" in one]
    assert len(bars) == 24
    assert {one for one in bars if not one.endswith(":00  Rp 0, last week Rp 0")} == {
        "09:00  Rp 35.000, last week Rp 20.000",
        "10:00  Rp 19.000, last week Rp 0",
        "16:00  Rp 6.001, last week Rp 0",
        "17:00  Rp 0, last week Rp 1.000",
        "18:00  Rp 0, last week Rp 5.000",
    }
    assert part(page, "By channel") == [("tills", "Rp 48.001", 80), ("web", "Rp 12.000", 19)]
    assert part(page, "By store") == [("Toko Sinar", "Rp 53.001", 88), ("Dua", "Rp 7.000", 11)]


def test_tills_stand_as_they_are_seen_owing_and_with_exceptions(desk: Desk) -> None:
    rig = desk.rig

    def stand() -> tuple[Any, ...]:
        page = desk.get("")
        said = re.search(r"(\d+) of (\d+) seen lately, (\d+) entries wait", page)
        assert said is not None
        rows = re.findall(r'<tr><td title="[^"]*">(.*?)</td>.*?office-sum">(\d+)</td>', page, re.S)
        return (*map(int, said.groups()), int(texts(page, "div", "office-figure")[-1]), rows)

    hello(rig)
    rig.enrol("S2")
    rig.ask("POST", f"/v1/devices/{rig.enrol('S2').device_id}/revoke")
    journal = rig.journal()
    for _sale in range(5):
        journal.sell((A, 1, 3500))
    hello(rig, head_seq=5, waiting=5)
    seen = stand()
    assert seen[1:] == (2, 5, 0, [("S1-1", "5"), ("S2-1", "0")])
    rig.push(*journal.envelopes[:3])
    assert stand()[1:] == (2, 2, 0, [("S1-1", "2"), ("S2-1", "0")]), "what came is owed no more"
    rig.push(*journal.envelopes[3:], journal.append(body=BROKEN, kind="sale_completed"))
    assert stand()[1:4] == (2, 0, 1)
    assert seen[0] == 1, "one was never seen"
    rig.now_ms += 11 * 60_000
    assert stand()[0] == 0
