"""Security bar 12 for a till: encrypted, or on this computer, or in the shop's network by its own wish."""

from pathlib import Path

import pytest

from omnipos.cli.joining import join
from omnipos.config import load_settings
from omnipos.domain.errors import EntryRefused
from omnipos.ports import LinkState
from sync.addresses import NotEncrypted, as_typed, hub_address
from sync.client import HubClient
from sync.errors import Untrusted
from tests.hubs import HubProcess
from tests.sync.conftest import EnrolledTill
from tests.sync.test_engine import sell

HERE = ["http://127.0.0.1:8787", "http://localhost:8787", "http://[::1]:8787", "http://hub.localhost"]
HOME = [
    "http://192.168.1.5:8787",
    "http://10.0.0.2",
    "http://172.16.0.9",
    "http://[fd00::5]:8787",
    "http://169.254.3.4",
    "http://hub:8787",
    "http://hub.local",
    "http://hub.lan.",
    "http://hub.home.arpa",
]
ABROAD = [
    "http://hub.example",
    "http://203.0.113.9.nip.example",
    "http://8.8.8.8",
    "http://[2606:4700::1]",
    "http://127.0.0.1.example",
]
NONE = [
    "",
    "hub.example",
    "ftp://hub.example",
    "https://",
    "https://:443",
    "https://hub:port",
    "https://[::1",
    "https://user:secret@hub.example",
    "javascript:alert(1)",
]


@pytest.mark.parametrize("address", [*HERE, "https://hub.example", "https://192.168.1.5/hub"])
def test_encrypted_or_on_this_computer_is_always_good(address: str) -> None:
    for private_http in (False, True):
        assert hub_address(f" {address}/ ", private_http=private_http) == address


@pytest.mark.parametrize("address", HOME)
def test_the_shops_own_network_is_good_when_the_shop_says_so(address: str) -> None:
    with pytest.raises(NotEncrypted, match="private_http = true"):
        hub_address(address, private_http=False)
    assert hub_address(address, private_http=True) == address


@pytest.mark.parametrize("address", ABROAD)
def test_nothing_crosses_the_internet_in_plain(address: str) -> None:
    for private_http in (False, True):
        with pytest.raises(NotEncrypted, match="is not encrypted"):
            hub_address(address, private_http=private_http)


@pytest.mark.parametrize("address", NONE)
def test_what_is_no_address_is_refused_without_repeating_a_secret(address: str) -> None:
    with pytest.raises(EntryRefused, match="is no address") as refused:
        hub_address(address, private_http=True)
    assert "secret" not in str(refused.value)


def test_a_till_whose_hub_is_not_safe_opens_and_sells_and_sends_nothing(counter: EnrolledTill) -> None:
    counter.engine.once()
    counter.client.close()
    client = HubClient("http://hub.example", device=counter.client.device)
    counter.engine._client = client
    sell(counter, "8998866200578")
    outcome = counter.engine.once()
    assert (outcome.ok, outcome.waiting) == (False, 1)
    assert outcome.error.startswith("http://hub.example is not encrypted")
    assert counter.engine.report().state is LinkState.ATTENTION
    with pytest.raises(Untrusted):
        client.twin().poll_hints(-1, 0)


def test_the_wish_to_trust_the_shops_network_is_kept_with_the_till(
    running_hub: HubProcess, tmp_path: Path
) -> None:
    trusting, careful = tmp_path / "trusting", tmp_path / "careful"
    join(trusting, running_hub.address, running_hub.enrol_code(), "one", private_http=True)
    join(careful, running_hub.address, running_hub.enrol_code(), "two")
    assert (load_settings(trusting).private_http, load_settings(careful).private_http) == (True, False)
    with pytest.raises(EntryRefused):
        join(tmp_path / "none", running_hub.address, "WRONG-CODE", "three", private_http=True)
    assert not load_settings(tmp_path / "none").private_http


@pytest.mark.parametrize("address", [*HERE, *HOME, "https://hub.example"])
def test_the_command_that_the_hub_tells_for_enrolling_works_as_it_stands(address: str) -> None:
    *wish, told = as_typed(address).split(" ")
    assert told == address
    assert hub_address(told, private_http="--private-http" in wish) == address
    assert bool(wish) == (address in HOME)


def test_a_code_that_was_never_sent_is_not_said_to_be_refused(tmp_path: Path) -> None:
    with pytest.raises(EntryRefused) as refusal:
        join(tmp_path / "till", "http://192.168.1.5:8787", "K7QM-2F9D", "counter")
    assert str(refusal.value) == (
        "http://192.168.1.5:8787 is not encrypted: anybody in the shop's network could read along. Use https://,"
        " or, if you trust the network, omnipos enrol --private-http; for a till that is enrolled, write"
        " private_http = true into omnipos.toml."
    )
