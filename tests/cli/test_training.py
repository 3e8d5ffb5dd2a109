"""Training looks the same, says so everywhere, and leaves the real till as it was, also over a crash."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from omnipos.cli import counter
from omnipos.cli.membership import load_membership
from omnipos.cli.training import in_turn, open_training
from omnipos.config import Settings
from omnipos.domain.customer import CustomerDraft, Purpose
from omnipos.domain.errors import SignInRefused
from omnipos.services import collecting, recognising, reprinting, selling, signing_in, tendering, training
from omnipos.services.finding import ItemOffer, scanned
from omnipos.services.till import Till
from omnipos.store import journal, orders, outbox
from omnipos.store.identity import load_identity
from tests.rigs import DEVICE, QuietLine, open_till, selling_till

INDOMIE = "8998866200578"
QUIET = Settings()


def _sell(till: Till) -> str:
    offer = till.call(scanned, INDOMIE)
    assert isinstance(offer, ItemOffer)
    till.call(selling.ring, [(offer.item, 1000)])
    sale = till.call(tendering.pay_cash).sale
    assert sale is not None
    return sale.receipt_number


def _bytes(folder: Path) -> dict[str, bytes]:
    """Return what is on disk of books and mirror; the index of a WAL file changes with every reader."""
    kept = (one for one in sorted(folder.glob("*.db*")) if not one.name.endswith("-shm"))
    return {one.name: one.read_bytes() for one in kept}


def _head(till: Till) -> tuple[journal.Head | None, int]:
    db = till.store.books
    return till.store.call(lambda: (journal.head_of(db), outbox.count_waiting(db).events))


def test_nothing_done_in_training_reaches_the_real_books_or_the_hub(till: Till, line: QuietLine) -> None:
    assert _sell(till) == "S1-1-000001"
    offer = till.call(scanned, INDOMIE)
    assert isinstance(offer, ItemOffer)
    till.call(selling.ring, [(offer.item, 3000)])
    before, head, nudges = _bytes(till.store.folder), _head(till), line.nudges
    with open_training(till, QUIET) as trainee:
        assert _sell(trainee) == "TRAIN-1-000001", "it begins with an empty basket and numbers of its own"
        trainee.call(reprinting.reprint)
        trainee.call(
            recognising.add, CustomerDraft(name="Ani", phone="0812 5555 1234", agreed=(Purpose.SERVICE,))
        )
        trainee.call(selling.ring, [(offer.item, 1000)])
        trainee.call(selling.park, "practice")
        assert _head(trainee)[1] == 3
        assert trainee.syncing.report().reason == "This is training: nothing is kept or sent."
        assert load_membership(trainee.store.folder) is None, "it has no hub and no key for one"
        assert _bytes(till.store.folder) == before, "not a byte of the real till's files"
    assert _bytes(till.store.folder) == before
    assert (_head(till), line.nudges) == (head, nudges)
    assert not (till.store.folder / "training").exists()
    assert till.call(selling.current).basket.lines[0].quantity_milli == 3000
    assert _sell(till) == "S1-1-000002", "the real numbers have no gap"


def test_training_hands_over_what_the_real_till_holds_and_begins_anew_each_time(till: Till) -> None:
    for _time in range(2):
        with open_training(till, QUIET) as trainee:
            identity = trainee.store.call(lambda: load_identity(trainee.store.books))
            assert identity is not None
            assert (identity.device_id, identity.store_code) == (f"training-{DEVICE}", "TRAIN")
            order = trainee.store.call(
                lambda: orders.order_by_id(trainee.store.books, trainee.identity.device_id, "o-W-1001")
            )
            assert order is not None
            assert order.holder_device_id == identity.device_id
            trainee.call(collecting.pick, "o-W-1001", INDOMIE)
            assert _head(trainee)[1] == 1
    real = till.store.call(lambda: orders.order_by_id(till.store.books, DEVICE, "o-W-1001"))
    assert real is not None
    assert real.holder_device_id == DEVICE
    assert real.lines[0].picked_milli == 0


def test_a_wrong_pin_of_training_counts_at_the_real_till(till: Till) -> None:
    with open_training(till, QUIET) as trainee:
        for _time in range(4):
            with pytest.raises(SignInRefused):
                trainee.call(signing_in.sign_in, "s-budi", "0000")
            trainee.wrong_pin_at_ms.clear()
    with pytest.raises(SignInRefused, match="5"):
        till.call(signing_in.sign_in, "s-budi", "0000")


def test_who_signed_in_meanwhile_is_signed_in_afterwards(till: Till) -> None:
    with open_training(till, QUIET) as trainee:
        trainee.call(signing_in.sign_in, "s-budi", "9999")
    assert till.staff is not None
    assert till.staff.name == "Budi"


CRASH = """
import os, sys
from pathlib import Path
from omnipos.cli.training import open_training
from omnipos.config import Settings
from tests.cli.test_training import _sell
from tests.rigs import open_till, staff_members
till = open_till(Path(sys.argv[1]))
till.staff = staff_members()[0]
with open_training(till, Settings()) as trainee:
    print(_sell(trainee), flush=True)
    os._exit(9)
"""


def test_after_a_crash_in_training_the_real_till_comes_up_as_it_was(tmp_path: Path) -> None:
    folder = tmp_path / "till"
    till = selling_till(folder)
    _sell(till)
    head = _head(till)
    till.store.close()
    before = (folder / "books.db").read_bytes()
    root = Path(__file__).parent.parent.parent
    crashed = subprocess.run(
        [sys.executable, "-c", CRASH, str(folder)], cwd=root, capture_output=True, text=True, check=False
    )
    assert (crashed.returncode, crashed.stdout) == (9, "TRAIN-1-000001\n"), crashed.stderr
    assert (folder / "training" / "books.db").exists()
    assert (folder / "books.db").read_bytes() == before
    again = open_till(folder)
    try:
        seen: list[bool] = []
        in_turn(again, QUIET, lambda one: bool(seen.append(one.is_training)))
        assert seen == [False]
        assert not (folder / "training").exists()
        assert _head(again) == head
    finally:
        again.store.close()


def test_the_plain_counter_goes_to_training_and_back(
    till: Till, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [
        "training x",
        "training",
        INDOMIE,
        "pay cash",
        "training",
        "training off",
        "receipt",
        "training off",
    ]
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(lines)))
    in_turn(till, QUIET, lambda one: counter._talk(QUIET, True, one))
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["say"].partition(".")[0] for one in told] == [
        "Type training to begin to practise, and training off to end it",
        "Training begins: nothing is sold, kept or sent",
        "TRAINING: Indomie Goreng 85 g, 1 piece, Rp 3",
        "TRAINING: Sale TRAIN-1-000001 is done",
        "TRAINING: This is training already",
        "TRAINING: Training is over",
        "This till has no sale with that receipt number",
        "This is the real till already",
    ]
    assert [one.get("training", False) for one in told] == [False] * 2 + [True] * 4 + [False] * 2


def test_only_who_may_train_begins_it(till: Till) -> None:
    till.staff = None
    with pytest.raises(Exception, match="Nobody is signed in"):
        till.call(training.check_may_change)
