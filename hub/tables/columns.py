"""What all tables are made of: their metadata, and columns of ids, texts and numbers."""

from sqlalchemy import BigInteger, Column, MetaData, Text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def id_column(name: str) -> Column[str]:
    """Return a column of the primary key."""
    return Column(name, Text, primary_key=True)


def text_column(name: str, default: str | None = None) -> Column[str]:
    """Return a column of text."""
    return Column(name, Text, nullable=False, server_default=default)


def number_column(name: str, *, key: bool = False, default: str | None = None) -> Column[int]:
    """Return a column of whole numbers."""
    return Column(
        name,
        BigInteger,
        primary_key=key,
        nullable=False,
        server_default=default,
        autoincrement=False,
    )
