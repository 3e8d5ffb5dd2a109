"""Random keys at the counter's screens: struck, held down, scanned and typed, and what comes of them."""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from random import Random
from string import ascii_lowercase

from tests.fuzz.hands import Broken, check_till
from tests.fuzz.lines import NUMBERS, PINS, REASONS, SUMS
from tests.fuzz.shop import CODES, COUPONS, PHONES, memory_folder, stock_shop
from tests.rigs import open_till, staff_members
from tests.ui.driving import LARGE, SMALL, Hands, counter

LEAVING = "cqz"
"""Ctrl with these ends the program or puts it to sleep."""
KEYS = (
    *(f"f{number}" for number in range(1, 13)),
    *(["f12", "enter", "escape"] * 3),
    "tab",
    "up",
    "down",
    "left",
    "right",
    "pageup",
    "pagedown",
    "home",
    "end",
    "delete",
    "insert",
    "backspace",
    "space",
    "shift+tab",
    *(f"ctrl+{letter}" for letter in ascii_lowercase if letter not in LEAVING),
    *"0123456789",
    *"123123",
    *"acqgsurmhyn*#.,-+?/",
)
TEXTS = (
    *CODES,
    *PHONES,
    *COUPONS,
    *NUMBERS,
    *SUMS,
    *PINS,
    *REASONS,
    "50000",
    "3*",
    "indo",
    "kopi",
    "#W-1001",
    "S1-1-000001",
    "https://example.com/p/8998866200578?x=1",
    "'" * 40,
)
SCANS = (
    *CODES,
    *CODES,
    "471001",
    "W-1001",
    "https://example.com/8998866200578",
    "4111111111111111",
    "x" * 300,
)
AT_ONCE = 12
"""Keys struck before one looks at what they did."""
LOOK_EVERY_S = 0.2
LONGEST_TYPED = 60
"""More is typed by nobody; a key takes its time."""


def strokes(dice: Random, count: int) -> Iterator[str]:
    """Yield what random hands do, each with a word before it that says how."""
    for _stroke in range(count):
        chance = dice.random()
        if chance < 0.50:
            yield f"press {dice.choice(KEYS)}"
        elif chance < 0.70:
            yield f"scan {dice.choice(SCANS)}"
        elif chance < 0.80:
            yield f"type {dice.choice(TEXTS)[:LONGEST_TYPED]}"
        elif chance < 0.90:
            yield f"enter {dice.choice(TEXTS)[:LONGEST_TYPED]}"
        elif chance < 0.95:
            yield f"hold {dice.choice(KEYS)}"
        else:
            yield dice.choice(("press f12", "press enter", "press escape"))


async def play(done: Sequence[str], *, large: bool, manager: bool) -> int:
    """Do strokes at a new till's screens and check everything; return how many sales they made."""
    with memory_folder() as folder, _bugs() as bugs:
        till = open_till(folder)
        try:
            stock_shop(folder)
            till.staff = staff_members()[manager]
            async with counter(till, LARGE if large else SMALL) as hands:
                for number, stroke in enumerate(done):
                    left = await _is_left_by(hands, stroke)
                    if bugs:
                        raise Broken(number, f"{stroke!r} met a bug: {bugs[0]}")
                    if left:
                        break
                    assert hands.text, "there is always something to see"
            return check_till(till)
        finally:
            till.store.close()


async def _is_left_by(hands: Hands, stroke: str) -> bool:
    """Do a stroke; tell whether the program ended by it, as it does to begin or end practising."""
    doing = asyncio.create_task(_do(hands, stroke))
    while not (await asyncio.wait({doing}, timeout=LOOK_EVERY_S))[0]:
        if hands.app._exit:
            doing.cancel()
            return True
    await doing
    return False


async def _do(hands: Hands, stroke: str) -> None:
    how, _space, what = stroke.partition(" ")
    match how:
        case "press":
            await hands.press(what)
        case "type" | "enter":
            for begin in range(0, len(what), AT_ONCE):
                await hands.type(what[begin : begin + AT_ONCE])
            if how == "enter":
                await hands.press("enter")
        case "scan":
            await hands.scan(what)
        case "hold":
            for _burst in range(2):
                for _time in range(AT_ONCE):
                    hands.strike(what, what if len(what) == 1 else None, 0.03)
                await hands.settle()


@contextmanager
def _bugs() -> Iterator[list[str]]:
    """Give the list of bugs that are logged meanwhile: the counter itself stays up."""
    found: list[str] = []

    class Listening(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            error = record.exc_info[1] if record.exc_info else None
            found.append(f"{record.getMessage()}: {error!r}")

    listening = Listening(logging.ERROR)
    logging.getLogger().addHandler(listening)
    try:
        yield found
    finally:
        logging.getLogger().removeHandler(listening)
