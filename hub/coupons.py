"""Coupons at the hub: codes that open promotions, given out, counted and told to every till."""

import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import msgspec
from sqlalchemy import Connection, Row, delete, func, select

from hub import tables
from hub.auth import CODE_LETTERS
from hub.database import upsert
from hub.feed import CATALOGUE
from hub.messages import MOST_ROWS, Written
from hub.problems import Refused
from hub.promotionmessages import CouponShown, CouponUse, CouponWish, GenerateCoupons
from hub.promotions import NO_PROMOTION, promotion_id_of
from hub.unit import Unit
from omnipos.domain.barcode import canonical
from omnipos.domain.names import clean_text
from omnipos.domain.promotions.promotion import Coupon
from omnipos.locale import _, later

NO_COUPON = later("There is no coupon {code}.")
CODE_LENGTH = 12
"""Letters of a code that is made here: 29 to the power of 12, so that guessing finds none."""
LONGEST_COUPON = 60
"""No till reads more of a code."""
MOST_USES_SHOWN = 100


def coupon_code(text: str) -> str:
    """Return a coupon's code in the one form that it is kept and looked up by."""
    return clean_text(text, 64).upper()


def put_coupons(unit: Unit, wishes: Sequence[CouponWish]) -> Written:
    """Add or change coupons by code, all or none; how often one was used stays."""
    coupons = {coupon.code: coupon for coupon in map(_coupon, wishes)}
    _check_promotions(unit.conn, {wish.promotion for wish in wishes})
    _check_goods(unit.conn, [clean_text(wish.code, 64) for wish in wishes])
    known = load(unit.conn, list(coupons))
    uses = _uses(unit.conn, [code for code in coupons if code not in known])
    changed = {}
    for code, coupon in coupons.items():
        used = known[code].used if code in known else uses.get(code, 0)
        wanted = msgspec.structs.replace(coupon, used=used)
        if known.get(code) != wanted:
            changed[code] = wanted
    _save(unit, changed.values())
    return Written(written=len(changed), unchanged=len(wishes) - len(changed))


def generate(unit: Unit, wish: GenerateCoupons) -> tuple[str, ...]:
    """Make coupons with new codes that nobody can guess."""
    prefix = coupon_code(wish.prefix)
    codes: dict[str, None] = {}
    while len(codes) < wish.count:
        codes[prefix + "".join(secrets.choice(CODE_LETTERS) for _letter in range(CODE_LENGTH))] = None
    wishes = [
        CouponWish(
            code=code,
            promotion=wish.promotion,
            most_uses=wish.most_uses,
            unlimited=wish.unlimited,
            valid_from_ms=wish.valid_from_ms,
            valid_until_ms=wish.valid_until_ms,
        )
        for code in codes
    ]
    put_coupons(unit, wishes)
    return tuple(codes)


def delete_coupon(unit: Unit, code: str) -> str:
    """Take a coupon away, here and at every till; return its code. Its uses are remembered."""
    table = tables.coupon
    gone = unit.conn.scalar(delete(table).where(table.c.code == coupon_code(code)).returning(table.c.code))
    if gone is None:
        raise Refused(404, "not_found", _(NO_COUPON).format(code=code))
    unit.tell(CATALOGUE, f"coupon/{gone}", None)
    return str(gone)


def load(conn: Connection, codes: Sequence[str]) -> dict[str, Coupon]:
    """Return coupons by their codes, each as often used as the hub knows; unknown ones are left out."""
    table = tables.coupon
    return {
        row.code: _of_row(row)
        for some in _chunks(codes)
        for row in conn.execute(select(table).where(table.c.code.in_(some)))
    }


def shown(conn: Connection, code: str) -> CouponShown:
    """Return a coupon with its newest uses; refuse an unknown one."""
    found = load(conn, [coupon_code(code)])
    if not found:
        raise Refused(404, "not_found", _(NO_COUPON).format(code=code))
    (one,) = found.values()
    use, sale, store = tables.coupon_use, tables.sale, tables.store
    rows = conn.execute(
        select(store.c.code, sale.c.receipt_number, use.c.at_ms)
        .join(sale, (sale.c.store_id == use.c.store_id) & (sale.c.sale_id == use.c.sale_id))
        .join(store, store.c.store_id == use.c.store_id)
        .where(use.c.code == one.code)
        .order_by(use.c.at_ms.desc(), use.c.sale_id)
        .limit(MOST_USES_SHOWN)
    )
    uses = tuple(
        CouponUse(store_code=row.code, receipt_number=row.receipt_number, at_ms=row.at_ms) for row in rows
    )
    return msgspec.structs.replace(_shown(one, _codes_of_promotions(conn, [one])), uses=uses)


def find(conn: Connection, *, promotion: str, after: str, limit: int) -> tuple[CouponShown, ...]:
    """Return coupons in order of their codes, of one promotion or of all."""
    table = tables.coupon
    query = select(table).where(table.c.code > after).order_by(table.c.code).limit(limit)
    if promotion:
        query = query.where(table.c.promotion_id == promotion_id_of(promotion))
    found = [_of_row(row) for row in conn.execute(query)]
    codes = _codes_of_promotions(conn, found)
    return tuple(_shown(one, codes) for one in found)


def taken(conn: Connection, codes: Iterable[str]) -> set[str]:
    """Return which of some codes are coupons', so that no product gets them too."""
    table = tables.coupon
    if conn.scalar(select(table.c.code).limit(1)) is None:
        return set()
    found = set[str]()
    for some in _chunks(list(codes)):
        found.update(conn.scalars(select(table.c.code).where(table.c.code.in_(some))))
    return found


def _coupon(wish: CouponWish) -> Coupon:
    code = coupon_code(wish.code)
    if not code:
        raise _refused(repr(wish.code), "coupon", _("Its code cannot be read."))
    if len(code) > LONGEST_COUPON:
        text = _("A coupon's code has at most {count} characters.").format(count=LONGEST_COUPON)
        raise _refused(code, "coupon", text)
    if wish.unlimited and wish.most_uses != 1:
        raise _refused(
            code, "coupon", _("It has a number of uses and is without limit. Send one of the two.")
        )
    if 0 < wish.valid_until_ms <= wish.valid_from_ms:
        raise _refused(code, "coupon", _("It ends before it begins. Check its dates."))
    return Coupon(
        code=code,
        promotion_id=promotion_id_of(clean_text(wish.promotion, 64)),
        most_uses=0 if wish.unlimited else wish.most_uses,
        valid_from_ms=wish.valid_from_ms,
        valid_until_ms=wish.valid_until_ms,
    )


def _check_promotions(conn: Connection, wanted: Collection[str]) -> None:
    table = tables.promotion
    clean = {clean_text(code, 64) for code in wanted}
    known = {
        code
        for some in _chunks(sorted(clean))
        for code in conn.scalars(select(table.c.code).where(table.c.code.in_(some)))
    }
    missing = min(clean - known, default=None)
    if missing is not None:
        text = _(NO_PROMOTION).format(code=missing)
        raise Refused(422, "promotion_unknown", text + " " + _("Nothing was changed."))


def _check_goods(conn: Connection, codes: Iterable[str]) -> None:
    """Refuse a coupon whose code is a product's barcode, PLU or SKU: a scan must mean one thing."""
    code_of = {
        form: coupon_code(code)
        for code in codes
        for form in (code, code.upper(), code.lower(), canonical(code))
    }
    by_code, product = tables.product_code, tables.product
    for some in _chunks(list(code_of)):
        clash = conn.scalar(select(by_code.c.code).where(by_code.c.code.in_(some)).limit(1))
        clash = clash or conn.scalar(select(product.c.sku).where(product.c.sku.in_(some)).limit(1))
        if clash is not None:
            raise _refused(
                code_of[clash],
                "coupon_is_product",
                _("A product has this code as its barcode, PLU or SKU. Choose another one."),
            )


def _refused(code: str, word: str, reason: str) -> Refused:
    text = _("Coupon {code}: {reason} Nothing was changed.")
    return Refused(422, word, text.format(code=code, reason=reason))


def _uses(conn: Connection, codes: Sequence[str]) -> dict[str, int]:
    """Return how often codes were used that are no coupons yet, or no more."""
    use = tables.coupon_use
    return {
        row.code: row.times
        for some in _chunks(codes)
        for row in conn.execute(
            select(use.c.code, func.count().label("times")).where(use.c.code.in_(some)).group_by(use.c.code)
        )
    }


def _save(unit: Unit, coupons: Iterable[Coupon]) -> None:
    rows = []
    for one in coupons:
        # The count has its own column, which sales add to; in the record it would grow old.
        record = msgspec.json.encode(msgspec.structs.replace(one, used=0)).decode()
        rows.append({"code": one.code, "promotion_id": one.promotion_id, "used": one.used, "record": record})
        unit.tell(CATALOGUE, f"coupon/{one.code}", one)
    upsert(unit.conn, tables.coupon, rows, replace=("promotion_id", "record"))


def _of_row(row: Row[tuple[object, ...]]) -> Coupon:
    return msgspec.structs.replace(msgspec.json.decode(row.record, type=Coupon), used=row.used)


def _codes_of_promotions(conn: Connection, coupons: Sequence[Coupon]) -> dict[str, str]:
    table = tables.promotion
    wanted = sorted({one.promotion_id for one in coupons})
    rows = conn.execute(select(table.c.promotion_id, table.c.code).where(table.c.promotion_id.in_(wanted)))
    return {row.promotion_id: row.code for row in rows}


def _shown(one: Coupon, promotions: Mapping[str, str]) -> CouponShown:
    return CouponShown(
        code=one.code,
        promotion=promotions.get(one.promotion_id, ""),
        most_uses=one.most_uses,
        used=one.used,
        valid_from_ms=one.valid_from_ms,
        valid_until_ms=one.valid_until_ms,
    )


def _chunks(codes: Sequence[str]) -> Iterator[Sequence[str]]:
    for begin in range(0, len(codes), MOST_ROWS):
        yield codes[begin : begin + MOST_ROWS]
