"""Answers to exceptions; the cases that are there already go into their stores' streams."""

import json

import sqlalchemy as sa
from alembic import op

revision = "answers_to_exceptions"
down_revision = "customers_merge"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, and tell what was filed before there was a stream."""
    op.create_table(
        "exception_answer",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("till_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("number", "place", name=op.f("pk_exception_answer")),
    )
    op.create_index(op.f("ix_exception_case_device_id_settled"), "exception_case", ["device_id", "settled"])
    _fill_streams(op.get_bind())


def _fill_streams(conn: sa.Connection) -> None:
    names = ("number", "store_id", "device_id", "kind", "detail", "event_id", "order_id", "at_ms")
    case = sa.table("exception_case", *(sa.column(name) for name in names))
    columns = [case.c[name] for name in names]
    heads: dict[str, int] = {}
    cases = conn.execute(sa.select(*columns).where(case.c.store_id != "").order_by(case.c.number))
    for row in cases.mappings().all():
        stream = f"exceptions/{row['store_id']}"
        heads[stream] = heads.get(stream, 0) + 1
        change = {
            "stream": stream,
            "key": str(row["number"]),
            "number": heads[stream],
            "record": json.dumps({"type": "exception", **row}),
            "as_of_ms": row["at_ms"],
        }
        conn.execute(
            sa.text(
                "INSERT INTO change (stream, key, number, record, as_of_ms)"
                " VALUES (:stream, :key, :number, :record, :as_of_ms)"
            ),
            change,
        )
    for stream, n in heads.items():
        conn.execute(
            sa.text("INSERT INTO stream_head (stream, n) VALUES (:stream, :n)"), {"stream": stream, "n": n}
        )


def downgrade() -> None:
    """Take the table away; the streams stay as they are."""
    op.drop_index(op.f("ix_exception_case_device_id_settled"), "exception_case")
    op.drop_table("exception_answer")
