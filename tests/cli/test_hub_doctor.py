"""`omnipos hub doctor`: each look says ok, warn or bad, and what to do; what is bad ends with code 1."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import update

from hub import tables
from hub.feed import EVENT_NUMBERS
from hub.serving import open_database
from omnipos.cli import main
from tests.hub.rig import A, HubRig, open_rig
from tests.hubs import free_port
from tests.postgres import fresh_database


@pytest.fixture
def rig(tmp_path: Path) -> Any:
    """A hub with a till that was seen just now, and has sold."""
    with open_rig(tmp_path) as rig:
        rig.now_ms = time.time_ns() // 1_000_000
        journal = rig.journal()
        journal.sell((A, 1, 3500))
        rig.push(*journal.envelopes)
        yield rig


def looked(*words: str) -> tuple[int, dict[str, tuple[str, str, str]]]:
    """Return the exit code, and level, words and advice of each look by its name."""
    done = CliRunner().invoke(main, ["hub", "doctor", "--json", *words])
    told = json.loads(done.stdout)
    assert told["ok"] == (done.exit_code == 0)
    return done.exit_code, {one["check"]: (one["level"], one["say"], one["do"]) for one in told["checks"]}


def of(rig: HubRig) -> tuple[int, dict[str, tuple[str, str, str]]]:
    return looked("--database", str(rig.folder / "hub.db"), "--data-dir", str(rig.folder))


def test_a_hub_that_is_well_says_so(rig: HubRig, tmp_path: Path) -> None:
    backups = tmp_path / "backups"
    backups.mkdir()
    (backups / "notes.txt").write_text("no backup")
    (rig.folder / "hub.toml").write_text(f'backup_folder = "{backups}"\n')
    assert of(rig)[1]["backup"] == (
        "bad",
        f"There is no backup in {backups}.",
        "Make one: omnipos hub backup FILE",
    )
    database = str(rig.folder / "hub.db")
    saved = CliRunner().invoke(main, ["hub", "backup", str(backups / "hub.backup"), "--database", database])
    assert saved.exit_code == 0, saved.output
    code, found = of(rig)
    assert code == 0
    assert {check: level for check, (level, _say, _do) in found.items()} == dict.fromkeys(
        (
            *("settings", "keys", "disk", "tables", "server", "clock", "streams", "tills"),
            *("waiting", "events", "clocks", "cases", "backup"),
        ),
        "ok",
    )
    assert found["backup"][1] == "the newest is 0 h old"
    assert found["tills"][1] == "1 till, seen"
    plain = CliRunner().invoke(main, ["hub", "doctor", "--database", database])
    assert plain.exit_code == 0
    assert "ok   keys     both there, and read by nobody else\n" in plain.output


def test_what_waits_for_somebody_is_a_warning(rig: HubRig) -> None:
    journal = rig.journal()
    journal.append(body=b"{}", kind="odd")
    rig.now_ms -= 20 * 60_000
    device = update(tables.device).values(
        last_seen_ms=rig.now_ms, head_seq=9, head_epoch=tables.device.c.epoch, skew_ms=400_000
    )
    rig.hub.database.write(lambda conn: conn.execute(device))
    code, found = of(rig)
    assert code == 0
    assert found["tills"][:2] == ("warn", "1 of 1 tills not seen for 15 min: S1-1")
    assert found["waiting"][:2] == ("warn", "8 events wait at S1-1; longest unheard of: S1-1")
    assert found["clocks"][:2] == ("warn", "Clocks are more than 5 minutes off at S1-1.")
    assert found["backup"][0] == "warn"


def test_an_exception_is_told_by_its_kind_and_age(rig: HubRig) -> None:
    journal = rig.journal(rig.enrol())
    journal.append(body=b"{}", kind="odd")
    rig.now_ms -= 3 * 86_400_000
    token = rig.enrol()
    odd = rig.journal(token)
    odd.append(body=b"{}", kind="odd")
    rig.push(*odd.envelopes, till=token)
    level, say, _do = of(rig)[1]["cases"]
    assert (level, say) == ("warn", "exceptions wait for a person, the oldest for 3 days: 1 unknown_fact")


def test_lost_rows_and_open_keys_are_bad(rig: HubRig) -> None:
    head = update(tables.stream_head).where(tables.stream_head.c.stream == EVENT_NUMBERS).values(n=0)
    rig.hub.database.write(lambda conn: conn.execute(head))
    (rig.folder / "admin.key").chmod(0o644)
    code, found = of(rig)
    assert code == 1
    assert found["streams"][:2] == ("bad", f"Streams have changes beyond their heads: {EVENT_NUMBERS}.")
    key = rig.folder / "admin.key"
    assert found["keys"][:2] == ("bad", f"Others can read {key}. Do: chmod 600 {key}")
    rig.hub.database.write(lambda conn: conn.execute(tables.event.delete()))
    assert of(rig)[1]["events"][:2] == ("bad", "Acknowledged events are gone of S1-1.")


def test_without_a_hub_it_says_how_to_make_one(tmp_path: Path) -> None:
    code, found = looked("--data-dir", str(tmp_path))
    assert code == 1
    assert found["database"][2] == "omnipos hub serve makes it."
    assert list(tmp_path.iterdir()) == [], "looking makes nothing"
    (tmp_path / "hub.toml").write_text("drain = 1")
    code, found = looked("--data-dir", str(tmp_path))
    assert (code, list(found)) == (1, ["settings"])
    assert "Is drain_s meant?" in found["settings"][1]


def test_postgresql_is_asked_whether_it_keeps_what_it_confirms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = tmp_path / "admin.key"
    with fresh_database() as address:
        open_database(address, key).close()
        code, found = looked("--database", address, "--admin-key", str(key))
    assert code == 1, "the tests' server does not wait for its disk"
    level, say, _do = found["server"]
    assert level == "bad"
    assert say.endswith("does not keep all that it confirms: fsync, full_page_writes, synchronous_commit.")
    assert found["standby"][:2] == ("warn", "No standby takes part in each commit.")
    assert [found[one][0] for one in ("tables", "clock", "streams", "events")] == ["ok"] * 4
    monkeypatch.setenv("PGPASSWORD", "")
    monkeypatch.setenv("OMNIPOS_HUB_DATABASE", f"postgresql://omni:hush@127.0.0.1:{free_port()}/hub")
    code, found = looked("--admin-key", str(key))
    assert code == 1
    assert found["database"][1].startswith("It does not answer:")
    assert "hush" not in str(found)
