"""Promotions and coupons from the rows of a file: the simple kinds from CSV, all of them from JSON lines."""

import re
from collections.abc import Callable, Iterator
from zoneinfo import ZoneInfo

from hub.promotionmessages import (
    AmountWish,
    BuyGetWish,
    CouponWish,
    FixedPriceWish,
    GoodsWish,
    PercentWish,
    PromotionWish,
    RewardWish,
    SetPriceWish,
    SpendWish,
)
from omnipos.cli import cells
from omnipos.cli.csvrows import Table
from omnipos.cli.rowfiles import Bad, FromRow, Good, RowFile
from omnipos.domain.errors import EntryRefused
from omnipos.domain.promotions.promotion import PPM
from omnipos.domain.shop import Shop
from omnipos.locale import _

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST_PIECES = 999
MOST_PRIORITY = 999
MOST_TIMES = 99_999
MOST_USES = 10**9
_PERCENT = re.compile(r"(\d{1,3})(?:[.,](\d{1,4}))?\s*%?", re.ASCII)
_BUY_GET = re.compile(r"(\d{1,3})\s*\+\s*(\d{1,3})(?:\s+(?P<part>[\d.,]+\s*%))?", re.ASCII)
_SET = re.compile(r"(\d{1,3})\s+for\s+(\S.*)", re.ASCII | re.IGNORECASE)
_SPEND = re.compile(r"([^=]+)=\s*(\S.*)")
_HOURS = re.compile(r"(\d{1,2}:\d{2})\s*[-–]\s*(\d{1,2}:\d{2})", re.ASCII)


def promotion_rows(file: RowFile, shop: Shop) -> Iterator[Good[PromotionWish] | Bad]:
    """Yield every promotion, good or bad; sums and dates of CSV are those of a shop."""
    return file.wishes(PromotionWish, lambda table: _promotion_from(table, shop))


def coupon_rows(file: RowFile, shop: Shop) -> Iterator[Good[CouponWish] | Bad]:
    """Yield every coupon, good or bad; dates of CSV are those of a shop."""
    return file.wishes(CouponWish, lambda table: _coupon_from(table, shop))


def _promotion_from(table: Table, shop: Shop) -> FromRow[PromotionWish]:
    table.need("code", "name", "kind", "value")
    cell, zone = table.column, ZoneInfo(shop.time_zone)
    code, name, kind, value = cell("code"), cell("name"), cell("kind"), cell("value")
    goods = [(field, cell(word)) for word, field in _GOODS.items()]
    group, channel, store = cell("group"), cell("channel"), cell("store")
    days, hours, first, last = cell("days"), cell("hours"), cell("from"), cell("until")
    coupon, priority, active = cell("coupon"), cell("priority"), cell("active")
    exclusive, combinable, most = cell("exclusive"), cell("combinable"), cell("most_times")
    money = cells.Money(shop.currency)
    table.refuse_others()

    def promotion(row: list[str]) -> PromotionWish:
        from_time, until_time = _hours(hours(row))
        return PromotionWish(
            code=cells.needed(code(row), _("It has no code.")),
            name=cells.name(name(row)),
            reward=_reward(kind(row), value(row), money),
            goods=GoodsWish(**{field: _several(text(row)) for field, text in goods}),
            groups=_several(group(row)),
            channels=_several(channel(row)),
            stores=_several(store(row)),
            weekdays=_weekdays(days(row)),
            from_time=from_time,
            until_time=until_time,
            valid_from_ms=_moment_ms(first(row), zone),
            valid_until_ms=_moment_ms(last(row), zone, until=True),
            needs_coupon=cells.yes_no(coupon(row)),
            priority=_priority(priority(row)),
            exclusive=cells.yes_no(exclusive(row)),
            combinable=cells.yes_no(combinable(row)),
            most_times=cells.number(most(row), MOST_TIMES),
            active=not active(row) or cells.yes_no(active(row)),
        )

    return promotion


_GOODS = {
    "sku": "skus",
    "family": "families",
    "category": "categories",
    "department": "departments",
    "brand": "brands",
    "without": "without",
}
"""The columns of goods, and what of a wish each fills."""


def _coupon_from(table: Table, shop: Shop) -> FromRow[CouponWish]:
    table.need("code", "promotion")
    cell, zone = table.column, ZoneInfo(shop.time_zone)
    code, promotion, uses = cell("code"), cell("promotion"), cell("uses")
    first, last = cell("from"), cell("until")
    table.refuse_others()

    def coupon(row: list[str]) -> CouponWish:
        is_unlimited = uses(row).casefold() in ("unlimited", "∞")
        return CouponWish(
            code=cells.needed(code(row), _("It has no code.")),
            promotion=cells.needed(promotion(row), _("It names no promotion.")),
            most_uses=1 if is_unlimited else _uses(uses(row)),
            unlimited=is_unlimited,
            valid_from_ms=_moment_ms(first(row), zone),
            valid_until_ms=_moment_ms(last(row), zone, until=True),
        )

    return coupon


def _reward(kind: str, value: str, money: cells.Money) -> RewardWish:
    make = _KINDS.get(kind.casefold().replace(" ", "_"))
    if make is None:
        raise EntryRefused(
            _(
                "“{kind}” is no kind of promotion. A CSV file has {kinds}; for others use a .jsonl file."
            ).format(kind=kind[:20], kinds=", ".join(_KINDS))
        )
    return make(value, money)


def _percent(value: str, _money: cells.Money) -> RewardWish:
    return PercentWish(rate_ppm=_rate_ppm(value))


def _amount(value: str, money: cells.Money) -> RewardWish:
    return AmountWish(amount_minor=money(value))


def _price(value: str, money: cells.Money) -> RewardWish:
    return FixedPriceWish(price_minor=money(value))


def _buy_get(value: str, _money: cells.Money) -> RewardWish:
    found = _BUY_GET.fullmatch(value)
    if found is None:
        raise _unlike(value, "2+1", "1+1 50%")
    part = found["part"]
    return BuyGetWish(buy=_pieces(found[1]), get=_pieces(found[2]), rate_ppm=_rate_ppm(part) if part else PPM)


def _set(value: str, money: cells.Money) -> RewardWish:
    found = _SET.fullmatch(value)
    if found is None:
        raise _unlike(value, "3 for 10000")
    return SetPriceWish(count=_pieces(found[1]), price_minor=money(found[2]))


def _spend(value: str, money: cells.Money) -> RewardWish:
    found = _SPEND.fullmatch(value)
    if found is None:
        raise _unlike(value, "100000=10000", "100000=10%")
    from_minor, off = money(found[1].strip()), found[2].strip()
    if off.endswith("%"):
        return SpendWish(from_minor=from_minor, rate_ppm=_rate_ppm(off))
    return SpendWish(from_minor=from_minor, amount_minor=money(off))


_KINDS: dict[str, Callable[[str, cells.Money], RewardWish]] = {
    "percent": _percent,
    "amount": _amount,
    "price": _price,
    "buy_get": _buy_get,
    "set": _set,
    "spend": _spend,
}


def _unlike(value: str, *examples: str) -> EntryRefused:
    text = _("The value “{value}” does not fit its kind. Write it like {examples}.")
    return EntryRefused(text.format(value=value[:20], examples=", ".join(examples)))


def _rate_ppm(text: str) -> int:
    found = _PERCENT.fullmatch(text.strip())
    rate_ppm = int(found[1]) * 10_000 + int((found[2] or "0").ljust(4, "0")) if found else 0
    if not 0 < rate_ppm <= PPM:
        raise EntryRefused(_("“{text}” is no percentage from 0 to 100.").format(text=text[:20]))
    return rate_ppm


def _pieces(text: str) -> int:
    pieces = cells.number(text, MOST_PIECES)
    if not pieces:
        raise EntryRefused(_("A promotion for 0 pieces means nothing."))
    return pieces


def _several(text: str) -> tuple[str, ...]:
    return tuple(cells.fits(one.strip(), cells.LONGEST_TEXT) for one in text.split("|") if one.strip())


def _weekdays(text: str) -> tuple[int, ...]:
    days: set[int] = set()
    for word in re.split(r"[|,;\s]+", text.strip().casefold()) if text.strip() else ():
        first, dash, last = re.sub("[–—]", "-", word).partition("-")
        begin, end = _weekday(first), _weekday(last if dash else first)
        # A range may go over Sunday: sat-mon.
        days.update((begin - 1 + step) % 7 + 1 for step in range((end - begin) % 7 + 1))
    return tuple(sorted(days))


def _weekday(word: str) -> int:
    if word[:3] in DAYS and word.isalpha():
        return DAYS.index(word[:3]) + 1
    if word in tuple("1234567"):
        return int(word)
    raise EntryRefused(
        _("“{day}” is no day of the week. Write days like mon-fri or sat|sun.").format(day=word[:20])
    )


def _hours(text: str) -> tuple[str, str]:
    if not text:
        return "", ""
    found = _HOURS.fullmatch(text)
    if found is None:
        raise EntryRefused(_("“{text}” are no hours. Write them like 17:00-19:00.").format(text=text[:20]))
    return found[1], found[2]


def _moment_ms(text: str, zone: ZoneInfo, *, until: bool = False) -> int:
    return cells.moment_ms(text, zone, until=until) if text else 0


def _priority(text: str) -> int:
    return (
        -cells.number(text[1:], MOST_PRIORITY) if text.startswith("-") else cells.number(text, MOST_PRIORITY)
    )


def _uses(text: str) -> int:
    if text == "0":
        raise EntryRefused(_("A coupon for 0 uses means nothing. Write unlimited for one without a limit."))
    return cells.number(text, MOST_USES) or 1
