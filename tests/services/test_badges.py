"""Badges: they sign in and allow, wrong ones are slowed down as PINs are, and no code is kept anywhere."""

from pathlib import Path

import msgspec
import pytest
from argon2 import PasswordHasher

from omnipos.domain.approval import ApprovalGiven
from omnipos.domain.badge import badge_id_of, is_badge, make_badge
from omnipos.domain.discounting import Off
from omnipos.domain.errors import NotAllowed, SignInRefused, WordNeeded
from omnipos.domain.staff import Right, StaffHabits
from omnipos.events import decode_fact
from omnipos.services import approving, discounting, finding, selling, signing_in
from omnipos.services.approving import Word
from omnipos.services.till import Till
from omnipos.store import journal
from tests.rigs import SHOP, STORE, HandClock, fill, open_till, selling_till, staff_members

SARIS, BUDIS = "OB7K2M9A" + "SARA0123456789ABCD", "OB3XQW5N" + "BVDZ0123456789ABCD"
GIVEN_FOR = "Discount of Rp 350 on Indomie Goreng 85 g: Damaged"


def give_badges(folder: Path) -> None:
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    for person, code in zip(staff_members(), (SARIS, BUDIS), strict=True):
        badged = msgspec.structs.replace(person, badge_id=badge_id_of(code), badge_hash=quick.hash(code))
        fill(folder, "staff", (f"staff:{person.staff_id}", badged))


@pytest.fixture
def badged(till: Till) -> Till:
    """A till whose two people have badges; Sari is signed in."""
    give_badges(till.store.folder)
    return till


def given(till: Till) -> list[tuple[str, str, str]]:
    """What the journal says was allowed: by whom, which right, why."""
    found = till.store.call(lambda: list(journal.read_events(till.store.books)))
    facts = [decode_fact(event.body) for event in found]
    return [(one.staff_id, one.right, one.reason) for one in facts if isinstance(one, ApprovalGiven)]


def ring(till: Till) -> None:
    offer = till.call(finding.scanned, "8998866200578")
    assert isinstance(offer, finding.ItemOffer)
    till.call(selling.ring, [(offer.item, 1000)])


def test_a_made_badge_is_a_badge_and_no_product_code_is() -> None:
    made = {make_badge() for _each in range(20)}
    assert len(made) == 20
    assert all(is_badge(code) and is_badge(code.lower()) for code in made)
    assert not any(map(is_badge, ("8998866200578", "OB", "OB" + "I" * 24, "S1-1-000001", SARIS + "0")))


def test_a_badge_signs_in_in_any_case_of_the_scanner(badged: Till) -> None:
    badged.staff = None
    assert badged.call(signing_in.sign_in_by_badge, f" {SARIS.lower()} ").name == "Sari"
    assert badged.staff is not None


def test_where_the_shop_wants_it_a_badge_alone_opens_nothing(badged: Till) -> None:
    wants = msgspec.structs.replace(SHOP, staff=StaffHabits(badge_needs_pin=True))
    fill(badged.store.folder, "settings", (f"shop:{STORE}", wants))
    badged.staff = None
    assert badged.call(signing_in.sign_in_by_badge, SARIS).name == "Sari"
    assert badged.staff is None
    with pytest.raises(SignInRefused, match="a badge needs its PIN too"):
        badged.call(approving.giver, Word(badge=BUDIS))
    with pytest.raises(SignInRefused, match="not the PIN of Budi"):
        badged.call(approving.giver, Word(badge=BUDIS, pin="1234"))
    assert badged.call(approving.giver, Word(badge=BUDIS, pin="9999")).name == "Budi"


@pytest.mark.parametrize("forged", [SARIS[:-1] + "0", "OB999999" + SARIS[8:]])
def test_a_forged_badge_is_slowed_down_over_a_restart_and_a_changed_clock(
    tmp_path: Path, forged: str
) -> None:
    till = selling_till(tmp_path)
    give_badges(tmp_path)
    for _try in range(5):
        with pytest.raises(SignInRefused, match="This badge opens nothing here"):
            till.call(signing_in.sign_in_by_badge, forged)
    till.store.close()
    later = HandClock()
    later.at_ms += 365 * 86_400_000
    again = open_till(tmp_path, later)
    with pytest.raises(SignInRefused, match=r"Wait 5 seconds\."):
        again.call(signing_in.sign_in_by_badge, forged)
    later.pass_ms(5000)
    with pytest.raises(SignInRefused, match="Wait 10 seconds before the next try"):
        again.call(signing_in.sign_in_by_badge, forged)
    assert again.staff is None
    again.store.close()


def test_who_left_has_no_badge(badged: Till) -> None:
    fill(badged.store.folder, "staff", ("staff:s-sari", None))
    with pytest.raises(SignInRefused, match="opens nothing"):
        badged.call(signing_in.sign_in_by_badge, SARIS)


def test_a_managers_badge_allows_one_discount_and_the_journal_says_who_for_what(badged: Till) -> None:
    ring(badged)
    off = Off(rate_ppm=100_000)
    with pytest.raises(WordNeeded) as needed:
        badged.call(discounting.discount_line, 1, off, "Damaged")
    assert (needed.value.right, needed.value.reason) == (Right.DISCOUNT, GIVEN_FOR)
    with pytest.raises(NotAllowed):
        badged.call(discounting.discount_line, 1, off, "Damaged", Word(badge=SARIS))
    assert given(badged) == []
    badged.call(discounting.discount_line, 1, off, "Damaged", Word(badge=BUDIS))
    assert given(badged) == [("s-budi", "discount", GIVEN_FOR)]
    with pytest.raises(WordNeeded):
        badged.call(discounting.discount_line, 1, off, "Damaged")


def test_a_ticket_is_good_once_and_for_its_right_alone(badged: Till) -> None:
    ring(badged)
    off = Off(rate_ppm=100_000)
    ticket = badged.call(approving.vouch, Right.PRICE, Word("budi", "9999"))
    with pytest.raises(SignInRefused, match="for something else"):
        badged.call(discounting.discount_line, 1, off, "Damaged", ticket)
    with pytest.raises(SignInRefused, match="used up"):
        badged.call(discounting.override_price, 1, 3000, "Damaged", ticket)
    ticket = badged.call(approving.vouch, Right.DISCOUNT, Word(badge=BUDIS))
    assert badged.call(discounting.discount_line, 1, off, "Damaged", ticket).totals.total_minor == 3150
    with pytest.raises(SignInRefused, match="used up"):
        badged.call(discounting.discount_basket, off, "Damaged", ticket)
    assert given(badged) == [("s-budi", "discount", GIVEN_FOR)]


def test_a_badges_code_lies_nowhere_on_the_disk(badged: Till) -> None:
    ring(badged)
    badged.call(discounting.discount_line, 1, Off(rate_ppm=100_000), "Damaged", Word(badge=BUDIS))
    with pytest.raises(SignInRefused):
        badged.call(signing_in.sign_in_by_badge, SARIS[:-1] + "0")
    kept = b"".join(path.read_bytes() for path in badged.store.folder.rglob("*") if path.is_file())
    assert BUDIS[8:].encode() not in kept
    assert SARIS[8:-1].encode() not in kept
