"""Verifying: a whole till has no findings, and any edit is found where it is."""

import sqlite3

import pytest

from omnipos.domain.catalogue import Item
from omnipos.domain.order import Taker
from omnipos.services import collecting, selling, tendering
from omnipos.services.till import Till
from omnipos.services.verifying import Verification, verify
from omnipos.store.connection import open_to_read
from tests.rigs import INDOMIE, TEH


@pytest.fixture
def busy(till: Till) -> Till:
    """A till with two sales, a void and a hand-over behind it."""
    for code in ("8998866200578", "8998866200578", "8996006855893"):
        till.call(collecting.pick, "o-W-1001", code)
    till.call(collecting.make_ready, "o-W-1001")
    till.call(collecting.hand_over, "o-W-1001", Taker(code="471001"))
    for _each in range(2):
        till.call(selling.ring, [(Item(product=INDOMIE), 2000), (Item(product=TEH), 1000)])
        till.call(selling.void_line, 2)
        till.call(tendering.pay_cash, None)
    return till


def check(till: Till) -> Verification:
    return till.store.call(lambda: verify(till.store.books))


def edit(till: Till, statement: str) -> None:
    """Edit the file as somebody with a database tool would, past the triggers."""
    conn = sqlite3.connect(till.store.folder / "books.db")
    for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        conn.execute(f"DROP TRIGGER {name}")
    conn.execute(statement)
    conn.commit()
    conn.close()


def test_a_whole_till_has_no_findings_and_is_verified_beside_a_running_one(busy: Till) -> None:
    report = check(busy)
    assert (report.events, report.sales, report.total_minor, report.findings) == (9, 2, 14_000, ())
    reader = open_to_read(busy.store.folder)
    assert verify(reader) == report
    reader.close()


@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        (
            "UPDATE event SET occurred_at_ms = occurred_at_ms + 1 WHERE seq = 3",
            "Event 3 of epoch 1 was changed",
        ),
        ("UPDATE event SET actor = 's-budi' WHERE seq = 9", "Event 9 of epoch 1 was changed"),
        (
            "UPDATE event SET body = CAST(replace(CAST(body AS TEXT), '3500', '3501') AS BLOB) WHERE seq = 7",
            "Event 7 of epoch 1 was changed",
        ),
        ("UPDATE event SET body = X'7B' WHERE seq = 2", "Event 2 of epoch 1 cannot be read"),
        ("DELETE FROM event WHERE seq = 4", "Event 5 of epoch 1 does not follow the one before it"),
        ("DELETE FROM event WHERE seq = 9", "2 receipt numbers were drawn, but the journal has 1 sales"),
        ("UPDATE event SET prev_hash = zeroblob(32) WHERE seq = 2", "Event 2 of epoch 1 does not hang on"),
        (
            "UPDATE sale SET total_minor = 1 WHERE number = 1",
            "Event 7 of epoch 1 is a sale that the books show",
        ),
        (
            "UPDATE sale SET customer_id = 'c-x' WHERE number = 2",
            "Event 9 of epoch 1 is a sale that the books",
        ),
        (
            "UPDATE sale SET staff_id = 's-budi' WHERE number = 1",
            "Event 7 of epoch 1 is a sale that the books",
        ),
        ("UPDATE sale SET number = 7 WHERE number = 2", "Event 9 of epoch 1 is a sale that the books show"),
        ("UPDATE sale_line SET tax_code = 'EXEMPT'", "Event 7 of epoch 1 is a sale that the books show"),
        ("UPDATE sale_line SET saved_minor = 1", "Event 7 of epoch 1 is a sale that the books show"),
        ("UPDATE sale SET saved_minor = 1 WHERE number = 2", "Event 9 of epoch 1 is a sale that the books"),
        ("UPDATE sale_tender SET kind = 'card'", "Event 7 of epoch 1 is a sale that the books show"),
        ("DELETE FROM sale_tender", "Event 7 of epoch 1 is a sale that the books show differently"),
        ("DELETE FROM sale WHERE number = 1", "Event 7 of epoch 1 is a sale that is missing from the books"),
        ("UPDATE stock_movement SET quantity_milli = 0", "Event 5 of epoch 1 moved other stock"),
        ("UPDATE stock_movement SET reason = 'received'", "Event 5 of epoch 1 moved other stock"),
        (
            "INSERT INTO stock_movement VALUES (1, 99, 0, 'p-teh', 5000, 'received')",
            "The table stock_movement has 5 rows where the journal has 4",
        ),
        ("UPDATE counter SET value = 9 WHERE name = 'receipt'", "9 receipt numbers were drawn"),
        ("DELETE FROM outbox WHERE seq = 2", "The table outbox has 8 rows where the journal has 9"),
        (
            "INSERT INTO sale SELECT 'x', 'S1-1-000009', 9, 1, 99, completed_at_ms, staff_id, customer_id,"
            " order_id, total_minor, tax_minor, rounding_minor, change_minor, saved_minor"
            " FROM sale WHERE number = 1",
            "The table sale has 3 rows where the journal has 2",
        ),
    ],
)
def test_any_edit_is_found_where_it_is(busy: Till, statement: str, finding: str) -> None:
    edit(busy, statement)
    findings = check(busy).findings
    assert any(one.startswith(finding) for one in findings), findings
