"""The network's fault 29: a hub whose certificate is no good; selling goes on and syncing says so."""

from pathlib import Path

import pytest

from omnipos.ports import LinkState
from tests.faults.certificates import DAY, Authority
from tests.faults.lines import IDM, ProxiedTill, totals
from tests.faults.proxy import FaultProxy
from tests.hubs import HubProcess


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """The one whose word this computer takes."""
    authority = Authority(tmp_path, "authority")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    return authority


def test_29_selling_goes_on_and_syncing_alarms_until_the_certificate_is_renewed(
    till: ProxiedTill, hub: HubProcess, authority: Authority
) -> None:
    sales, _total = totals(hub)
    with FaultProxy(hub.port, tls=authority.server("expired", -90 * DAY, -DAY)) as line:
        till.go_through(line.address)
        till.sell(IDM)
        outcome = till.engine.once()
        assert (outcome.ok, outcome.online, outcome.waiting) == (False, False, 1)
        assert outcome.error.startswith("The hub's certificate has expired. Selling goes on")
        assert till.engine.report().state is LinkState.ATTENTION
        assert line.seen == []
        till.sell(IDM)
        line.tls = authority.server("renewed", -DAY, 90 * DAY)
        assert till.engine.once().waiting == 0
        assert till.engine.report().state is LinkState.ONLINE
        assert totals(hub)[0] == sales + 2


def test_29_a_certificate_of_tomorrow_points_at_this_computers_clock(
    till: ProxiedTill, hub: HubProcess, authority: Authority
) -> None:
    with FaultProxy(hub.port, tls=authority.server("early", DAY, 90 * DAY)) as line:
        till.go_through(line.address)
        outcome = till.engine.once()
        assert (outcome.ok, line.seen) == (False, [])
        assert "clock may be wrong" in outcome.error


def test_29_a_hub_that_nobody_vouches_for_gets_nothing(
    till: ProxiedTill, hub: HubProcess, authority: Authority, tmp_path: Path
) -> None:
    stranger = Authority(tmp_path, "stranger")
    with FaultProxy(hub.port, tls=stranger.server("stranger's hub", -DAY, 90 * DAY)) as line:
        till.go_through(line.address)
        outcome = till.engine.once()
        assert (outcome.ok, line.seen) == (False, [])
        assert f"What answers at {line.address} cannot prove that it is the hub" in outcome.error
