"""The triggers that keep what was written once as it is."""

from sqlite3 import Connection

_CHANGES = ("UPDATE", "DELETE")


def guard(db: Connection, table: str) -> None:
    """Refuse every change to a table's rows and every removal."""
    for change in _CHANGES:
        db.execute(
            f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table}"
            f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )


def unguard(db: Connection, table: str) -> None:
    """Allow both, inside a transaction that guards the table again before its end."""
    assert db.in_transaction, "a table is never without its guard for others to see"
    for change in _CHANGES:
        db.execute(f"DROP TRIGGER {table}_no_{change.lower()}")
