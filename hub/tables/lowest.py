"""What goods were sold for at the least, by the day."""

from sqlalchemy import Table

from hub.tables.columns import id_column, metadata, number_column

lowest_price = Table(
    "lowest_price",
    metadata,
    id_column("currency"),
    number_column("day", key=True),
    id_column("product_id"),
    id_column("store_id"),
    number_column("price_minor"),
    sqlite_with_rowid=False,
)
