"""Why a hub does not answer is said in words for the counter, not in those of the system."""

import socket

import httpx
import pytest

from sync.client import HubClient
from sync.errors import Retryable
from sync.wire import _trouble


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (httpx.ReadTimeout("timed out"), "it took too long"),
        (httpx.ConnectTimeout("timed out"), "it took too long"),
        (httpx.ReadError("[Errno 104] Connection reset by peer"), "the line broke"),
        (httpx.RemoteProtocolError("Server disconnected"), "the line broke"),
        (
            caused(httpx.ConnectError(""), socket.gaierror(-2, "Name or service not known")),
            "the name in https://hub.example is not known here",
        ),
        (
            caused(httpx.ConnectError(""), OSError(113, "No route to host")),
            "there is no way to https://hub.example",
        ),
    ],
)
def test_what_broke_is_said_in_words(error: Exception, words: str) -> None:
    trouble = _trouble(error, "https://hub.example", missed=False)
    assert isinstance(trouble, Retryable)
    assert str(trouble) == words


def test_a_port_where_nothing_runs_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    client = HubClient(address)
    with pytest.raises(Retryable) as trouble:
        client.poll_hints(-1, 0)
    client.close()
    assert str(trouble.value) == f"nothing runs at {address}"
