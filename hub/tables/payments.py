"""Payments made at a terminal or with an acquirer: the sale that each one paid."""

from sqlalchemy import Table

from hub.tables.columns import id_column, metadata, text_column

payment_use = Table(
    "payment_use",
    metadata,
    id_column("store_id"),
    id_column("payment_id"),
    text_column("sale_id"),
    text_column("receipt_number"),
)
