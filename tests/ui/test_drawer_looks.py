"""How the drawer's screens look, held as pictures at the smallest terminal and at a large one."""

import pytest
from textual.pilot import Pilot

from omnipos.config import Settings
from omnipos.domain.account import AccountSettings
from omnipos.domain.drawer import parse_pieces
from omnipos.domain.foreign import ForeignRate
from omnipos.services import shifting
from omnipos.services.till import Till
from screens.app import TillApp
from tests.rigs import staff_members
from tests.services.test_balances import settings
from tests.ui.driving import LARGE, SMALL, Hands
from tests.ui.test_snapshots import INDOMIE, TEH, Compare, Step


async def open_drawer(hands: Hands) -> None:
    """Let the header below say how all stands, then open the drawer over it."""
    await hands.app.look_around()
    await hands.settle()
    await hands.press("f10")


async def drawer(hands: Hands) -> None:
    """A cashier's drawer with a basket in the way."""
    await hands.scan(INDOMIE, TEH)
    await hands.press("f12", "enter")
    await hands.scan(TEH)
    await open_drawer(hands)


async def managers_drawer(hands: Hands) -> None:
    """A manager's drawer, with what should be in it."""
    hands.app.desk.till.staff = staff_members()[1]
    await drawer(hands)


async def pay_out(hands: Hands) -> None:
    """Cash taken out."""
    await open_drawer(hands)
    await hands.press("f4")
    await hands.type("20000")


async def float_count(hands: Hands) -> None:
    """The float half counted."""
    await open_drawer(hands)
    await hands.press("f2")
    await hands.type("2")
    await hands.press("enter")
    await hands.type("4")


async def x_report(hands: Hands) -> None:
    """What the shift comes to."""
    await managers_drawer(hands)
    await hands.press("f7")


async def foreign_count(hands: Hands) -> None:
    """Euros half counted behind the shop's own money: no currency has more notes and coins."""
    euros = ForeignRate(currency="EUR", rate_minor=18_000)
    settings(hands.app.desk.till, AccountSettings(), euros, country="SG")
    hands.app.desk.till.call(shifting.open_with_float, parse_pieces(["1*100000"], "IDR"))
    await open_drawer(hands)
    await hands.press("f12", "1", "f12")
    await hands.press("down", "2", "down", "1")


async def what_stays(hands: Hands) -> None:
    """What stays in each currency."""
    await foreign_count(hands)
    await hands.press("f12")


STEPS = [drawer, managers_drawer, pay_out, float_count, x_report, foreign_count, what_stays]


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "140x45"])
@pytest.mark.parametrize("step", STEPS)
def test_the_drawer_looks_as_before(
    till: Till, snap_compare: Compare, step: Step, size: tuple[int, int]
) -> None:
    app = TillApp(till, Settings(idle_lock_s=0))

    async def drive(pilot: Pilot[None]) -> None:
        hands = Hands(app, pilot)
        await hands.settle()
        await step(hands)
        await app.look_around()
        await hands.settle()

    assert snap_compare(app, run_before=drive, terminal_size=size)
