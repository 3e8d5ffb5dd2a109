"""Buyers' tax data of sales, for the tax invoices that are made elsewhere."""

from sqlalchemy import Index, Table

from hub.tables.columns import id_column, metadata, number_column, text_column

buyer = Table(
    "buyer",
    metadata,
    id_column("store_id"),
    id_column("sale_id"),
    text_column("receipt_number"),
    text_column("kind"),
    text_column("tax_number"),
    text_column("name"),
    text_column("address"),
    text_column("email"),
    text_column("customer_id"),
    text_column("event_id"),
    number_column("given_at_ms"),
    Index(None, "given_at_ms"),
)
