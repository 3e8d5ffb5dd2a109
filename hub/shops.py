"""Stores, their tills and who works there, as the hub knows them."""

import secrets
from collections.abc import Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection, bindparam, or_, select, update

from hub import tables
from hub.auth import CHANNEL_JOURNAL
from hub.database import upsert
from hub.feed import SETTINGS
from hub.messages import StoreWish
from hub.problems import Refused
from hub.unit import Unit
from omnipos.domain.account import check_settings
from omnipos.domain.consumerlaw import check_footer, check_return_rules
from omnipos.domain.emvqr import checked_qr
from omnipos.domain.foreign import check_rates
from omnipos.domain.label import checked_layout
from omnipos.domain.money import currency
from omnipos.domain.names import clean_text
from omnipos.domain.quotation import check_rules
from omnipos.domain.shop import COUNTRIES, Shop
from omnipos.domain.staff import Right, Staff
from omnipos.domain.stocktake import SeenPlace
from omnipos.locale import _, later
from omnipos.protocol import Hello

NO_STORE = later("There is no store {code}. Send it with PUT /v1/stores first.")


def put_stores(unit: Unit, wishes: Sequence[StoreWish]) -> tuple[Shop, ...]:
    """Add or change stores by code and tell the tills; what a wish leaves out stays as it is."""
    written = []
    for wish in wishes:
        table = tables.store
        record = unit.conn.scalar(select(table.c.record).where(table.c.code == wish.code))
        old = None if record is None else msgspec.json.decode(record, type=Shop)
        store_id = old.store_id if old else clean_text(wish.store_id, 64) or secrets.token_hex(16)
        if old is None and shop_by_id(unit.conn, store_id) is not None:
            raise Refused(409, "store_id", _("Another store has this id. Nothing was changed."))
        shop = _wished(wish, _old_or_new(wish, old, store_id))
        _check_shop(unit.conn, shop, old)
        row = {
            "store_id": store_id,
            "code": shop.code,
            "record": msgspec.json.encode(shop).decode(),
        }
        upsert(unit.conn, table, [row], replace=("record",))
        unit.tell(SETTINGS, store_id, shop)
        written.append(shop)
    return tuple(written)


def _old_or_new(wish: StoreWish, old: Shop | None, store_id: str) -> Shop:
    """Return the stored shop, or a new one; one in another country than before takes that one's habits."""
    if old is not None and old.country == wish.country:
        return old
    base = old or Shop(store_id=store_id, code=wish.code, name="", country=wish.country, currency="")
    base = msgspec.structs.replace(base, country=wish.country)
    habits = COUNTRIES.get(wish.country)
    if habits is None:
        return base
    # A shop that says nothing of its scales has its country's labels, also when those change.
    return msgspec.structs.replace(base, **msgspec.structs.asdict(habits) | {"labels": ()})


def _wished(wish: StoreWish, base: Shop) -> Shop:
    texts = {"address": 400, "phone": 40, "tax_label": 200, "tax_number": 200, "footer": 400}
    return msgspec.structs.replace(
        base,
        name=clean_text(wish.name),
        currency=wish.currency or base.currency,
        language=wish.language or base.language,
        time_zone=wish.time_zone or base.time_zone,
        tax_rounding=wish.tax_rounding or base.tax_rounding,
        tax_registered=base.tax_registered if wish.tax_registered is None else wish.tax_registered,
        cash_rounding=wish.cash_rounding or base.cash_rounding,
        labels=base.labels if wish.labels is None else tuple(map(checked_layout, wish.labels)),
        staff=base.staff if wish.staff is None else wish.staff,
        quotes=base.quotes if wish.quotes is None else check_rules(wish.quotes),
        drawer=base.drawer if wish.drawer is None else wish.drawer,
        returns=base.returns if wish.returns is None else check_return_rules(wish.returns),
        qr=checked_qr(base.qr if wish.qr is None else wish.qr, wish.currency or base.currency),
        accounts=base.accounts if wish.accounts is None else check_settings(wish.accounts),
        foreign=base.foreign if wish.foreign is None else wish.foreign,
        **{
            name: clean_text(given, longest)
            for name, longest in texts.items()
            if (given := getattr(wish, name)) is not None
        },
    )


def _check_shop(conn: Connection, shop: Shop, old: Shop | None) -> None:
    currency(shop.currency)
    check_footer(shop.footer, shop.country)
    check_rates(shop.foreign, shop.country, shop.currency)
    try:
        ZoneInfo(shop.time_zone)
    except (KeyError, ValueError, OSError):
        raise Refused(
            400,
            "time_zone",
            _("There is no time zone {zone}. Send one such as Asia/Jakarta.").format(zone=shop.time_zone),
        ) from None
    if old is None or (old.currency, old.country) == (shop.currency, shop.country):
        return
    sold = select(tables.sale.c.sale_id).where(tables.sale.c.store_id == shop.store_id).limit(1)
    if conn.scalar(sold) is not None:
        raise Refused(
            409,
            "store_sold",
            _("Store {code} has sales. Its country and its currency stay. Nothing was changed.").format(
                code=shop.code
            ),
        )


def shop_by_code(conn: Connection, code: str) -> Shop:
    """Return a store by its code; refuse an unknown one."""
    table = tables.store
    record = conn.scalar(select(table.c.record).where(table.c.code == code))
    if record is None:
        raise Refused(422, "store_unknown", _(NO_STORE).format(code=code))
    return msgspec.json.decode(record, type=Shop)


def shop_by_id(conn: Connection, store_id: str) -> Shop | None:
    """Return a store by its id."""
    table = tables.store
    record = conn.scalar(select(table.c.record).where(table.c.store_id == store_id))
    return None if record is None else msgspec.json.decode(record, type=Shop)


def stores(conn: Connection) -> tuple[Shop, ...]:
    """Return every store, by code."""
    table = tables.store
    records = conn.scalars(select(table.c.record).order_by(table.c.code))
    return tuple(msgspec.json.decode(record, type=Shop) for record in records)


def first_shop(conn: Connection) -> Shop | None:
    """Return the store whose country reads phone numbers that belong to no store."""
    return next(iter(stores(conn)), None)


def everybody(conn: Connection) -> list[Staff]:
    """Return all people with their hashes, also those who left."""
    table = tables.staff
    records = conn.scalars(select(table.c.record).order_by(table.c.folded_name))
    return [msgspec.json.decode(record, type=Staff) for record in records]


def may(conn: Connection, staff_id: str, right: Right) -> bool:
    """Tell whether somebody of the shop has a right; who left keeps what they did while they had it."""
    table = tables.staff
    record = conn.scalar(select(table.c.record).where(table.c.staff_id == staff_id))
    return record is not None and msgspec.json.decode(record, type=Staff).may(right)


class Station(NamedTuple):
    """A till by its device id and its number; an empty id and 0 for none."""

    device_id: str = ""
    till_number: int = 0


def first_till(conn: Connection, store_id: str) -> Station:
    """Return a store's lowest till that is not revoked."""
    table = tables.device
    row = conn.execute(
        select(table.c.device_id, table.c.till_number)
        .where(table.c.store_id == store_id, ~table.c.revoked)
        .order_by(table.c.till_number)
        .limit(1)
    ).one_or_none()
    return Station(row.device_id, row.till_number) if row else Station()


def till_number(conn: Connection, device_id: str) -> int:
    """Return the number of a till in its store, 0 for an unknown one."""
    table = tables.device
    return int(conn.scalar(select(table.c.till_number).where(table.c.device_id == device_id)) or 0)


def place_of(conn: Connection, device_id: str) -> tuple[int, str]:
    """Return a till's number and the code of its store."""
    table, shop = tables.device, tables.store
    row = conn.execute(
        select(table.c.till_number, shop.c.code)
        .join(shop, shop.c.store_id == table.c.store_id)
        .where(table.c.device_id == device_id)
    ).one()
    return row.till_number, row.code


_heads = tables.device_head
_ACKED = select(_heads.c.acked_seq, _heads.c.acked_hash).where(
    _heads.c.device_id == bindparam("device_id"), _heads.c.epoch == bindparam("epoch")
)


def acked(conn: Connection, device_id: str, epoch: int) -> tuple[int, bytes]:
    """Return how far the hub has everything of a device's epoch, and the hash of that event."""
    row = conn.execute(_ACKED, {"device_id": device_id, "epoch": epoch}).one_or_none()
    return (0, b"") if row is None else (row.acked_seq, row.acked_hash)


def skew_of(conn: Connection, device_id: str) -> int:
    """Return how far ahead of the hub a till's clock was at its last hello, ms; 0 for a web shop."""
    table = tables.device
    return int(conn.scalar(select(table.c.skew_ms).where(table.c.device_id == device_id)) or 0)


def applied_places(conn: Connection, store_id: str) -> tuple[SeenPlace, ...]:
    """Return how much the hub has of every journal that moves a store's goods."""
    heads, table = tables.device_head, tables.device
    own = select(table.c.device_id).where(table.c.store_id == store_id)
    rows = conn.execute(
        select(heads.c.device_id, heads.c.epoch, heads.c.acked_seq)
        .where(or_(heads.c.device_id.in_(own), heads.c.device_id.startswith(CHANNEL_JOURNAL)))
        .order_by(heads.c.device_id, heads.c.epoch)
    )
    return tuple(SeenPlace(device_id=row.device_id, epoch=row.epoch, seq=row.acked_seq) for row in rows)


def note_hello(unit: Unit, device_id: str, hello: Hello) -> None:
    """Remember what a till said of itself."""
    table = tables.device
    unit.conn.execute(
        update(table)
        .where(table.c.device_id == device_id)
        .values(
            last_seen_ms=unit.now_ms,
            head_epoch=hello.epoch,
            head_seq=hello.head_seq,
            head_hash=clean_text(hello.head_hash, 64),
            waiting=hello.waiting,
            skew_ms=hello.sent_at_ms - unit.now_ms,
            version=clean_text(hello.version, 40),
        )
    )


def revoke(unit: Unit, device_id: str) -> str:
    """Withdraw a till's rights; return its store. What it still sends is quarantined, not lost."""
    table = tables.device
    store_id = unit.conn.scalar(
        update(table).where(table.c.device_id == device_id).values(revoked=True).returning(table.c.store_id)
    )
    if store_id is None:
        raise Refused(404, "not_found", _("There is no such till."))
    return str(store_id)
