"""The shifts of all tills: what their sales come to here, and what the Z said."""

from sqlalchemy import Boolean, Column, Index, Table, Text, false

from hub.tables.columns import id_column, metadata, number_column, text_column

shift = Table(
    "shift",
    metadata,
    id_column("device_id"),
    id_column("shift"),
    text_column("store_id"),
    number_column("first_at_ms"),
    number_column("float_minor", default="0"),
    number_column("sales", default="0"),
    number_column("total_minor", default="0"),
    number_column("tax_minor", default="0"),
    number_column("rounding_minor", default="0"),
    number_column("change_minor", default="0"),
    number_column("closed_at_ms", default="0"),
    number_column("closed_epoch", default="0"),
    text_column("closed_event_id", ""),
    text_column("report", ""),
    Index(None, "first_at_ms"),
    Index(None, "store_id", "first_at_ms"),
    Column("told", Boolean, nullable=False, server_default=false()),
    # JSON, minor units by currency; nothing known of a shift that began before this was added up.
    Column("foreign_taken", Text),
)
