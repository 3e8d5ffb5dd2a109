"""How the boxes look in which goods ask, held as pictures at the smallest terminal and at a large one."""

from collections.abc import Awaitable, Callable

import msgspec
import pytest
from textual.pilot import Pilot

from omnipos.config import Settings
from omnipos.services.till import Till
from screens.app import TillApp
from tests.goods import SHIRTS, WRONG_IMEI, fill_goods
from tests.rigs import fill
from tests.ui.driving import LARGE, SMALL, Hands

INDOMIE, PHONE, BEER = "8998866200578", "8991234500019", "8991234500026"
Compare = Callable[..., bool]
Step = Callable[[Hands], Awaitable[None]]


async def family_offered(hands: Hands) -> None:
    """A family among the offers."""
    await hands.scan(INDOMIE)
    await hands.type("2*kao")


async def variants(hands: Hands) -> None:
    """The choice of a variant."""
    await family_offered(hands)
    await hands.press("enter", "down")


async def many_variants(hands: Hands) -> None:
    """A family with more variants than fit."""
    many = [
        msgspec.structs.replace(
            SHIRTS[0],
            product_id=f"p-{n}",
            sku=f"K-{n}",
            name=f"Kaos Polos Warna {n}",
            options=(f"Warna {n}",),
        )
        for n in range(1, 41)
    ]
    fill(hands.app.desk.till.store.folder, "catalogue", *((f"product:{one.product_id}", one) for one in many))
    await hands.type("kaos")
    await hands.press("enter", "pagedown", "pagedown")


async def weight(hands: Hands) -> None:
    """A weight that makes no sense."""
    await hands.type("4131")
    await hands.press("enter")
    await hands.type("0")
    await hands.press("enter")


async def price(hands: Hands) -> None:
    """A price half typed, and a scan that waits."""
    await hands.type("roti")
    await hands.press("enter")
    await hands.type("12.5")
    await hands.scan(INDOMIE)


async def serial(hands: Hands) -> None:
    """An IMEI that looks wrong."""
    await hands.scan(PHONE)
    await hands.scan(WRONG_IMEI)


async def age(hands: Hands) -> None:
    """The question for the age."""
    await hands.scan(BEER)


async def too_young(hands: Hands) -> None:
    """The refusal."""
    await age(hands)
    await hands.press("2")


async def sold(hands: Hands) -> None:
    """Goods with their deposit."""
    await age(hands)
    await hands.press("1")


STEPS = [family_offered, variants, many_variants, weight, price, serial, age, too_young, sold]


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "140x45"])
@pytest.mark.parametrize("step", STEPS)
def test_a_question_looks_as_before(
    till: Till, snap_compare: Compare, step: Step, size: tuple[int, int]
) -> None:
    fill_goods(till.store.folder)
    app = TillApp(till, Settings(idle_lock_s=0))

    async def drive(pilot: Pilot[None]) -> None:
        hands = Hands(app, pilot)
        await hands.settle()
        await app.look_around()
        await hands.settle()
        await step(hands)
        await app.look_around()
        await hands.settle()

    assert snap_compare(app, run_before=drive, terminal_size=size)
