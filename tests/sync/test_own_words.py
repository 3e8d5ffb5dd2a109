"""What a hub says of a till is said in the till's language; what only the hub knows stays in its own."""

from collections.abc import Iterator

import msgspec
import pytest

from omnipos import locale
from omnipos.protocol import Problem
from sync.access import DevicePass
from sync.client import HubClient
from sync.errors import OWN_WORDS
from sync.owner import OwnerClient
from sync.wire import Reply


@pytest.fixture
def indonesian() -> Iterator[None]:
    locale.speak("id")
    yield
    locale.speak("en")


def reply(status: int, code: str) -> Reply:
    problem = Problem(detail="As the hub says it.", code=code)
    return Reply(status=status, headers={}, content=msgspec.json.encode(problem))


@pytest.fixture
def till_line() -> HubClient:
    return HubClient("http://127.0.0.1:1", device=DevicePass("a" * 32, lambda: None, "b" * 64))


@pytest.mark.usefixtures("indonesian")
@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (403, "revoked", "Hak kassa ini sudah dicabut. Penjualannya disimpan; minta manajer."),
        (
            426,
            "update_till",
            "OmniPOS kassa ini terlalu lama untuk hub. Penjualannya aman. Perbarui kassa ini.",
        ),
        (422, "of_tomorrow", "As the hub says it."),
    ],
)
def test_a_till_is_refused_in_its_own_language(
    till_line: HubClient, status: int, code: str, words: str
) -> None:
    assert str(till_line._refusal(reply(status, code))) == words


@pytest.mark.usefixtures("indonesian")
@pytest.mark.parametrize("code", list(OWN_WORDS))
def test_every_code_a_till_knows_is_translated(till_line: HubClient, code: str) -> None:
    assert str(till_line._refusal(reply(403, code))) not in ("As the hub says it.", OWN_WORDS[code])


def test_an_owner_is_answered_in_the_hubs_words() -> None:
    owner = OwnerClient("http://127.0.0.1:1", "key")
    assert str(owner._refusal(reply(409, "revoked"))) == "As the hub says it."
