"""Customers: their cards, what names them apart from that, and the ledger of their points."""

from sqlalchemy import Index, Table

from hub.tables.columns import id_column, metadata, number_column, text_column

customer = Table(
    "customer",
    metadata,
    id_column("customer_id"),
    text_column("alias_of", ""),
    number_column("points"),
    text_column("tier"),
    text_column("consents"),
    text_column("purchases"),
    number_column("rev"),
    number_column("created_at_ms"),
    text_column("answers", "{}"),
    number_column("erased_at_ms", default="0"),
)

personal = Table(
    "personal",
    metadata,
    id_column("customer_id"),
    text_column("personal_id", ""),
    text_column("name"),
    text_column("folded_name"),
    text_column("phone"),
    text_column("last_four", ""),
    text_column("email", ""),
    text_column("claims", "{}"),
    Index(None, "folded_name", "customer_id"),
    Index(None, "phone", "customer_id"),
    Index(None, "last_four", "phone", "customer_id"),
)

points_entry = Table(
    "points_entry",
    metadata,
    id_column("customer_id"),
    id_column("source"),
    text_column("kind"),
    number_column("points"),
    number_column("at_ms"),
)

_is_alias = customer.c.alias_of != ""
Index("ix_customer_alias_of", customer.c.alias_of, sqlite_where=_is_alias, postgresql_where=_is_alias)
