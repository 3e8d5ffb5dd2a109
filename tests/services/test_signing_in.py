"""Signing in: one PIN for one name, and a wait after wrong ones that nothing shortens."""

from pathlib import Path

import msgspec
import pytest

from omnipos.domain.errors import NotAllowed, SignInRefused
from omnipos.domain.staff import Right
from omnipos.services import signing_in
from omnipos.services.till import Till
from tests.rigs import HandClock, fill, open_till, selling_till, staff_members


def wrong(till: Till, times: int) -> list[str]:
    said = []
    for _each in range(times):
        with pytest.raises(SignInRefused) as refusal:
            till.call(signing_in.sign_in, "s-sari", "0000")
        said.append(str(refusal.value))
    return said


def test_the_right_pin_opens_the_till_and_signing_out_closes_it(till: Till) -> None:
    till.staff = None
    with pytest.raises(NotAllowed, match="Nobody is signed in"):
        till.signed_in(Right.SELL)
    assert till.call(signing_in.sign_in, "s-budi", "9999").name == "Budi"
    assert till.signed_in(Right.REPORT).name == "Budi"
    signing_in.sign_out(till)
    with pytest.raises(NotAllowed):
        till.signed_in(Right.SELL)


@pytest.mark.parametrize("pin", ["", "123", "12345", "9999", "１２３４", "1234\x00"])
def test_no_other_pin_does(till: Till, pin: str) -> None:
    till.staff = None
    with pytest.raises(SignInRefused, match="not the PIN of Sari"):
        till.call(signing_in.sign_in, "s-sari", pin)
    assert till.staff is None


def test_who_left_the_shop_signs_in_no_more(till: Till) -> None:
    sari = msgspec.structs.replace(staff_members()[0], active=False)
    fill(till.store.folder, "staff", ("staff:s-sari", sari))
    assert [one.name for one in till.call(signing_in.people_here)] == ["Budi"]
    for staff_id in ("s-sari", "s-nobody"):
        with pytest.raises(SignInRefused, match="no longer sign in"):
            till.call(signing_in.sign_in, staff_id, "1234")


@pytest.mark.parametrize(("typed", "found"), [("sari", "Sari"), (" SA ", "Sari"), ("b", "Budi")])
def test_a_name_or_its_beginning_is_enough(till: Till, typed: str, found: str) -> None:
    assert till.call(signing_in.person_named, typed).name == found


@pytest.mark.parametrize("typed", ["", "x", "ari"])
def test_an_unknown_name_lists_who_works_here(till: Till, typed: str) -> None:
    with pytest.raises(SignInRefused, match="Here work Budi, Sari"):
        till.call(signing_in.person_named, typed)


def test_a_till_without_staff_says_that_nobody_can_sign_in_yet(till: Till) -> None:
    for one in staff_members():
        gone = msgspec.structs.replace(one, active=False)
        fill(till.store.folder, "staff", (f"staff:{one.staff_id}", gone))
    with pytest.raises(SignInRefused) as refused:
        till.call(signing_in.person_named, "Sari")
    assert str(refused.value) == ("Nobody can sign in yet: this till has not fetched its staff from the hub.")


def test_the_wait_begins_at_the_fifth_wrong_pin_and_doubles(till: Till, clock: HandClock) -> None:
    assert wrong(till, 5) == ["That is not the PIN of Sari."] * 4 + [
        "That is not the PIN of Sari. Wait 5 seconds before the next try."
    ]
    with pytest.raises(SignInRefused, match=r"Wait 5 seconds\."):
        till.call(signing_in.sign_in, "s-sari", "1234")
    clock.pass_ms(4001)
    with pytest.raises(SignInRefused, match=r"Wait 1 second\."):
        till.call(signing_in.sign_in, "s-sari", "1234")
    clock.pass_ms(999)
    assert wrong(till, 1) == ["That is not the PIN of Sari. Wait 10 seconds before the next try."]
    assert till.call(signing_in.sign_in, "s-budi", "9999").name == "Budi"
    clock.pass_ms(10_000)
    assert till.call(signing_in.sign_in, "s-sari", "1234").name == "Sari"
    assert wrong(till, 4)[-1] == "That is not the PIN of Sari."


def test_neither_a_restart_nor_a_changed_clock_shortens_the_wait(tmp_path: Path) -> None:
    till = selling_till(tmp_path)
    wrong(till, 5)
    till.store.close()
    later = HandClock()
    later.at_ms += 365 * 86_400_000
    again = open_till(tmp_path, later)
    with pytest.raises(SignInRefused, match=r"Wait 5 seconds\."):
        again.call(signing_in.sign_in, "s-sari", "1234")
    later.at_ms += 365 * 86_400_000
    with pytest.raises(SignInRefused, match=r"Wait 5 seconds\."):
        again.call(signing_in.sign_in, "s-sari", "1234")
    later.pass_ms(5000)
    assert again.call(signing_in.sign_in, "s-sari", "1234").name == "Sari"
    again.store.close()
