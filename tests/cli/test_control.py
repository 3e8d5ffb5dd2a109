"""The running till's socket."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from omnipos.cli.control import SOCKET_FILE, ControlSocket, ask_running_till


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder whose path is longer than a socket's name may be."""
    folder = tmp_path / ("a-long-name-" * 12)
    folder.mkdir()
    return folder


@pytest.fixture
def control(folder: Path) -> Iterator[ControlSocket]:
    """A socket that counts and that breaks."""

    def broken() -> dict[str, object]:
        raise ZeroDivisionError

    control = ControlSocket(folder, {"count": lambda: {"ok": True, "count": 3}, "break": broken})
    yield control
    control.close()


def test_a_command_is_answered_whatever_the_folders_length(control: ControlSocket, folder: Path) -> None:
    assert ask_running_till(folder, "count") == {"ok": True, "count": 3}
    assert (folder / SOCKET_FILE).stat().st_mode & 0o777 == 0o600


def test_what_is_not_understood_or_breaks_is_answered_too(control: ControlSocket, folder: Path) -> None:
    assert ask_running_till(folder, "dance") == {"ok": False, "error": "not understood"}
    assert ask_running_till(folder, "break") == {"ok": False, "error": "ZeroDivisionError()"}
    assert ask_running_till(folder, "count") == {"ok": True, "count": 3}


def test_a_till_that_is_gone_is_no_till(folder: Path) -> None:
    assert ask_running_till(folder, "count") is None
    ControlSocket(folder, {}).close()
    assert ask_running_till(folder, "count") is None


def test_the_socket_of_a_killed_till_is_taken_over(tmp_path: Path) -> None:
    left = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    left.bind(str(tmp_path / SOCKET_FILE))
    left.close()
    assert ask_running_till(tmp_path, "count") is None

    control = ControlSocket(tmp_path, {"count": lambda: {"ok": True}})
    try:
        assert ask_running_till(tmp_path, "count") == {"ok": True}
    finally:
        control.close()
