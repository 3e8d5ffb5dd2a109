"""The files under deploy/ are whole, and name only what the hub really has."""

import json
import re
import shutil
import subprocess
import tomllib
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import yaml

from hub.settings import HubSettings, load_settings
from tests.hub.rig import A, HubRig, open_rig

DEPLOY = Path(__file__).parents[2] / "deploy"
SUFFIXES = ("_bucket", "_sum", "_count")
METRIC = re.compile(r"\b(?:omnipos|process)_[a-z_]+\b(?!\s*=)")
ONLY_ON_POSTGRESQL = {"omnipos_database_standbys", "omnipos_database_retries_total"}


def exposed(rig: HubRig) -> set[str]:
    """Return the names of all metrics, those without a sample too, as TYPE lines tell them."""
    text = rig.raw("GET", "/metrics").text
    return set(re.findall(r"^# TYPE (\w+) ", text, re.MULTILINE))


def named(expressions: list[str]) -> set[str]:
    """Return the metrics that expressions of Prometheus name."""
    found = {name for one in expressions for name in METRIC.findall(one)}
    return {re.sub(f"({'|'.join(SUFFIXES)})$", "", name) if "duration" in name else name for name in found}


def rules() -> list[dict[str, Any]]:
    document = yaml.safe_load((DEPLOY / "prometheus-alerts.yml").read_text())
    found: list[dict[str, Any]] = document["groups"][0]["rules"]
    return found


def panels() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((DEPLOY / "grafana-dashboard.json").read_text())["panels"]
    return found


def test_every_metric_of_dashboard_and_alerts_is_really_there(tmp_path: Path) -> None:
    drawn = [target["expr"] for panel in panels() for target in panel["targets"]]
    alarmed = [rule["expr"] for rule in rules()]
    with open_rig(tmp_path) as rig:
        journal = rig.journal()
        journal.sell((A, 1, 3500))
        rig.push(*journal.envelopes)
        there = exposed(rig)
    assert named(drawn) - there == set()
    assert named(alarmed) - there == set()
    assert len(named(drawn)) > 15
    assert there >= ONLY_ON_POSTGRESQL


OF_PROMETHEUS = {"instance", "job"}
SELECTED = re.compile(r"(omnipos_[a-z_]+)\{([^}]*)\}")
WITHOUT_SAMPLE = {"omnipos_messages", "omnipos_snapshot_age_seconds", *ONLY_ON_POSTGRESQL}


def test_every_label_of_dashboard_and_alerts_is_one_of_the_metric(tmp_path: Path) -> None:
    told = [
        (target["expr"], target.get("legendFormat", "")) for panel in panels() for target in panel["targets"]
    ]
    told += [(rule["expr"], str(rule["annotations"])) for rule in rules()]
    with open_rig(tmp_path) as rig:
        journal = rig.journal()
        journal.sell((A, 1, 3500))
        journal.append(body=b"{}", kind="odd")
        rig.push(*journal.envelopes)
        text = rig.raw("GET", "/metrics").text
    labels: dict[str, set[str]] = defaultdict(set)
    for name, written in re.findall(r"^(\w+)\{(.*)\} ", text, re.MULTILINE):
        labels[name] |= {*re.findall(r"(\w+)=\"", written)}
    for expression, words in told:
        metrics = {*METRIC.findall(expression)}
        if metrics & WITHOUT_SAMPLE:
            continue
        known = OF_PROMETHEUS.union(*(labels[name] for name in metrics))
        grouped = re.findall(r"by \(([^)]*)\)", expression)
        wanted = {one.strip() for group in grouped for one in group.split(",")}
        wanted |= {*re.findall(r"\{\{ ?(?:\$labels\.)?([a-z_]+) ?\}\}", words)}
        assert wanted - known == set(), expression
        for name, chosen in SELECTED.findall(expression):
            for one in re.findall(r'(\w+="[^"]+")', chosen):
                assert re.search(rf"^{name}\{{.*{re.escape(one)}", text, re.MULTILINE), one


def test_each_alert_says_what_to_do() -> None:
    names = [rule["alert"] for rule in rules()]
    assert len(set(names)) == len(names) <= 12
    for rule in rules():
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["do"].endswith(".")
        assert rule["expr"].count("(") == rule["expr"].count(")")


def test_the_panels_of_the_dashboard_do_not_overlap() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in panels():
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken, panel["title"]
        assert max(x for x, _y in cells) < 24
        taken |= cells


def test_the_settings_are_ones_that_the_hub_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", "")
    text = (DEPLOY / "hub.toml").read_text()
    secret = tmp_path / "password"
    secret.write_text("hush")
    secret.chmod(0o600)
    (tmp_path / "hub.toml").write_text(text.replace("/etc/omnipos/database.password", str(secret)))
    found = load_settings(tmp_path, environment={})
    assert {*tomllib.loads(text)} <= {*HubSettings.__struct_fields__}
    unit = (DEPLOY / "omnipos-hub@.service").read_text()
    stop_s = re.search(r"TimeoutStopSec=(\d+)", unit)
    assert stop_s is not None
    assert int(stop_s[1]) > found.drain_s + 10, "systemd gives the hub the time that it takes to stop"


def test_the_container_has_what_the_lock_has() -> None:
    def pins(path: Path) -> set[str]:
        lines = path.read_text().splitlines()
        return {line.split(" ")[0] for line in lines if line and line[0] not in " #"}

    own, whole = pins(DEPLOY / "requirements.lock"), pins(DEPLOY.parent / "requirements.lock")
    assert own - whole == set(), "make lock makes both"
    assert {name.partition("==")[0] for name in own} >= {"litestar", "granian", "psycopg", "alembic"}
    assert not {"pytest", "playwright"} & {name.partition("==")[0] for name in own}
    copied = re.findall(r"^COPY (\w+) app/\1$", (DEPLOY / "Containerfile").read_text(), re.MULTILINE)
    assert copied == ["omnipos", "sync", "printing", "terminals", "hub"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / "omnipos-hub@.service"
    text = (DEPLOY / "omnipos-hub@.service").read_text()
    unit.write_text(
        text.replace("/opt/omnipos/.venv/bin/omnipos", "/bin/true").replace("=omnipos\n", "=root\n")
    )
    command = ["systemd-analyze", "verify", "--man=no", f"{tmp_path}/omnipos-hub@8311.service"]
    (tmp_path / "omnipos-hub@8311.service").symlink_to(unit)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    complaints = [line for line in done.stderr.splitlines() if "omnipos" in line]
    assert complaints == []
