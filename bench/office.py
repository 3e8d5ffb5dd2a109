"""The lists of the back office as a browser asks for them, with a million rows behind them."""

import time
from collections.abc import Mapping, Sequence

import httpx

from bench.progress import tell
from bench.rows import BarKind, Row, percentile, row

ROUNDS = 30
MOST_MS = 100.0
DEEP = 400
"""The last page of those that can be paged through."""
Asked = Sequence[Mapping[str, str | int]]
Kinds = Mapping[str, Asked]


def measure(
    address: str, manager: Mapping[str, str], typed: Mapping[str, Sequence[str]], told: str
) -> list[Row]:
    """Return a row for each list: the slowest of its pages. `typed` is what is searched for in each."""
    with httpx.Client(base_url=address, timeout=60, trust_env=False) as line:
        _sign_in(line, manager)
        return [_list(line, section, _kinds(way, typed[section]), told) for section, way in WAYS.items()]


WAYS = {"products": "name", "customers": "name", "sales": "receipt_number"}
"""The lists, and what each can be sorted by."""


def _kinds(way: str, typed: Sequence[str]) -> Kinds:
    return {
        "first page": [{}],
        "search": [{"q": text} for text in typed],
        "sort": [{"sort": f"{way}__asc"}, {"sort": f"{way}__desc"}],
        "deep page": [{"page": DEEP}, {"page": DEEP, "sort": f"{way}__desc"}],
    }


def _sign_in(line: httpx.Client, manager: Mapping[str, str]) -> None:
    line.get("/admin/login").raise_for_status()
    form = {"username": manager["name"], "password": manager["pin"]}
    form["csrftoken"] = line.cookies["starlette_admin_csrftoken"]
    answer = line.post("/admin/login", data=form)
    assert answer.status_code == 303, (answer.status_code, answer.text[:2000])


def _list(line: httpx.Client, section: str, kinds: Kinds, told: str) -> Row:
    slowest = {kind: percentile(_times(line, section, asked), 95) for kind, asked in kinds.items()}
    said = ", ".join(f"{kind} {time_ms:.1f} ms" for kind, time_ms in slowest.items())
    tell(f"back office, {section}, {told}, p95: {said}")
    name = f"back office, slowest page of {section}, {told}"
    return row(name, "p95", max(slowest.values()), 0, MOST_MS, BarKind.ABSOLUTE)


def _times(line: httpx.Client, section: str, asked: Asked) -> list[float]:
    """Return how long each page took (ms): the slowest of what is asked counts, all in turns."""
    times: list[list[float]] = [[] for _one in asked]
    for number in range(ROUNDS + 1):
        for one, taken in zip(asked, times, strict=True):
            begin = time.perf_counter()
            answer = line.get(f"/admin/{section}/list", params=dict(one))
            took_ms = (time.perf_counter() - begin) * 1000
            assert answer.status_code == 200, (section, one, answer.status_code)
            assert f"/admin/{section}/detail?pk=" in answer.text, f"{section} {one} shows rows"
            if number:  # the first warms what a new hub has not read yet
                taken.append(took_ms)
    return max(times, key=lambda taken: percentile(taken, 95))
