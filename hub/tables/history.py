"""What the hub keeps of sales that another system made before."""

from sqlalchemy import Table

from hub.tables.columns import id_column, metadata, text_column

old_sale = Table(
    "old_sale",
    metadata,
    id_column("store_id"),
    id_column("sale_id"),
    text_column("fingerprint"),
    text_column("record"),
)
