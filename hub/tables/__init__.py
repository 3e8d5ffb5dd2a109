"""The hub's tables. Keys begin with the store or the customer, so that a chain can spread them out."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from hub.tables.accounts import account as account
from hub.tables.accounts import account_entry as account_entry
from hub.tables.buyers import buyer as buyer
from hub.tables.columns import id_column, metadata, number_column, text_column
from hub.tables.customers import customer as customer
from hub.tables.customers import personal as personal
from hub.tables.customers import points_entry as points_entry
from hub.tables.goods import coupon as coupon
from hub.tables.goods import coupon_use as coupon_use
from hub.tables.goods import list_price as list_price
from hub.tables.goods import product as product
from hub.tables.goods import product_code as product_code
from hub.tables.goods import promotion as promotion
from hub.tables.goods import tax as tax
from hub.tables.history import old_sale as old_sale
from hub.tables.lowest import lowest_price as lowest_price
from hub.tables.messages import message as message
from hub.tables.office import office_act as office_act
from hub.tables.office import office_door as office_door
from hub.tables.office import office_end as office_end
from hub.tables.office import office_store as office_store
from hub.tables.office import sale_hour as sale_hour
from hub.tables.orders import collect_order as collect_order
from hub.tables.orders import reservation as reservation
from hub.tables.payments import payment_use as payment_use
from hub.tables.returns import sale_return as sale_return
from hub.tables.shifts import shift as shift
from hub.tables.streams import change as change
from hub.tables.streams import stream_head as stream_head
from hub.tables.streams import stream_mark as stream_mark

hub = Table(
    "hub", metadata, id_column("hub_epoch"), number_column("created_at_ms"), text_column("public_key", "")
)

api_key = Table(
    "api_key",
    metadata,
    id_column("key_hash"),
    text_column("role"),
    text_column("channel"),
    number_column("created_at_ms"),
    Column("revoked", Boolean, nullable=False, server_default=false()),
)

store = Table(
    "store",
    metadata,
    id_column("store_id"),
    Column("code", Text, nullable=False, unique=True),
    number_column("tills", default="0"),
    text_column("record"),
)

staff = Table("staff", metadata, id_column("staff_id"), text_column("folded_name"), text_column("record"))

staff_role = Table("staff_role", metadata, id_column("code"), text_column("record"))

away_basket = Table(
    "away_basket", metadata, id_column("store_id"), id_column("basket_id"), text_column("record")
)

approval = Table(
    "approval",
    metadata,
    id_column("store_id"),
    id_column("approval_id"),
    number_column("kept_at_ms"),
    text_column("record"),
    text_column("asked_by"),
    text_column("answered_by"),
    Index(None, "store_id", "kept_at_ms"),
    Index(None, "asked_by", "kept_at_ms"),
    Index(None, "answered_by", "kept_at_ms"),
    Index(None, "kept_at_ms"),
)

enrol_code = Table(
    "enrol_code",
    metadata,
    id_column("code_hash"),
    text_column("store_id"),
    number_column("expires_at_ms"),
    text_column("device_id", ""),
)

device = Table(
    "device",
    metadata,
    id_column("device_id"),
    text_column("store_id"),
    number_column("till_number"),
    text_column("name"),
    number_column("epoch"),
    text_column("public_key", ""),
    Column("revoked", Boolean, nullable=False, server_default=false()),
    number_column("enrolled_at_ms"),
    number_column("last_seen_ms", default="0"),
    number_column("head_epoch", default="0"),
    number_column("head_seq", default="0"),
    text_column("head_hash", ""),
    number_column("waiting", default="0"),
    number_column("skew_ms", default="0"),
    text_column("version", ""),
    UniqueConstraint("store_id", "till_number"),
)

device_clock = Table(
    "device_clock", metadata, id_column("device_id"), number_column("wall_ms"), number_column("ticks")
)

device_token = Table(
    "device_token",
    metadata,
    id_column("token_hash"),
    Column("device_id", Text, nullable=False, index=True),
    Column("expires_at_ms", BigInteger, nullable=False, index=True, autoincrement=False),
)

used_nonce = Table("used_nonce", metadata, id_column("nonce_hash"), number_column("expires_at_ms"))

device_place = Table(
    "device_place",
    metadata,
    id_column("device_id"),
    number_column("until_epoch", key=True),
    text_column("store_id"),
)

device_head = Table(
    "device_head",
    metadata,
    id_column("device_id"),
    number_column("epoch", key=True),
    number_column("acked_seq"),
    Column("acked_hash", LargeBinary, nullable=False),
)

event = Table(
    "event",
    metadata,
    id_column("device_id"),
    number_column("epoch", key=True),
    number_column("seq", key=True),
    Column("event_id", Text, nullable=False, unique=True),
    Column("number", BigInteger, nullable=False, unique=True),
    text_column("store_id"),
    text_column("type"),
    number_column("schema"),
    number_column("occurred_at_ms"),
    text_column("actor"),
    text_column("shift"),
    number_column("catalogue_rev"),
    Column("body", LargeBinary, nullable=False),
    Column("prev_hash", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("fingerprint", LargeBinary, nullable=False),
    text_column("outcome"),
    text_column("reason", ""),
    number_column("received_at_ms"),
)

quarantine = Table(
    "quarantine",
    metadata,
    id_column("device_id"),
    number_column("epoch", key=True),
    number_column("seq", key=True),
    Column("fingerprint", LargeBinary, primary_key=True),
    Column("raw", LargeBinary, nullable=False),
    text_column("reason"),
    number_column("received_at_ms"),
)

exception_case = Table(
    "exception_case",
    metadata,
    number_column("number", key=True),
    text_column("store_id"),
    text_column("device_id", ""),
    text_column("kind"),
    text_column("detail"),
    text_column("event_id", ""),
    text_column("order_id", ""),
    number_column("at_ms"),
    Column("settled", Boolean, nullable=False, server_default=false()),
    Index(None, "device_id", "settled"),
    Index(None, "store_id", "number"),
)

exception_answer = Table(
    "exception_answer",
    metadata,
    number_column("number", key=True),
    number_column("place", key=True),
    text_column("answer"),
    text_column("note"),
    text_column("staff_id"),
    number_column("till_number"),
    number_column("at_ms"),
)

tally = Table("tally", metadata, id_column("device_id"), id_column("name"), number_column("n"))

sale = Table(
    "sale",
    metadata,
    id_column("store_id"),
    id_column("sale_id"),
    Column("number", BigInteger, nullable=False, unique=True),
    text_column("event_id"),
    text_column("device_id"),
    text_column("receipt_number"),
    number_column("till_number"),
    text_column("staff_id"),
    text_column("currency"),
    number_column("completed_at_ms"),
    number_column("total_minor"),
    number_column("tax_minor"),
    number_column("rounding_minor"),
    number_column("cash_minor"),
    number_column("card_minor"),
    number_column("online_minor"),
    number_column("change_minor"),
    number_column("saved_minor", default="0"),
    text_column("customer_id", ""),
    text_column("order_id", ""),
    text_column("flags", ""),
    Index(None, "store_id", "number"),
    Index(None, "store_id", "receipt_number"),
    Index(None, "receipt_number"),
    Index(None, "customer_id"),
    Index(None, "order_id"),
)

sale_line = Table(
    "sale_line",
    metadata,
    id_column("store_id"),
    id_column("sale_id"),
    number_column("line_no", key=True),
    text_column("product_id"),
    text_column("sku"),
    text_column("name"),
    number_column("quantity_milli"),
    number_column("unit_price_minor"),
    number_column("amount_minor"),
    number_column("saved_minor", default="0"),
    text_column("tax_code"),
    number_column("tax_minor"),
    text_column("order_line_id", ""),
)

sale_tender = Table(
    "sale_tender",
    metadata,
    id_column("store_id"),
    id_column("sale_id"),
    number_column("tender_no", key=True),
    text_column("kind"),
    number_column("amount_minor"),
    text_column("approval_code", ""),
    text_column("acquirer", ""),
    text_column("scheme", ""),
    text_column("trace_number", ""),
    text_column("last_four", ""),
)

stock_movement = Table(
    "stock_movement",
    metadata,
    id_column("store_id"),
    id_column("movement_id"),
    text_column("product_id"),
    number_column("quantity_milli"),
    text_column("reason"),
    number_column("at_ms"),
    text_column("device_id", ""),
    number_column("epoch", default="0"),
    number_column("seq", default="0"),
    number_column("happened_at_ms", default="0"),
    Index(None, "store_id", "product_id", "happened_at_ms"),
)

stocktake = Table(
    "stocktake",
    metadata,
    id_column("store_id"),
    id_column("stocktake_id"),
    text_column("device_id"),
    text_column("seen"),
)

stock_count = Table(
    "stock_count",
    metadata,
    id_column("store_id"),
    id_column("product_id"),
    text_column("stocktake_id"),
    text_column("line"),
)

stock_level = Table(
    "stock_level",
    metadata,
    id_column("store_id"),
    id_column("product_id"),
    number_column("on_hand_milli"),
    number_column("held_milli"),
    number_column("as_of_ms"),
    sqlite_with_rowid=False,  # a sale changes it for each product: one place, and not a key's besides
)

LARGEST = 2**63 - 1
"""The largest integer any column holds."""
