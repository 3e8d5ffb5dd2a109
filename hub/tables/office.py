"""What the back office keeps: its door, whose stores are whose, what was done in it, and sums by the hour."""

from sqlalchemy import Index, Table

from hub.tables.columns import id_column, metadata, number_column, text_column

office_door = Table(
    "office_door",
    metadata,
    id_column("name_hash"),
    number_column("failures", default="0"),
    number_column("wait_until_ms", default="0"),
)

office_end = Table("office_end", metadata, id_column("staff_id"), number_column("ended_at_ms"))

office_act = Table(
    "office_act",
    metadata,
    id_column("act_id"),
    number_column("at_ms"),
    text_column("staff_id"),
    text_column("section"),
    text_column("subject"),
    text_column("act"),
    text_column("detail", ""),
    Index(None, "at_ms"),
)

office_store = Table(
    "office_store", metadata, id_column("staff_id"), id_column("store_id"), Index(None, "store_id")
)

sale_hour = Table(
    "sale_hour",
    metadata,
    id_column("store_id"),
    number_column("hour", key=True),
    id_column("channel"),
    id_column("currency"),
    number_column("sales", default="0"),
    number_column("total_minor", default="0"),
    Index(None, "hour"),
)
