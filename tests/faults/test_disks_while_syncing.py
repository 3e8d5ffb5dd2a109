"""Fault 15 while a till syncs: a disk that takes no more is told as what it is, and nothing is lost."""

import errno
import logging
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from omnipos.cli.complaints import log_to
from omnipos.ports import LinkState
from omnipos.secretfiles import write_secret
from tests.faults.disks import fill_up
from tests.faults.lines import IDM, TEH, ProxiedTill, agree, proxied, totals
from tests.faults.test_network import price
from tests.hubs import HubProcess

FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize(
    ("place", "trouble", "reason"),
    [
        ("sync.push.keep_witness", FULL, "No space left on device"),
        (
            "sync.pull.apply_page",
            sqlite3.OperationalError("database or disk is full"),
            "database or disk is full",
        ),
    ],
)
def test_fault_15_a_disk_that_is_full_for_syncing_is_told_as_that(
    till: ProxiedTill,
    hub: HubProcess,
    monkeypatch: pytest.MonkeyPatch,
    place: str,
    trouble: Exception,
    reason: str,
) -> None:
    def refuse(*_what: object) -> NoReturn:
        raise trouble

    sales, total = totals(hub)
    hub.ask("PUT", "/v1/products", price("TEH", 6100))
    sold = till.sell(IDM)
    with monkeypatch.context() as disk:
        disk.setattr(place, refuse)
        outcome = till.engine.once()
    assert (outcome.ok, till.engine.report().state) == (False, LinkState.ATTENTION)
    assert outcome.error == (
        f"The disk does not take what syncing has to keep ({reason}). All sales that were finished are safe"
        " and will be sent. Free some space or call for help; syncing then goes on by itself."
    )
    assert till.engine.once().ok
    agree(till, hub)
    assert totals(hub) == (sales + 1, total + sold)


def test_fault_15_a_till_on_a_really_full_disk_sends_again_when_there_is_room(
    small_disk: Path, hub: HubProcess
) -> None:
    sales, total = totals(hub)
    with proxied(hub, small_disk / "till") as till:
        sold = till.sell(IDM, TEH)
        with pytest.raises(OSError, match="No space left"):
            fill_up(small_disk / "films")
        outcome = till.engine.once()
        assert (outcome.ok, outcome.waiting) == (False, 1)
        assert outcome.error.startswith("The disk does not take what syncing has to keep (No space left")
        assert not list(till.store.folder.glob(".acknowledged*"))
        (small_disk / "films").unlink()
        assert till.engine.once().ok
        agree(till, hub)
    assert totals(hub) == (sales + 1, total + sold)


@pytest.fixture
def quiet_log() -> Iterator[logging.Logger]:
    root = logging.getLogger()
    before, raising = list(root.handlers), logging.raiseExceptions
    yield root
    for handler in set(root.handlers) - set(before):
        root.removeHandler(handler)
        handler.close()
    logging.raiseExceptions = raising


def test_fault_15_a_log_that_finds_no_room_says_nothing_on_the_counter(
    small_disk: Path, quiet_log: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    log_to(small_disk)
    with pytest.raises(OSError, match="No space left"):
        fill_up(small_disk / "films")
    quiet_log.warning("there is no room for this")
    assert capsys.readouterr() == ("", "")
    (small_disk / "films").unlink()


def test_fault_15_a_secret_that_finds_no_room_leaves_nothing_behind(small_disk: Path) -> None:
    write_secret(small_disk / "secret", b"old")
    with pytest.raises(OSError, match="No space left"):
        fill_up(small_disk / "films")
    with pytest.raises(OSError, match="No space left"):
        write_secret(small_disk / "secret", bytes(1 << 16))
    assert (small_disk / "secret").read_bytes() == b"old"
    assert sorted(one.name for one in small_disk.iterdir()) == ["films", "secret"]
