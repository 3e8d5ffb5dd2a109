"""The shop in which random hands work: goods that ask, offers, orders, exceptions; news from its hub."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import msgspec

from tests.goods import GOODS, fill_goods
from tests.rigs import (
    APEL,
    INDOMIE,
    KOPI,
    TEH,
    fill,
    fill_exceptions,
    fill_offers,
    fill_small_shop,
    order,
)

CODES = (
    "8998866200578",
    "18998866200575",
    "8996006855893",
    "4131",
    "8991002101425",
    "8991234500019",
    "8991234500026",
    "ROTI",
    "NOL",
    "KAOS-ML",
    "BOTOL",
    "APEL",
)
PHONES = (
    "081234567890",
    "+62 812-9876-5432",
    "0812",
    "7890",
    "+1 999",
    "0811-2222-3333",
    "62",
    "08" + "1" * 40,
)
ORDERS = ("W-1001", "W-1002", "W-1003", "W-9", "#W-1001", "471001", "o-W-1002")
COUPONS = ("GOLD-5", "KOPI-2", "gold-5", "NOPE")


@contextmanager
def memory_folder() -> Iterator[Path]:
    """Give a folder in memory where there is one: random hands write a lot."""
    shared = Path("/dev/shm")
    base = shared if shared.is_dir() and os.access(shared, os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=base) as folder:
        yield Path(folder)


def stock_shop(folder: Path) -> None:
    """Fill a mirror with everything that a till can sell, take and hand over."""
    fill_small_shop(folder)
    fill_goods(folder)
    fill_offers(folder)
    fill_exceptions(folder)
    fill(
        folder, "orders/store-1", *_order("W-1002", paid_minor=0), *_order("W-1003", holder_device_id="other")
    )


def _order(number: str, **changes: object) -> tuple[tuple[str, msgspec.Struct], ...]:
    made = order(number, **changes)  # type: ignore[arg-type]
    return ((f"order:{made.order_id}", made),)


def news(folder: Path, dice: Random) -> None:
    """Change prices and put orders as the hub would, with a basket open or not."""
    some = dice.choice((INDOMIE, TEH, KOPI, APEL, *GOODS))
    price = dice.choice((0, 1, 3500, 100_000, 10**15))
    change = msgspec.structs.replace(some, price_minor=price)
    gone = dice.random() < 0.1
    fill(folder, "catalogue", (f"product:{some.product_id}", None if gone else change))
    number = dice.choice(("W-1001", "W-1002", "W-1003"))
    again = order(number, paid_minor=dice.choice((0, 13_000)), version=dice.randint(1, 9))
    fill(folder, "orders/store-1", (f"order:{again.order_id}", again))
