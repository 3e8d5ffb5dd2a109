"""The hub's door: ids of requests, who asks behind a proxy, lines in the log, readiness."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from litestar.testing import TestClient
from sqlalchemy import text

from hub.app import create_app
from hub.context import Hub
from hub.database import NEWEST
from hub.door import NO_ROUTE, take_word
from hub.logbook import FIELDS, JsonLines, TextLines, redacted, request_id
from hub.serving import open_database
from hub.settings import HubSettings
from tests.hub.journals import AT_MS
from tests.hub.rig import A, HubRig


def record(message: str, *, bug: BaseException | None = None, **told: Any) -> logging.LogRecord:
    trouble = (type(bug), bug, None) if bug else None
    made = logging.LogRecord("hub.test", logging.WARNING, "", 0, message, None, trouble)
    made.created = 1_767_225_600.123
    setattr(made, FIELDS, told)
    return made


def test_a_line_says_when_what_and_of_which_request() -> None:
    token = request_id.set("req-0001")
    try:
        line = TextLines().format(record("two\nlines", route="/v1/sales", note="a b"))
        said = json.loads(JsonLines().format(record("bug", bug=ValueError("no"), status=500)))
    finally:
        request_id.reset(token)
    begin = "2026-01-01T00:00:00.123Z WARNING"
    assert line == f'{begin} two lines request_id=req-0001 route=/v1/sales note="a b"'
    assert said == {
        "time": "2026-01-01T00:00:00.123Z",
        "level": "warning",
        "logger": "hub.test",
        "message": "bug",
        "request_id": "req-0001",
        "status": 500,
        "trace": "ValueError: no",
    }


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Authorization: Bearer abc.DEF-123=", "Authorization: Bearer …"),
        ("cannot reach postgresql://omni:s3cr3t@db/omnipos", "cannot reach postgresql://omni:…@db/omnipos"),
        ("password='open sesame' host=db", "password=… host=db"),
        ("Key (phone)=(+6281234567890) already exists", "Key (phone)=(…7890) already exists"),
        ("0812-3456-7890 and 4111 1111 1111 1111", "…7890 and …1111"),
        ("to /admin/login?next=%3Fq%3D0812345678&a=b from", "to /admin/login?… from"),
        ("Is it there? a=b", "Is it there? a=b"),
        ("took 1234567 rows, at 10.20.30.40:5432", "took 1234567 rows, at 10.20.30.40:5432"),
    ],
)
def test_no_key_no_password_and_no_long_number_reaches_the_log(said: str, kept: str) -> None:
    assert redacted(said) == kept


def test_an_answer_and_a_problem_carry_the_id_of_their_request(rig: HubRig) -> None:
    good = rig.client.get("/v1/health", headers={"X-Request-ID": "from-the-proxy-1"})
    assert good.headers["x-request-id"] == "from-the-proxy-1"
    for sent in ("short", "with spaces in it", 'x"\nlevel=error', "y" * 65):
        refused = rig.client.get("/v1/sales", headers={"X-Request-ID": sent.replace("\n", " ")})
        own = refused.headers["x-request-id"]
        assert len(own) == 16
        assert refused.status_code == 401
        assert refused.json()["request_id"] == own


def told(caplog: pytest.LogCaptureFixture) -> list[tuple[str, dict[str, Any]]]:
    found = [one for one in caplog.records if one.name == "hub.access"]
    return [(one.levelname, getattr(one, FIELDS) | {"ms": 0, "client": ""}) for one in found]


def test_each_request_is_one_line_by_its_route_and_never_its_address(
    rig: HubRig, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "hub.access")
    rig.ask("GET", "/v1/customers?phone=0812-3456-7890")
    rig.pull("settings")
    rig.client.get("/v1/health")
    rig.client.get("/wp-admin/4111111111111111")
    till = {"role": "device", "device": rig.till.device_id, "store": rig.till.store_id}
    owner, asked = {"role": "admin"}, {"method": "GET", "ms": 0, "client": ""}
    assert told(caplog) == [
        ("INFO", {"route": "/v1/customers", "status": 200} | asked | owner),
        ("INFO", {"route": "/v1/streams/{stream}", "status": 200} | asked | till),
        ("DEBUG", {"route": "/v1/health", "status": 200} | asked),
        ("INFO", {"route": NO_ROUTE, "status": 404} | asked),
    ]
    lines = "\n".join(TextLines().format(one) for one in caplog.records)
    assert not any(secret in lines for secret in (rig.till.token, rig.admin_key, "0812", "4111"))


def test_a_bug_is_logged_whole_and_quotes_nobody(
    rig: HubRig, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object, **_more: object) -> None:
        raise RuntimeError("phone 081234567890 is broken")

    monkeypatch.setattr("hub.routes.shop.customers.find", fail)
    answer = rig.raw("GET", "/v1/customers?phone=081234567890")
    assert (answer.status_code, answer.json()["code"]) == (500, "bug")
    record = next(one for one in caplog.records if one.levelname == "ERROR")
    line = TextLines().format(record)
    assert "/v1/customers failed" in line
    assert "RuntimeError: phone …7890 is broken" in line
    assert "081234567890" not in line


def scope(peer: str) -> dict[str, Any]:
    return {"client": (peer, 4711), "scheme": "http"}


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "1.1.1.1, 203.0.113.9, 10.0.0.7", "203.0.113.9"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "nonsense", "10.0.0.1"),
        ("10.0.0.1", "nonsense, 10.0.0.7", "10.0.0.7"),
        ("198.51.100.1", "203.0.113.9", "198.51.100.1"),
    ],
)
def test_only_a_trusted_proxy_says_who_asks(peer: str, forwarded: str, client: str) -> None:
    asked = scope(peer)
    headers = {b"x-forwarded-for": forwarded.encode(), b"x-forwarded-proto": b"https"}
    take_word(asked, headers, (ip_network("10.0.0.0/8"),))
    assert asked["client"][0] == client
    assert asked["scheme"] == ("https" if peer == "10.0.0.1" else "http")


@contextmanager
def hub_of(folder: Path, settings: HubSettings) -> Iterator[tuple[Hub, TestClient[Any]]]:
    hub = Hub(open_database(str(folder / "hub.db")), instance="one", now_ms=lambda: AT_MS, settings=settings)
    with TestClient(create_app(hub), raise_server_exceptions=False) as client:
        yield hub, client


@pytest.mark.parametrize(("trusted", "last"), [(("127.0.0.0/8",), 200), ((), 429)])
async def test_strangers_behind_a_trusted_proxy_have_each_their_own_pace(
    tmp_path: Path, trusted: tuple[str, ...], last: int
) -> None:
    settings = HubSettings(trusted_proxies=trusted, strangers_burst=2, strangers_per_s=1)
    hub = Hub(open_database(str(tmp_path / "hub.db")), now_ms=lambda: AT_MS, settings=settings)
    transport = httpx.ASGITransport(cast(Any, create_app(hub)), client=("127.0.0.1", 4711))
    async with httpx.AsyncClient(transport=transport, base_url="http://hub") as line:
        answers = [
            await line.post("/v1/nonce", headers={"X-Forwarded-For": f"203.0.113.{n}"}) for n in range(3)
        ]
    hub.database.close()
    assert [answer.status_code for answer in answers] == [200, 200, last]


def test_ready_says_when_not_to_ask(tmp_path: Path) -> None:
    with hub_of(tmp_path, HubSettings()) as (hub, client):
        assert client.get("/v1/ready").json() == {"instance": "one", "revision": NEWEST}
        for revision, status in (("newer_than_this", 200), ("accounts", 503), (NEWEST, 200)):
            change = text("UPDATE alembic_version SET version_num = :new").bindparams(new=revision)
            hub.database.write(lambda conn, change=change: conn.execute(change))  # type: ignore[misc]
            assert client.get("/v1/ready").status_code == status
        hub.database.write(lambda conn: conn.execute(text("DROP TABLE alembic_version")))
        lost = client.get("/v1/ready")
        assert (lost.status_code, lost.json()["code"]) == (503, "database")
        hub.stopping = True
        stopping = client.get("/v1/ready")
        assert (stopping.status_code, stopping.json()["code"]) == (503, "stopping")
        assert client.get("/v1/health").status_code == 200, "it lives, and answers who asks all the same"


def test_what_a_process_counts_is_by_route_and_status(rig: HubRig) -> None:
    before = dict(rig.hub.measures.requests.read())
    rig.ask("GET", "/v1/stores")
    rig.client.get("/nowhere/at/all")
    journal = rig.journal()
    journal.sell((A, 1, 3500))
    rig.push(*journal.envelopes)
    after = dict(rig.hub.measures.requests.read())
    new = {labels[1][1]: n - before.get(labels, 0) for labels, n in after.items() if n != before.get(labels)}
    assert new == {"/v1/stores": 1, NO_ROUTE: 1, "/v1/events": 1}
