"""Security bar 7: what opens the hub stands in no log, no error, no output and no database."""

import logging
from pathlib import Path

import pytest

from tests.faults.lines import IDM, proxied
from tests.faults.proxy import CutAnswer, DropAnswer, Exchange, Fault, Pass, Say
from tests.hubs import HubProcess
from tests.waiting import until

FAULTS: tuple[Fault, ...] = (
    Pass(),
    DropAnswer(),
    CutAnswer(30),
    Say(200, b"<html>"),
    Say(302, b"", (("Location", "http://127.0.0.1:9/"),)),
    Say(401, b'{"detail":"who?","code":"unauthorized"}'),
    Say(500, b"oops"),
)


def bearers(seen: list[Exchange]) -> set[str]:
    """Return every token that was shown on a line."""
    fields = (field for one in seen for field in one.head.decode().split("\r\n"))
    return {field.split(" ")[2] for field in fields if field.lower().startswith("authorization: bearer ")}


def test_no_token_and_no_key_is_written_anywhere(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    hub = HubProcess(tmp_path / "hub")
    hub.set_up_shop()
    said: list[str] = []
    with proxied(hub, tmp_path / "till") as till:
        for fault in FAULTS:
            till.sell(IDM)
            till.begin_anew()
            till.proxy.choose = lambda exchange, fault=fault: (  # type: ignore[misc]
                Pass() if exchange.path.endswith(("/nonce", "/token")) else fault
            )
            said.append(till.engine.once().error)
            said.append(repr((till.client, till.engine, till.engine.report())))
        till.proxy.heal()
        till.engine.start()
        line = till.engine._hints
        assert line is not None
        until(lambda: line.live, "a line for hints")
        secrets = bearers(till.proxy.seen)
        files = {path: path.read_bytes() for path in (tmp_path / "till").rglob("*") if path.is_file()}
    key = (tmp_path / "hub" / "admin.key").read_text().strip()
    hub.stop()
    files |= {path: path.read_bytes() for path in (tmp_path / "hub").rglob("*") if path.is_file()}
    output = capfd.readouterr()
    logs = caplog.text + "".join(said) + output.out + output.err
    assert secrets
    assert len(caplog.records) > 50
    for secret in (*secrets, key):
        assert secret not in logs
        holders = {path.name for path, content in files.items() if secret.encode() in content}
        assert holders <= {"admin.key"}
