"""The hub's tables. Keys begin with the store or the customer, so that a chain can spread them out."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Index,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    false,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id(name: str) -> Column[str]:
    return Column(name, Text, primary_key=True)


def _text(name: str, default: str | None = None) -> Column[str]:
    return Column(name, Text, nullable=False, server_default=default)


def _number(name: str, *, key: bool = False, default: str | None = None) -> Column[int]:
    return Column(
        name,
        BigInteger,
        primary_key=key,
        nullable=False,
        server_default=default,
        autoincrement=False,
    )


def _gone(table: Table) -> ColumnElement[bool]:
    """The rows of deletions: few among all, and the only ones that ever leave."""
    return table.c.record.is_(None)


hub = Table("hub", metadata, _id("hub_epoch"), _number("created_at_ms"), _text("public_key", ""))

api_key = Table(
    "api_key",
    metadata,
    _id("key_hash"),
    _text("role"),
    _text("channel"),
    _number("created_at_ms"),
    Column("revoked", Boolean, nullable=False, server_default=false()),
)

store = Table(
    "store",
    metadata,
    _id("store_id"),
    Column("code", Text, nullable=False, unique=True),
    _number("tills", default="0"),
    _text("record"),
)

staff = Table("staff", metadata, _id("staff_id"), _text("folded_name"), _text("record"))

enrol_code = Table(
    "enrol_code",
    metadata,
    _id("code_hash"),
    _text("store_id"),
    _number("expires_at_ms"),
    _text("device_id", ""),
)

device = Table(
    "device",
    metadata,
    _id("device_id"),
    _text("store_id"),
    _number("till_number"),
    _text("name"),
    _number("epoch"),
    _text("public_key", ""),
    Column("revoked", Boolean, nullable=False, server_default=false()),
    _number("enrolled_at_ms"),
    _number("last_seen_ms", default="0"),
    _number("head_epoch", default="0"),
    _number("head_seq", default="0"),
    _text("head_hash", ""),
    _number("waiting", default="0"),
    _number("skew_ms", default="0"),
    _text("version", ""),
    UniqueConstraint("store_id", "till_number"),
)

device_clock = Table("device_clock", metadata, _id("device_id"), _number("wall_ms"), _number("ticks"))

device_token = Table(
    "device_token",
    metadata,
    _id("token_hash"),
    Column("device_id", Text, nullable=False, index=True),
    Column("expires_at_ms", BigInteger, nullable=False, index=True, autoincrement=False),
)

used_nonce = Table("used_nonce", metadata, _id("nonce_hash"), _number("expires_at_ms"))

device_place = Table(
    "device_place", metadata, _id("device_id"), _number("until_epoch", key=True), _text("store_id")
)

device_head = Table(
    "device_head",
    metadata,
    _id("device_id"),
    _number("epoch", key=True),
    _number("acked_seq"),
    Column("acked_hash", LargeBinary, nullable=False),
)

event = Table(
    "event",
    metadata,
    _id("device_id"),
    _number("epoch", key=True),
    _number("seq", key=True),
    Column("event_id", Text, nullable=False, unique=True),
    Column("number", BigInteger, nullable=False, unique=True),
    _text("store_id"),
    _text("type"),
    _number("schema"),
    _number("occurred_at_ms"),
    _text("actor"),
    _text("shift"),
    _number("catalogue_rev"),
    Column("body", LargeBinary, nullable=False),
    Column("prev_hash", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("fingerprint", LargeBinary, nullable=False),
    _text("outcome"),
    _text("reason", ""),
    _number("received_at_ms"),
)

quarantine = Table(
    "quarantine",
    metadata,
    _id("device_id"),
    _number("epoch", key=True),
    _number("seq", key=True),
    Column("fingerprint", LargeBinary, primary_key=True),
    Column("raw", LargeBinary, nullable=False),
    _text("reason"),
    _number("received_at_ms"),
)

exception_case = Table(
    "exception_case",
    metadata,
    _number("number", key=True),
    _text("store_id"),
    _text("device_id", ""),
    _text("kind"),
    _text("detail"),
    _text("event_id", ""),
    _text("order_id", ""),
    _number("at_ms"),
    Column("settled", Boolean, nullable=False, server_default=false()),
    Index(None, "device_id", "settled"),
)

exception_answer = Table(
    "exception_answer",
    metadata,
    _number("number", key=True),
    _number("place", key=True),
    _text("answer"),
    _text("note"),
    _text("staff_id"),
    _number("till_number"),
    _number("at_ms"),
)

tally = Table("tally", metadata, _id("device_id"), _id("name"), _number("n"))

sale = Table(
    "sale",
    metadata,
    _id("store_id"),
    _id("sale_id"),
    Column("number", BigInteger, nullable=False, unique=True),
    _text("event_id"),
    _text("device_id"),
    _text("receipt_number"),
    _number("till_number"),
    _text("staff_id"),
    _text("currency"),
    _number("completed_at_ms"),
    _number("total_minor"),
    _number("tax_minor"),
    _number("rounding_minor"),
    _number("cash_minor"),
    _number("card_minor"),
    _number("online_minor"),
    _number("change_minor"),
    _text("customer_id", ""),
    _text("order_id", ""),
    _text("flags", ""),
    Index(None, "store_id", "receipt_number"),
)

sale_line = Table(
    "sale_line",
    metadata,
    _id("store_id"),
    _id("sale_id"),
    _number("line_no", key=True),
    _text("product_id"),
    _text("sku"),
    _text("name"),
    _number("quantity_milli"),
    _number("unit_price_minor"),
    _number("amount_minor"),
    _text("tax_code"),
    _number("tax_minor"),
    _text("order_line_id", ""),
)

sale_tender = Table(
    "sale_tender",
    metadata,
    _id("store_id"),
    _id("sale_id"),
    _number("tender_no", key=True),
    _text("kind"),
    _number("amount_minor"),
    _text("approval_code", ""),
    _text("acquirer", ""),
    _text("scheme", ""),
    _text("trace_number", ""),
    _text("last_four", ""),
)

tax = Table("tax", metadata, _id("code"), _text("record"))

product = Table(
    "product",
    metadata,
    _id("product_id"),
    Column("sku", Text, nullable=False, unique=True),
    _text("folded_name"),
    _text("record"),
)

product_code = Table(
    "product_code",
    metadata,
    _id("product_id"),
    _id("code"),
    Index(None, "code"),
)

stock_movement = Table(
    "stock_movement",
    metadata,
    _id("store_id"),
    _id("movement_id"),
    _text("product_id"),
    _number("quantity_milli"),
    _text("reason"),
    _number("at_ms"),
    _text("device_id", ""),
    _number("epoch", default="0"),
    _number("seq", default="0"),
    _number("happened_at_ms", default="0"),
    Index(None, "store_id", "product_id", "happened_at_ms"),
)

stocktake = Table(
    "stocktake",
    metadata,
    _id("store_id"),
    _id("stocktake_id"),
    _text("device_id"),
    _text("seen"),
)

stock_count = Table(
    "stock_count",
    metadata,
    _id("store_id"),
    _id("product_id"),
    _text("stocktake_id"),
    _text("line"),
)

stock_level = Table(
    "stock_level",
    metadata,
    _id("store_id"),
    _id("product_id"),
    _number("on_hand_milli"),
    _number("held_milli"),
    _number("as_of_ms"),
)

reservation = Table(
    "reservation",
    metadata,
    _id("store_id"),
    _id("order_id"),
    _id("line_id"),
    _text("product_id"),
    _number("quantity_milli"),
    _text("state"),
)

customer = Table(
    "customer",
    metadata,
    _id("customer_id"),
    _text("alias_of", ""),
    _number("points"),
    _text("tier"),
    _text("consents"),
    _text("purchases"),
    _number("rev"),
    _number("created_at_ms"),
    _text("answers", "{}"),
    _number("erased_at_ms", default="0"),
)

personal = Table(
    "personal",
    metadata,
    _id("customer_id"),
    _text("personal_id", ""),
    _text("name"),
    _text("folded_name"),
    Column("phone", Text, nullable=False, index=True),
    _text("email", ""),
    _text("claims", "{}"),
)

points_entry = Table(
    "points_entry",
    metadata,
    _id("customer_id"),
    _id("source"),
    _text("kind"),
    _number("points"),
    _number("at_ms"),
)

collect_order = Table(
    "collect_order",
    metadata,
    _id("store_id"),
    _id("order_id"),
    _text("channel"),
    _text("number"),
    _text("state"),
    _number("version"),
    _number("promised_at_ms"),
    _text("holder_device_id", ""),
    _text("content_hash"),
    _text("record"),
    UniqueConstraint("channel", "number"),
    Index(None, "store_id", "state"),
    Index(None, "number"),
)

stream_head = Table("stream_head", metadata, _id("stream"), _number("n"), _number("floor", default="0"))

stream_mark = Table("stream_mark", metadata, _id("stream"), _number("since", key=True), _text("mark"))

change = Table(
    "change",
    metadata,
    _id("stream"),
    _id("key"),
    _number("number"),
    Column("record", Text, nullable=True),
    Column("as_of_ms", BigInteger, nullable=False),
    Column("erased", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("stream", "number"),
)
Index("ix_change_gone", change.c.as_of_ms, sqlite_where=_gone(change), postgresql_where=_gone(change))

LARGEST = 2**63 - 1
"""The largest integer any column holds."""
