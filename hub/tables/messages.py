"""What is to be sent to customers: each message once."""

from sqlalchemy import Index, Table

from hub.tables.columns import id_column, metadata, number_column, text_column

message = Table(
    "message",
    metadata,
    id_column("message_id"),
    text_column("store_id"),
    text_column("sale_id"),
    text_column("receipt_number"),
    text_column("event_id"),
    text_column("send_by"),
    text_column("address"),
    text_column("state"),
    text_column("error", ""),
    number_column("attempts", default="0"),
    number_column("asked_at_ms"),
    number_column("next_at_ms", default="0"),
    number_column("done_at_ms", default="0"),
    Index(None, "state", "next_at_ms"),
    Index(None, "asked_at_ms"),
    Index(None, "store_id", "asked_at_ms"),
    Index(None, "receipt_number"),
    Index(None, "address"),
)
