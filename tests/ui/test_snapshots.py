"""How the screens look, held as pictures at the smallest terminal and at a large one."""

from collections.abc import Awaitable, Callable

import pytest
from textual.pilot import Pilot

from omnipos.config import Settings
from omnipos.services.till import Till
from screens.app import TillApp
from tests.rigs import fill_exceptions, fill_offers
from tests.ui.driving import LARGE, SMALL, Hands

INDOMIE, TEH = "8998866200578", "8996006855893"
Compare = Callable[..., bool]
Step = Callable[[Hands], Awaitable[None]]


async def sign_in(hands: Hands) -> None:
    """Nothing but the names."""


async def sell(hands: Hands) -> None:
    """A basket with a customer."""
    await hands.type("081234567890")
    await hands.press("enter")
    await hands.scan(INDOMIE, INDOMIE, TEH)
    await hands.type("0,482*4131")
    await hands.press("enter")


async def savings(hands: Hands) -> None:
    """Savings below their lines, a coupon that gives something and one that waits."""
    fill_offers(hands.app.desk.till.store.folder)
    await sell(hands)
    await hands.scan(TEH, "GOLD-5", "KOPI-2")
    await hands.press("up")


async def pay_less(hands: Hands) -> None:
    """What is due after the savings."""
    await savings(hands)
    await hands.press("f12")


async def offers(hands: Hands) -> None:
    """A name half typed."""
    await hands.scan(INDOMIE)
    await hands.type("k")


async def pay(hands: Hands) -> None:
    """What is due."""
    await sell(hands)
    await hands.press("f12")


async def change(hands: Hands) -> None:
    """The change due."""
    await pay(hands)
    await hands.press("f7")


async def orders(hands: Hands) -> None:
    """The collection desk."""
    await hands.press("f3")


async def one_order(hands: Hands) -> None:
    """An order half picked."""
    await orders(hands)
    await hands.press("enter")
    await hands.scan(INDOMIE)


async def customers(hands: Hands) -> None:
    """A search that finds."""
    await hands.press("f2")
    await hands.type("sar")


async def exceptions(hands: Hands) -> None:
    """What a person must settle, open and settled."""
    fill_exceptions(hands.app.desk.till.store.folder)
    await hands.press("ctrl+x")


async def one_exception(hands: Hands) -> None:
    """A case with its answers."""
    await exceptions(hands)
    await hands.press("enter")


async def discount(hands: Hands) -> None:
    """The reasons for a discount."""
    await sell(hands)
    await hands.press("f6", "1")
    await hands.type("10%")
    await hands.press("enter")


async def word(hands: Hands) -> None:
    """A manager's word for a discount."""
    await discount(hands)
    await hands.type("2")


async def price(hands: Hands) -> None:
    """What something costs."""
    await sell(hands)
    await hands.press("ctrl+r")
    await hands.scan(INDOMIE)


async def keys(hands: Hands) -> None:
    """The help."""
    await hands.press("f1")


async def manager_menu(hands: Hands) -> None:
    """The manager's menu over a basket."""
    await sell(hands)
    await hands.press("ctrl+g")


async def managers_word(hands: Hands) -> None:
    """A manager's word asked for after a refusal."""
    await sell(hands)
    await hands.press("ctrl+t")
    await hands.type("Diplomat")
    await hands.press("enter", "enter")
    assert hands.up == "WordScreen"


STEPS = [
    sign_in,
    sell,
    savings,
    pay_less,
    offers,
    pay,
    change,
    orders,
    one_order,
    customers,
    exceptions,
    one_exception,
    discount,
    word,
    manager_menu,
    managers_word,
    price,
    keys,
]


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "140x45"])
@pytest.mark.parametrize("step", STEPS)
def test_screen_looks_as_before(till: Till, snap_compare: Compare, step: Step, size: tuple[int, int]) -> None:
    if step is sign_in:
        till.staff = None
    app = TillApp(till, Settings(idle_lock_s=0))

    async def drive(pilot: Pilot[None]) -> None:
        hands = Hands(app, pilot)
        await hands.settle()
        await app.look_around()
        await hands.settle()
        await step(hands)
        # What the clock would do within a second: whether it has is not to be seen in the picture.
        await app.look_around()
        await hands.settle()

    assert snap_compare(app, run_before=drive, terminal_size=size)
