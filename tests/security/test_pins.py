"""Bar 3: a hash of a PIN lies on no till's disk unsealed, costs 19 MiB to try, and tries are slowed down."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from omnipos.cli.membership import load_pass
from omnipos.domain.errors import SignInRefused, StoreTrouble
from omnipos.domain.staff import Role, Staff
from omnipos.sealing import MARK, Sealer
from omnipos.services import approving, signing_in
from omnipos.services.till import Till
from omnipos.signing import DEVICE_KEY, keep_key
from omnipos.store.people import all_staff
from sync.client import HubClient
from tests.faults.lives import ReopenedTill
from tests.hubs import HubProcess
from tests.rigs import HandClock, fill, staff_members
from tests.sync.conftest import EnrolledTill

PIN, MANAGERS_PIN = "1234", "2222"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    hub = HubProcess(tmp_path_factory.mktemp("hub"))
    hub.set_up_shop()
    budi = {"name": "Budi", "role": "manager", "pin": MANAGERS_PIN}
    hub.ask("PUT", "/v1/staff", {"staff": [budi]})
    yield hub
    hub.stop()


@pytest.fixture
def folder(hub: HubProcess, tmp_path: Path) -> Path:
    """The folder of a till that has synced once and is closed."""
    counter = EnrolledTill(hub, tmp_path / "till")
    assert counter.engine.once().ok
    counter.close()
    return counter.store.folder


@pytest.fixture
def hub_hashes(hub: HubProcess, folder: Path) -> list[str]:
    """What the hub sends a till of each PIN."""
    client = HubClient(hub.address, device=load_pass(folder))
    changes = client.pull("staff", "", 100).changes
    client.close()
    return [one.record.pin_hash for one in changes if isinstance(one.record, Staff)]


def signed_in(till: Till, name: str = "Sari", pin: str = PIN) -> str:
    person = till.call(signing_in.person_named, name)
    return till.call(signing_in.sign_in, person.staff_id, pin).name


def test_a_hash_costs_19_mib_and_two_passes_and_lies_in_no_file_of_the_till(
    folder: Path, hub_hashes: list[str]
) -> None:
    assert len(hub_hashes) == 2
    assert all(one.startswith("$argon2id$v=19$m=19456,t=2,p=1$") for one in hub_hashes)
    files = [path for path in folder.rglob("*") if path.is_file()]
    kept = b"".join(path.read_bytes() for path in files)
    assert kept.count(MARK.encode()) >= 2
    assert b"$argon2" not in kept
    assert not any(one.rpartition("$")[2].encode() in kept for one in hub_hashes)


def test_who_works_here_signs_in_and_approves_after_a_restart_with_the_hub_away(
    hub: HubProcess, folder: Path
) -> None:
    again = ReopenedTill(folder, hub)  # nothing is asked of the hub
    again.till.staff = None
    with pytest.raises(SignInRefused, match="not the PIN of Sari"):
        signed_in(again.till, pin=MANAGERS_PIN)
    assert signed_in(again.till) == "Sari"
    word = again.till.call(approving.approve, "broken", "Budi", MANAGERS_PIN)
    assert word.reason == "broken"
    again.close()


def test_a_mirror_without_its_key_opens_no_hash_and_a_till_with_another_fetches_its_staff_anew(
    hub: HubProcess, folder: Path, tmp_path: Path
) -> None:
    other = EnrolledTill(hub, tmp_path / "new")
    assert other.engine.once().ok
    other.close()
    for part in (tmp_path / "new").glob("mirror-*"):
        part.unlink()
    for part in folder.glob("mirror-*"):
        shutil.copy(part, tmp_path / "new" / part.name)
    thief = ReopenedTill(tmp_path / "new", hub)
    with pytest.raises(StoreTrouble, match=r"cannot be read: its key .* All sales are safe"):
        signed_in(thief.till)
    assert thief.engine.once().ok
    assert signed_in(thief.till) == "Sari"
    thief.close()


def test_a_till_whose_key_is_gone_says_so_and_signs_in_once_it_is_back(hub: HubProcess, folder: Path) -> None:
    key = (folder / DEVICE_KEY).rename(folder.parent / "kept")
    again = ReopenedTill(folder, hub)
    with pytest.raises(StoreTrouble, match=r"device\.key"):
        signed_in(again.till)
    key.rename(folder / DEVICE_KEY)
    assert signed_in(again.till) == "Sari"
    again.close()


def test_a_copied_till_with_a_key_of_its_own_still_opens_what_the_first_key_sealed(tmp_path: Path) -> None:
    keep_key(tmp_path / DEVICE_KEY)
    sari = staff_members()[0]
    sealed = Sealer(tmp_path).seal(sari)
    keep_key(tmp_path / "device-0a1b2c3d.key")
    assert Sealer(tmp_path).pin_hash(sealed) == sari.pin_hash
    (tmp_path / DEVICE_KEY).unlink()
    assert not Sealer(tmp_path).has_sealed(sealed)
    assert Sealer(tmp_path).has_sealed(Sealer(tmp_path).seal(sari))


def test_a_sealed_hash_is_good_for_one_person_alone(tmp_path: Path) -> None:
    keep_key(tmp_path / DEVICE_KEY)
    sealed = Sealer(tmp_path).seal(staff_members()[0])
    swapped = msgspec.structs.replace(sealed, staff_id="s-budi", role=Role.MANAGER)
    with pytest.raises(StoreTrouble):
        Sealer(tmp_path).pin_hash(swapped)


def test_without_a_key_nothing_is_sealed_and_so_nothing_is_kept(tmp_path: Path) -> None:
    with pytest.raises(StoreTrouble):
        Sealer(tmp_path).seal(staff_members()[0])


def test_hashes_that_lie_there_unsealed_are_sealed_at_the_first_round(hub: HubProcess, folder: Path) -> None:
    again = ReopenedTill(folder, hub)
    sari = next(one for one in again.store.call(lambda: all_staff(again.store.books)) if one.name == "Sari")
    plain = msgspec.structs.replace(sari, pin_hash=Sealer(folder).pin_hash(sari))
    fill(folder, "staff", (f"staff:{sari.staff_id}", plain))
    assert signed_in(again.till) == "Sari"
    assert again.engine.once().ok
    now = again.store.call(lambda: all_staff(again.store.books))
    assert len(now) == 2
    assert all(one.pin_hash.startswith(MARK) for one in now)
    assert signed_in(again.till) == "Sari"
    again.close()


@pytest.mark.parametrize("jump_ms", [-365 * 86_400_000, 365 * 86_400_000])
def test_the_wait_after_five_wrong_pins_grows_and_outlasts_a_restart_and_a_changed_clock(
    hub: HubProcess, folder: Path, jump_ms: int
) -> None:
    before = ReopenedTill(folder, hub)
    for wrong in range(5):
        with pytest.raises(SignInRefused, match="not the PIN"):
            signed_in(before.till, pin=f"000{wrong}")
    before.close()
    again = ReopenedTill(folder, hub)
    clock: HandClock = again.clock
    clock.at_ms += jump_ms
    with pytest.raises(SignInRefused, match=r"Wait 5 seconds\."):
        signed_in(again.till)
    clock.at_ms += jump_ms
    with pytest.raises(SignInRefused, match=r"Wait 5 seconds\."):
        signed_in(again.till)
    with pytest.raises(SignInRefused, match=r"Wait 5 seconds\."):
        again.till.call(approving.approve, "to get in", "Sari", PIN)
    assert signed_in(again.till, "Budi", MANAGERS_PIN) == "Budi"
    clock.pass_ms(5000)
    with pytest.raises(SignInRefused, match="Wait 10 seconds before the next try"):
        signed_in(again.till, pin="0000")
    clock.pass_ms(10_000)
    assert signed_in(again.till) == "Sari"
    again.close()
