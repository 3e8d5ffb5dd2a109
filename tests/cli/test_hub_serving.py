"""`omnipos hub serve`: a wrong setting ends it with one line that says the key and the fix."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from omnipos.cli import main
from tests.hubs import free_port

PATIENCE_S = 30


def refused(*words: str) -> str:
    done = CliRunner().invoke(main, ["hub", "serve", *words])
    assert done.exit_code == 1
    assert done.output.count("\n") == 1, done.output
    return done.output.strip()


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "hub").mkdir()
    for name in ("admin.key", "hub.key"):
        key = tmp_path / "hub" / name
        key.write_text("x")
        key.chmod(0o644)
        assert refused("--data-dir", str(tmp_path)) == f"Others can read {key}. Do: chmod 600 {key}"
        key.unlink()


def test_a_file_where_the_folder_should_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "hub").write_text("no folder")
    said = refused("--data-dir", str(tmp_path))
    assert said.startswith(f"{tmp_path / 'hub'} cannot be written. Give the hub's user the right")


def test_a_taken_port_is_told_with_the_fix(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        bind = f"127.0.0.1:{other.getsockname()[1]}"
        said = refused("--data-dir", str(tmp_path), "--bind", bind)
    assert said == (
        f"The hub cannot listen at {bind}: Address already in use."
        " Choose another address with --bind, or bind in hub.toml."
    )


def test_a_name_that_is_nobodys_is_told_with_the_fix(tmp_path: Path) -> None:
    said = refused("--data-dir", str(tmp_path), "--bind", "hub.invalid:8311")
    assert said.startswith("The hub cannot listen at hub.invalid:8311: ")
    assert "Unknown error" not in said
    assert said.endswith("Choose another address with --bind, or bind in hub.toml.")
    said = refused("--data-dir", str(tmp_path), "--bind", "8311")
    assert said.startswith("“8311” is not an address such as 127.0.0.1:8311.")


def test_a_database_that_does_not_answer_is_told_with_its_host_and_no_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", "")
    port = free_port()
    monkeypatch.setenv("OMNIPOS_HUB_DATABASE", f"postgresql://omni:hush-hush@127.0.0.1:{port}/hub")
    said = refused("--data-dir", str(tmp_path), "--admin-key", str(tmp_path / "admin.key"))
    assert said.startswith("The hub's database cannot be reached:")
    assert f"port {port}" in said
    assert "Look whether PostgreSQL runs there" in said
    assert "hush" not in said
    assert "Name the owner's" not in said
    assert "admin_key_file in hub.toml" in refused("--data-dir", str(tmp_path))


def test_a_hub_is_told_by_its_file_and_drains_before_it_stops(tmp_path: Path) -> None:
    port = free_port()
    (tmp_path / "hub.toml").write_text(
        f'bind = "127.0.0.1:{port}"\nlog_format = "json"\nlog_level = "info"\ndrain_s = 300\n'
    )
    heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    heard.bind(str(tmp_path / "notify"))
    heard.settimeout(PATIENCE_S)
    command = [sys.executable, "-m", "omnipos", "hub", "serve", "--data-dir", str(tmp_path)]
    environment = {**os.environ, "NOTIFY_SOCKET": str(tmp_path / "notify")}
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    try:
        assert heard.recv(100) == b"READY=1"
        assert status(port) == 200
        process.send_signal(signal.SIGTERM)
        assert heard.recv(100) == b"STOPPING=1"
        assert status(port) == 503
        process.send_signal(signal.SIGTERM)  # whoever says it twice does not want to wait
        _out, lines = process.communicate(timeout=PATIENCE_S)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        heard.close()
    assert process.returncode == 0
    import json

    told = [json.loads(line) for line in lines.splitlines()]
    assert [(one["message"], one.get("status")) for one in told] == [
        ("serving", None),
        ("draining", None),
        ("request", 503),
        ("stopped", None),
    ]
    assert told[2]["route"] == "/v1/ready"
    assert len(told[2]["request_id"]) == 16


def status(port: int) -> int:
    """Ask whether the hub is ready."""
    import httpx

    return httpx.get(f"http://127.0.0.1:{port}/v1/ready", trust_env=False).status_code
