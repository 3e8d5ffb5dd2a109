"""The streams that tills pull: how far each is, and the newest state of every key."""

from sqlalchemy import BigInteger, Boolean, Column, ColumnElement, Index, Table, Text, UniqueConstraint, false

from hub.tables.columns import id_column, metadata, number_column, text_column


def _gone(table: Table) -> ColumnElement[bool]:
    """The rows of deletions: few among all, and the only ones that ever leave."""
    return table.c.record.is_(None)


stream_head = Table(
    "stream_head", metadata, id_column("stream"), number_column("n"), number_column("floor", default="0")
)

stream_mark = Table(
    "stream_mark", metadata, id_column("stream"), number_column("since", key=True), text_column("mark")
)

change = Table(
    "change",
    metadata,
    id_column("stream"),
    id_column("key"),
    number_column("number"),
    Column("record", Text, nullable=True),
    Column("as_of_ms", BigInteger, nullable=False),
    Column("erased", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("stream", "number"),
)
Index("ix_change_gone", change.c.as_of_ms, sqlite_where=_gone(change), postgresql_where=_gone(change))
