"""Orders to collect, and the goods that are held for them."""

from sqlalchemy import Index, Table, UniqueConstraint

from hub.tables.columns import id_column, metadata, number_column, text_column

reservation = Table(
    "reservation",
    metadata,
    id_column("store_id"),
    id_column("order_id"),
    id_column("line_id"),
    text_column("product_id"),
    number_column("quantity_milli"),
    text_column("state"),
)

collect_order = Table(
    "collect_order",
    metadata,
    id_column("store_id"),
    id_column("order_id"),
    text_column("channel"),
    text_column("number"),
    text_column("state"),
    number_column("version"),
    number_column("promised_at_ms"),
    text_column("holder_device_id", ""),
    text_column("content_hash"),
    text_column("record"),
    UniqueConstraint("channel", "number"),
    Index(None, "promised_at_ms"),
    Index(None, "state", "promised_at_ms"),
    Index(None, "store_id", "state"),
    Index(None, "store_id", "promised_at_ms"),
    Index(None, "number"),
)
