"""What the hub signed of a till's journal is never put back to an older word of it."""

from pathlib import Path

import pytest

from omnipos.protocol import Countersigned
from omnipos.store.witness import WITNESS_FILE, Witness, keep_witness, load_witness


def signed(epoch: int, seq: int, device_id: str = "till-1") -> Witness:
    head = Countersigned(epoch=epoch, seq=seq, hash=f"{epoch:02x}{seq:02x}", signature="00")
    return Witness(device_id=device_id, head=head)


@pytest.mark.parametrize("older", [signed(2, 4), signed(1, 9), signed(2, 0)])
def test_a_hub_back_from_a_backup_does_not_take_back_what_it_signed(tmp_path: Path, older: Witness) -> None:
    keep_witness(tmp_path, signed(2, 5))
    keep_witness(tmp_path, older)
    assert load_witness(tmp_path) == signed(2, 5)


def test_a_later_word_takes_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    for witness in (signed(1, 9), signed(2, 1), signed(2, 2), signed(1, 1, "till-2")):
        keep_witness(tmp_path, witness)
        assert load_witness(tmp_path) == witness


def test_nothing_is_kept_of_a_hub_that_has_nothing(tmp_path: Path) -> None:
    keep_witness(tmp_path, signed(1, 0))
    assert load_witness(tmp_path) is None


def test_a_file_that_cannot_be_read_is_written_anew(tmp_path: Path) -> None:
    (tmp_path / WITNESS_FILE).write_text("{")
    keep_witness(tmp_path, signed(1, 3))
    assert load_witness(tmp_path) == signed(1, 3)
