"""Balances of gift cards, store credit and what is owed on account, and the entries they are the sum of."""

from sqlalchemy import Boolean, Column, Index, Table, false, true

from hub.tables.columns import id_column, metadata, number_column, text_column

account = Table(
    "account",
    metadata,
    id_column("account_id"),
    id_column("kind"),
    id_column("currency"),
    number_column("balance_minor", default="0"),
    number_column("limit_minor", default="0"),
    Column("blocked", Boolean, nullable=False, server_default=false()),
    Column("issued", Boolean, nullable=False, server_default=true()),
    Index(None, "kind", "account_id"),
)

account_entry = Table(
    "account_entry",
    metadata,
    id_column("account_id"),
    id_column("kind"),
    id_column("currency"),
    id_column("entry_id"),
    number_column("amount_minor"),
    number_column("at_ms"),
    text_column("event_id", ""),
    text_column("store_id", ""),
    text_column("receipt_number", ""),
    text_column("reason", ""),
    Index(None, "event_id"),
)
