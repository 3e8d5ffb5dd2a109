"""Faults 30 and 57: a lost answer locks no till out, and a revoked till's sales are kept until released."""

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from omnipos.cli import main
from omnipos.cli.membership import load_membership, save_membership
from omnipos.signing import make_key
from omnipos.store.witness import WITNESS_FILE, load_witness
from sync.errors import Retryable
from sync.wire import Reply, Wire
from tests.hubs import HubProcess
from tests.sync.conftest import EnrolledTill
from tests.sync.test_engine import sell

INDOMIE, TEH = "8998866200578", "8996006855893"


@pytest.fixture
def counter(hub: HubProcess, tmp_path: Path) -> Iterator[EnrolledTill]:
    counter = EnrolledTill(hub, tmp_path / "till")
    assert counter.engine.once().ok
    yield counter
    counter.close()


class LosingWire(Wire):
    """A line that loses the answers to some requests, after the hub has worked on them."""

    def __init__(self, address: str, path: str, times: int) -> None:
        """Lose the answers of one path, some times."""
        super().__init__(address)
        self.path, self.left = path, times

    def ask(self, method: str, path: str, *rest: Any) -> Reply:
        """Ask, and perhaps lose the answer."""
        reply = super().ask(method, path, *rest)
        if path == self.path and self.left:
            self.left -= 1
            raise Retryable("the line was cut")
        return reply


def verify(folder: Path) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["verify", "--data-dir", str(folder)])
    return done.exit_code, done.output


@pytest.mark.parametrize("path", ["/v1/nonce", "/v1/token"])
def test_fault_30_lost_answers_to_a_refresh_lock_no_till_out(counter: EnrolledTill, path: str) -> None:
    sell(counter, INDOMIE)
    assert counter.client.device is not None
    counter.client.device.drop(counter.client.token)
    counter.client.close()
    counter.client._wire = LosingWire(counter.client.address, path, times=3)
    for _lost in range(3):
        outcome = counter.engine.once()
        assert (outcome.ok, outcome.waiting > 0) == (False, True)
    outcome = counter.engine.once()
    assert (outcome.ok, outcome.waiting) == (True, 0)


def test_fault_30_a_till_whose_clock_is_years_wrong_gets_its_tokens(counter: EnrolledTill) -> None:
    for wrong_ms in (-20 * 365 * 86_400_000, 40 * 365 * 86_400_000):
        counter.clock.at_ms += wrong_ms
        assert counter.client.device is not None
        counter.client.device.drop(counter.client.token)
        assert counter.engine.once().ok


def test_fault_30_a_hub_that_forgot_every_token_knows_the_till_by_its_key(
    hub: HubProcess, counter: EnrolledTill
) -> None:
    assert counter.engine.once().ok
    database = sqlite3.connect(hub.folder / "hub.db", timeout=10)
    with database:
        database.execute("DELETE FROM device_token")
    database.close()
    sell(counter, INDOMIE)
    assert counter.engine.once().ok


def test_fault_57_a_revoked_tills_sales_are_kept_and_count_when_released(
    hub: HubProcess, counter: EnrolledTill
) -> None:
    assert counter.engine.once().ok
    sell(counter, INDOMIE, TEH)
    before = hub.ask("GET", "/v1/totals")
    at = ["--hub", hub.address, "--key-file", str(hub.folder / "admin.key")]
    name = f"S1-{counter.identity.till_number}"
    done = CliRunner().invoke(main, ["hub", "revoke", name, *at])
    assert done.exit_code == 0, done.output
    hub.ask("PUT", "/v1/products", {"products": [NEW]})

    outcome = counter.engine.once()

    assert outcome.error == "This till was revoked. Its sales are kept; ask the manager."
    assert outcome.pulled == 0
    assert hub.ask("GET", "/v1/totals") == before
    read = "SELECT count(*) FROM catalogue.product WHERE sku = 'NEW'"
    assert counter.store.call(lambda: counter.store.books.execute(read).fetchone()) == (0,)

    done = CliRunner().invoke(main, ["hub", "release", name, *at])

    assert done.output.endswith("; still kept aside: 0.\n"), done.output
    after = hub.ask("GET", "/v1/totals")
    assert (after["sales"], after["total_minor"]) == (before["sales"] + 1, before["total_minor"] + 9500)
    again = CliRunner().invoke(main, ["hub", "release", name, *at])
    assert again.output == f"Entries of till {name} that count now: 0; still kept aside: 0.\n"
    assert hub.ask("GET", "/v1/totals") == after
    assert CliRunner().invoke(main, ["hub", "revoke", "S9-9", *at]).exit_code == 1


NEW = {"sku": "NEW", "name": "New", "price_minor": 1000, "tax_code": "PPN"}


def test_a_journal_cut_off_behind_what_the_hub_signed_is_found_with_the_hub_away(
    counter: EnrolledTill, tmp_path: Path
) -> None:
    for _each in range(3):
        sell(counter, INDOMIE)
    assert counter.engine.once().ok
    witness = load_witness(counter.store.folder)
    assert witness is not None
    assert witness.head.seq == 3
    folder = shutil.copytree(counter.store.folder, tmp_path / "copy")
    (folder / "omnipos.toml").write_text('language = "en"\n')
    assert verify(folder)[0] == 0

    books = sqlite3.connect(folder / "books.db")
    for table in ("event", "sale", "sale_line", "sale_tender", "stock_movement"):
        books.execute(f"DROP TRIGGER {table}_no_delete")
        books.execute(f"DROP TRIGGER {table}_no_update")
    sale = "(SELECT sale_id FROM sale WHERE seq = 3)"
    books.execute(f"DELETE FROM sale_line WHERE sale_id IN {sale}")
    books.execute(f"DELETE FROM sale_tender WHERE sale_id IN {sale}")
    for table in ("event", "outbox", "sale", "stock_movement"):
        books.execute(f"DELETE FROM {table} WHERE seq = 3")
    books.execute("UPDATE counter SET value = 2 WHERE name = 'receipt'")
    books.commit()
    books.close()

    code, said = verify(folder)
    assert code == 1
    assert "Event 3 of epoch 1 is missing, though the hub signed that it has it" in said
    (folder / WITNESS_FILE).write_text("{")
    assert verify(folder)[0] == 1


def test_another_hubs_signature_is_refused_and_nothing_is_taken_for_sent(counter: EnrolledTill) -> None:
    assert counter.engine.once().ok
    folder = counter.store.folder
    member = load_membership(folder)
    assert member is not None
    save_membership(folder, type(member)(hub=member.hub, device_id=member.device_id, hub_key="00" * 32))
    sell(counter, INDOMIE)
    assert counter.client.device is not None
    counter.client.device._hub_key = make_key().public
    outcome = counter.engine.once()
    assert (outcome.ok, outcome.waiting) == (False, 1)
    assert outcome.error.startswith("What answers is not the hub that this till belongs to")
