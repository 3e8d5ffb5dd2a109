"""A new badge from the manager's menu: by a number, straight to paper, and only where it can be made."""

import pytest

from omnipos.domain.errors import StoreTrouble
from omnipos.domain.shop import Shop
from omnipos.domain.staff import Staff
from omnipos.services.till import Till
from tests.rigs import QuietLine, staff_members
from tests.ui.driving import Hands, counter


class Desk:
    """Makes badges as the owner's computer does, and keeps for whom."""

    def __init__(self, trouble: str = "") -> None:
        self.made: list[tuple[str, str]] = []
        self._trouble = trouble

    def print_new(self, person: Staff, shop: Shop) -> None:
        """Make one, or fail."""
        if self._trouble:
            raise StoreTrouble(self._trouble)
        self.made.append((person.staff_id, shop.name))


@pytest.fixture
def manager(till: Till) -> Till:
    till.staff = staff_members()[1]
    return till


async def to_staff(hands: Hands) -> None:
    await hands.press("ctrl+g", "3")
    assert hands.up == "StaffScreen"


async def test_a_badge_is_made_by_a_number_for_the_chosen_one(manager: Till) -> None:
    desk = manager.badges = Desk()
    async with counter(manager) as hands:
        await to_staff(hands)
        await hands.press("down", "enter")
        asked = " ".join(hands.text.replace("│", " ").split())
        assert "Make Sari a new badge? The one before opens nothing any more." in asked
        await hands.press("enter")
        assert desk.made == []
        await hands.press("1")
        assert "The badge of Sari is being printed." in hands.text
    assert desk.made == [("s-sari", "Toko Sinar")]


async def test_without_the_owners_key_it_says_where_badges_are_made(manager: Till) -> None:
    async with counter(manager) as hands:
        await to_staff(hands)
        await hands.press("enter")
        assert hands.up == "StaffScreen"
        assert "omnipos staff badge NAME" in " ".join(hands.text.replace("│", " ").split())


async def test_no_badge_ends_while_the_printer_is_away(manager: Till, line: QuietLine) -> None:
    desk = manager.badges = Desk()
    line.print_trouble = "The printer does not answer."
    async with counter(manager) as hands:
        await to_staff(hands)
        await hands.press("enter")
        assert "the one before still works" in " ".join(hands.text.replace("│", " ").split())
    assert desk.made == []


async def test_what_keeps_the_hub_from_making_one_is_said(manager: Till) -> None:
    manager.badges = Desk("The hub made no badge (away).")
    async with counter(manager) as hands:
        await to_staff(hands)
        await hands.press("enter", "1")
        assert "The hub made no badge (away)." in hands.text


async def test_who_may_not_change_staff_makes_none(till: Till) -> None:
    desk = till.badges = Desk()
    async with counter(till) as hands:
        await hands.press("ctrl+g", "3")
        assert "may not do this" in hands.text
    assert desk.made == []
