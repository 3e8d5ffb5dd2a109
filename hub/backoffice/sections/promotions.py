"""Promotions and the coupons that open them."""

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, select

from hub import coupons, promotions, tables
from hub.backoffice.desk import Refusal, wished
from hub.backoffice.fields import (
    ChoiceField,
    Choices,
    Field,
    Flag,
    LinesField,
    MomentField,
    NumberField,
)
from hub.backoffice.listing import Listing, Record, starts
from hub.backoffice.office import Office
from hub.backoffice.section import Act, Answer, Change, Said, Section
from hub.backoffice.sections import rewards
from hub.promotionmessages import CouponWish, GenerateCoupons, PromotionWish
from hub.unit import Unit
from omnipos.domain.promotions.promotion import Bundle, Coupon, Promotion
from omnipos.domain.staff import Right
from omnipos.locale import _, later

_GOODS = ("skus", "families", "categories", "departments", "brands", "without")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _query(_office: Office) -> Select[Any]:
    return select(tables.promotion)


def _record(row: Any, _office: Office) -> Record:
    return _told(msgspec.json.decode(row.record, type=Promotion), {})


def _told(one: Promotion, skus: dict[str, str]) -> Record:
    values = {name: getattr(one, name) for name in Promotion.__struct_fields__}
    values |= {name: getattr(one.goods, name) for name in _GOODS if name not in ("skus", "without")}
    values["skus"] = tuple(skus.get(key, key) for key in one.goods.products)
    values["without"] = tuple(skus.get(key, key) for key in one.goods.without)
    values["weekdays"] = tuple(_DAYS[day - 1] for day in one.weekdays)
    values["from_time"], values["until_time"] = _clock(one.from_minute), _clock(one.until_minute)
    return Record(**values | rewards.told(one.reward, skus), said=one.name)


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}" if minute else ""


def _shown(conn: Connection, code: str, _office: Office) -> Record | None:
    one = next(iter(promotions.find(conn, code=code, after="", limit=1)), None)
    if one is None:
        return None
    named = {*one.goods.products, *one.goods.without}
    if isinstance(one.reward, Bundle):
        named |= {key for part in one.reward.parts for key in part.goods.products}
    table = tables.product
    rows = conn.execute(select(table.c.product_id, table.c.sku).where(table.c.product_id.in_(sorted(named))))
    return _told(one, {row.product_id: row.sku for row in rows})


def _put(unit: Unit, change: Change) -> str:
    values = dict(change.values)
    code = change.key or str(values["code"]).strip()
    known = next(iter(promotions.find(unit.conn, code=code, after="", limit=1)), None)
    if not change.key and known is not None:
        said = _("There is a promotion {code} already. Nothing was changed.")
        raise Refusal(said.format(code=code), "code")
    if known is not None and not rewards.is_plain(known.reward):
        raise Refusal(_("This bundle has parts that only the API can write. Nothing was changed."))
    values["reward"] = rewards.taken(values)
    values["goods"] = {name: values.pop(name) for name in _GOODS}
    promotions.put_promotions(unit, [wished(PromotionWish, {**values, "code": code})])
    return code


def _remove(unit: Unit, change: Change) -> None:
    promotions.delete_promotion(unit, change.key)


def _off_list(field: Any) -> Any:
    field.exclude_from_list = True
    return field


def _lines(name: str, label: str) -> Any:
    return _off_list(LinesField(name, label=label))


PROMOTIONS = Section(
    key="promotions",
    label=later("Promotions"),
    one=later("promotion"),
    icon="fa-solid fa-gift",
    group=later("Goods"),
    right=Right.GOODS,
    change_right=Right.GOODS,
    is_shared=True,
    fields=(
        Field("code", label=later("Code"), required=True, exclude_from_edit=True, longest=64),
        Field("name", label=later("Name"), required=True),
        Flag("active", label=later("Active"), default=True),
        *rewards.FIELDS,
        _lines("skus", later("For these SKUs")),
        _lines("families", later("For these families")),
        _lines("categories", later("For these categories")),
        _lines("departments", later("For these departments")),
        _lines("brands", later("For these brands")),
        _lines("without", later("But not for these SKUs")),
        _lines("groups", later("For these customer groups")),
        _lines("channels", later("In these channels")),
        _lines("stores", later("In these stores")),
        _lines("weekdays", later("On these days")),
        _off_list(Field("from_time", label=later("From the hour"), input_type="time")),
        _off_list(Field("until_time", label=later("Until the hour"), input_type="time")),
        MomentField("valid_from_ms", label=later("From")),
        MomentField("valid_until_ms", label=later("Until")),
        _off_list(Flag("needs_coupon", label=later("Needs a coupon"))),
        _off_list(NumberField("priority", label=later("Priority"))),
        _off_list(Flag("exclusive", label=later("Alone on its goods"))),
        _off_list(Flag("combinable", label=later("Adds to others"))),
        _off_list(NumberField("most_times", label=later("Most times in a sale"))),
    ),
    pk="code",
    listing=Listing(query=_query, key=tables.promotion.c.code, record=_record),
    shown=_shown,
    create=_put,
    edit=_put,
    delete=_remove,
    beside={"weekday": "weekdays", "time": "from_time", "product_unknown": "skus", "store_unknown": "stores"},
)


def _coupons(_office: Office) -> Select[Any]:
    table, own = tables.coupon, tables.promotion
    joined = table.outerjoin(own, own.c.promotion_id == table.c.promotion_id)
    return select(table, own.c.code.label("promotion")).select_from(joined)


def _coupon(row: Any, _office: Office) -> Record:
    one = msgspec.json.decode(row.record, type=Coupon)
    return Record(
        code=row.code,
        promotion=row.promotion or "",
        used=row.used,
        unlimited=one.most_uses == 0,
        most_uses=max(one.most_uses, 1),
        valid_from_ms=one.valid_from_ms,
        valid_until_ms=one.valid_until_ms,
        said=row.code,
    )


def _find_coupon(conn: Connection, q: str, _office: Office) -> Iterable[str]:
    code = tables.coupon.c.code
    return conn.scalars(select(code).where(starts(code, coupons.coupon_code(q))).limit(500))


def _put_coupon(unit: Unit, change: Change) -> str:
    wish = wished(CouponWish, {"code": change.key, **change.values})
    coupons.put_coupons(unit, [wish])
    return coupons.coupon_code(wish.code)


def _remove_coupon(unit: Unit, change: Change) -> None:
    coupons.delete_coupon(unit, change.key)


def _generate(unit: Unit, change: Change) -> Said:
    codes = coupons.generate(unit, wished(GenerateCoupons, change.values))
    return Said(_("These codes were made:"), "\n".join(codes))


def _promotion_choices(conn: Connection) -> dict[str, Choices]:
    table = tables.promotion
    return {
        "promotions": [(code, code) for code in conn.scalars(select(table.c.code).order_by(table.c.code))]
    }


_TIMES = (
    NumberField("most_uses", label=later("Most uses"), default=1),
    Flag("unlimited", label=later("Without limit")),
    MomentField("valid_from_ms", label=later("From")),
    MomentField("valid_until_ms", label=later("Until")),
)

COUPONS = Section(
    key="coupons",
    label=later("Coupons"),
    one=later("coupon"),
    icon="fa-solid fa-ticket",
    group=later("Goods"),
    right=Right.GOODS,
    change_right=Right.GOODS,
    is_shared=True,
    fields=(
        Field("code", label=later("Code"), required=True, exclude_from_edit=True, longest=64),
        ChoiceField(
            "promotion", label=later("Promotion"), required=True, must_choose=True, source="promotions"
        ),
        NumberField("used", label=later("Used"), exclude_from_create=True, exclude_from_edit=True),
        *_TIMES,
    ),
    pk="code",
    listing=Listing(query=_coupons, key=tables.coupon.c.code, record=_coupon, find=_find_coupon),
    create=_put_coupon,
    edit=_put_coupon,
    delete=_remove_coupon,
    acts=(
        Act(
            name="generate",
            text=later("Make codes"),
            ask=later("Codes that nobody can guess; each works by itself."),
            icon="fa-solid fa-wand-magic-sparkles",
            do=_generate,
            right=Right.GOODS,
            fields=(
                ChoiceField(
                    "promotion",
                    label=later("Promotion"),
                    required=True,
                    must_choose=True,
                    source="promotions",
                ),
                NumberField("count", label=later("How many"), default=10),
                Field("prefix", label=later("Begins with")),
                *_TIMES,
            ),
            answer=Answer.PAGE,
            of_list=True,
        ),
    ),
    choices=_promotion_choices,
    beside={"promotion_unknown": "promotion"},
)
