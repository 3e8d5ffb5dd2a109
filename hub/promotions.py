"""Promotions at the hub: wished for by SKUs and names, kept as the domain's records, told to every till."""

import hashlib
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

import msgspec
from sqlalchemy import Connection, delete, select

from hub import catalogue, tables
from hub.database import upsert
from hub.feed import CATALOGUE
from hub.messages import Written
from hub.problems import Refused
from hub.promotionmessages import BundleWish, GoodsWish, PromotionWish, RewardWish
from hub.unit import Unit
from omnipos.domain.errors import EntryRefused
from omnipos.domain.names import clean_text
from omnipos.domain.promotions.checking import check_promotion
from omnipos.domain.promotions.promotion import Bundle, BundlePart, Goods, Promotion, Reward
from omnipos.locale import _, later

_CODES = uuid.UUID("5b0f6c1d-3a77-5c92-8d0e-2f4b9a6c7e11").bytes
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY_MINUTES = 24 * 60
MOST_WARNINGS = 100
NO_PROMOTION = later("There is no promotion {code}.")


def promotion_id_of(code: str) -> str:
    """Return the id of a promotion: the same for the same code, always."""
    return str(
        uuid.UUID(bytes=hashlib.sha1(_CODES + code.encode(), usedforsecurity=False).digest()[:16], version=5)
    )


def put_promotions(unit: Unit, wishes: Sequence[PromotionWish]) -> Written:
    """Add or change promotions by code; one that cannot be is refused with its code, and all with it."""
    ids = _product_ids(unit.conn, wishes)
    stores = set(unit.conn.scalars(select(tables.store.c.code)))
    known = {one.promotion_id: one for one in everything(unit.conn)}
    changed: dict[str, Promotion] = {}
    for wish in wishes:
        promotion = _promotion(wish, ids, stores)
        if known.get(promotion.promotion_id) != promotion:
            changed[promotion.promotion_id] = known[promotion.promotion_id] = promotion
    rows = [
        {"promotion_id": one.promotion_id, "code": one.code, "record": msgspec.json.encode(one).decode()}
        for one in changed.values()
    ]
    upsert(unit.conn, tables.promotion, rows, replace=("code", "record"))
    for one in changed.values():
        unit.tell(CATALOGUE, f"promotion/{one.promotion_id}", one)
    return Written(
        written=len(rows),
        unchanged=len(wishes) - len(rows),
        warnings=tuple(
            islice(_contradictions(known.values(), {one.code for one in changed.values()}), MOST_WARNINGS)
        ),
    )


def delete_promotion(unit: Unit, code: str) -> str:
    """Take a promotion away here and at the tills; return its code. Its coupons stay in case it returns."""
    table = tables.promotion
    gone = unit.conn.scalar(delete(table).where(table.c.code == code).returning(table.c.promotion_id))
    if gone is None:
        raise Refused(404, "not_found", _(NO_PROMOTION).format(code=code))
    unit.tell(CATALOGUE, f"promotion/{gone}", None)
    return code


def everything(conn: Connection) -> list[Promotion]:
    """Return all promotions, by code."""
    table = tables.promotion
    records = conn.scalars(select(table.c.record).order_by(table.c.code))
    return [msgspec.json.decode(record, type=Promotion) for record in records]


def known_ids(conn: Connection, promotion_ids: Sequence[str]) -> set[str]:
    """Return which of some promotion ids are there."""
    table = tables.promotion
    wanted = table.c.promotion_id.in_(promotion_ids)
    return set(conn.scalars(select(table.c.promotion_id).where(wanted)))


def find(conn: Connection, *, code: str, after: str, limit: int) -> list[Promotion]:
    """Return promotions in order of their codes, or the one with a code."""
    table = tables.promotion
    query = select(table.c.record).where(table.c.code > after).order_by(table.c.code).limit(limit)
    if code:
        query = query.where(table.c.code == code)
    return [msgspec.json.decode(record, type=Promotion) for record in conn.scalars(query)]


def _product_ids(conn: Connection, wishes: Sequence[PromotionWish]) -> Callable[[str, str], str]:
    """Return what gives the id of a promotion's product; it refuses an unknown SKU by its name."""
    wanted = {sku for wish in wishes for goods in _all_goods(wish) for sku in (*goods.skus, *goods.without)}
    clean = {sku: clean_text(sku, 64) for sku in wanted}
    known = catalogue.known_skus(conn, sorted(set(clean.values())))

    def id_of(code: str, sku: str) -> str:
        if clean[sku] not in known:
            raise _refused(
                code, "product_unknown", _("There is no product {sku}.").format(sku=clean[sku] or sku)
            )
        return catalogue.product_id_of(clean[sku])

    return id_of


def _all_goods(wish: PromotionWish) -> Iterator[GoodsWish]:
    yield wish.goods
    if isinstance(wish.reward, BundleWish):
        yield from (part.goods for part in wish.reward.parts)


def _promotion(wish: PromotionWish, id_of: Callable[[str, str], str], stores: set[str]) -> Promotion:
    code = clean_text(wish.code, 64)
    for store in wish.stores:
        if store not in stores:
            raise _refused(code, "store_unknown", _("There is no store {code}.").format(code=store))
    from_minute, until_minute = _minute(code, wish.from_time), _minute(code, wish.until_time)
    promotion = Promotion(
        promotion_id=promotion_id_of(code),
        code=code,
        name=wish.name,
        reward=_reward(code, wish.reward, id_of),
        goods=_goods(code, wish.goods, id_of),
        groups=wish.groups,
        channels=wish.channels,
        stores=wish.stores,
        weekdays=tuple(_weekday(code, day) for day in wish.weekdays),
        from_minute=from_minute,
        until_minute=until_minute,
        valid_from_ms=wish.valid_from_ms,
        valid_until_ms=wish.valid_until_ms,
        needs_coupon=wish.needs_coupon,
        priority=wish.priority,
        exclusive=wish.exclusive,
        combinable=wish.combinable,
        most_times=wish.most_times,
        active=wish.active,
    )
    try:
        return check_promotion(promotion)
    except EntryRefused as senseless:
        raise _refused(code, "promotion", str(senseless)) from None


def _reward(code: str, wish: RewardWish, id_of: Callable[[str, str], str]) -> Reward:
    if isinstance(wish, BundleWish):
        parts = tuple(BundlePart(goods=_goods(code, one.goods, id_of), count=one.count) for one in wish.parts)
        return Bundle(parts=parts, price_minor=wish.price_minor, rate_ppm=wish.rate_ppm)
    reward: Reward = msgspec.convert(msgspec.to_builtins(wish), Reward)
    return reward


def _goods(code: str, wish: GoodsWish, id_of: Callable[[str, str], str]) -> Goods:
    return Goods(
        products=tuple(id_of(code, sku) for sku in wish.skus),
        families=wish.families,
        categories=wish.categories,
        departments=wish.departments,
        brands=wish.brands,
        without=tuple(id_of(code, sku) for sku in wish.without),
    )


def _weekday(code: str, day: int | str) -> int:
    if isinstance(day, int):
        return day
    word = day.strip().casefold()
    for names in (_DAYS, _DAY_NAMES):
        if word in names:
            return names.index(word) + 1
    raise _refused(
        code, "weekday", _("“{day}” is no day of the week; write mon to sun, or 1 to 7.").format(day=day)
    )


def _minute(code: str, text: str) -> int:
    if not text:
        return 0
    hour, colon, minute = text.partition(":")
    digits = hour + minute
    if colon and digits.isascii() and digits.isdigit() and len(minute) == 2 and len(hour) in (1, 2):
        total = int(hour) * 60 + int(minute)
        if int(minute) < 60 and total <= _DAY_MINUTES:
            return total % _DAY_MINUTES
    raise _refused(code, "time", _("“{text}” is no time of the day; write it like 17:00.").format(text=text))


def _refused(code: str, word: str, reason: str) -> Refused:
    text = _("Promotion {code}: {reason} Nothing was changed.")
    return Refused(422, word, text.format(code=code, reason=reason))


def _contradictions(promotions: Iterable[Promotion], changed: set[str]) -> Iterator[str]:
    """Tell of promotions that each want the same goods for themselves, with no priority between them."""
    alike: dict[tuple[int, Goods], list[Promotion]] = {}
    for one in promotions:
        if one.active and one.exclusive and not isinstance(one.reward, Bundle):
            alike.setdefault((one.priority, _in_order(one.goods)), []).append(one)
    for group in alike.values():
        for index, one in enumerate(group):
            for other in group[:index]:
                if changed & {one.code, other.code} and _meet(one, other):
                    yield _(
                        "Promotions {one} and {other} are both exclusive for the same goods at the same"
                        " priority. The one that is better for the customer is taken."
                    ).format(one=other.code, other=one.code)


def _in_order(goods: Goods) -> Goods:
    return Goods(**{name: tuple(sorted(getattr(goods, name))) for name in Goods.__struct_fields__})


def _meet(one: Promotion, other: Promotion) -> bool:
    """Tell whether two promotions can hold in one sale, as far as it is plain to see."""
    for name in ("groups", "channels", "stores", "weekdays"):
        own, its = set(getattr(one, name)), set(getattr(other, name))
        if own and its and not own & its:
            return False
    ends_first = one.valid_until_ms and one.valid_until_ms <= other.valid_from_ms
    begins_late = other.valid_until_ms and other.valid_until_ms <= one.valid_from_ms
    return not ends_first and not begins_late
