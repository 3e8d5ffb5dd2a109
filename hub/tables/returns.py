"""What came back of sales, line by line."""

from sqlalchemy import Boolean, Column, Table, false

from hub.tables.columns import id_column, metadata, number_column

sale_return = Table(
    "sale_return",
    metadata,
    id_column("original_id"),
    id_column("store_id"),
    id_column("sale_id"),
    number_column("line_no", key=True),
    number_column("original_line_no"),
    number_column("quantity_milli"),
    Column("damaged", Boolean, nullable=False, server_default=false()),
)
