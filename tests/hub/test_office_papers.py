"""Messages and approvals in the back office: each with how it stands, found by keys, and never changed."""

import re
from typing import Any

import pytest

from hub.senders import NotSent
from tests.hub.migrating import migrate_again
from tests.hub.offices import Desk, hire
from tests.hub.rig import HubRig
from tests.hub.test_approvals import ASKED, GIVEN, NO, YES, Two
from tests.hub.test_growth import plans
from tests.hub.test_messages import _ask, _Out, _work
from tests.hub.test_office_search import asked


def rows(page: str) -> list[str]:
    """Return what stands in each row of a list."""
    body = page[page.index("<tbody") : page.index("</tbody>")]
    found = re.findall(r"<tr[^>]*data-sa-href.*?</tr>", body, re.S)
    return [" ".join(re.sub(r"<[^>]*>", " ", one).split()) for one in found]


@pytest.fixture
def desk(rig: HubRig) -> Desk:
    """A manager, signed in."""
    hire(rig, "Rina")
    desk = Desk(rig)
    desk.sign_in()
    return desk


@pytest.fixture
def mailed(desk: Desk) -> list[str]:
    """Three messages: one left, one was refused for good, one waits for its second try."""
    journal = desk.rig.journal()
    ids = [_ask(journal, f"{name}@mail.example") for name in ("ani", "budi", "cici")]
    desk.rig.push(*journal.envelopes)
    gone = NotSent("550 no such box", for_good=True)
    assert _work(desk.rig, _Out(None, gone, NotSent("the server is away"))) == 3
    return [one.removeprefix("m-") for one in ids]


def test_each_message_says_where_it_stands_how_often_it_was_tried_and_what_went_wrong(
    desk: Desk, mailed: list[str]
) -> None:
    found = {row.split()[0]: row for row in rows(desk.get("messages/list"))}
    assert set(found) == set(mailed)
    said = [found[one].split(" e-mail ")[1] for one in mailed]
    assert said == [
        "ani@mail.example sent 1",
        "budi@mail.example not sent 1 550 no such box",
        "cici@mail.example waiting 1 the server is away",
    ]
    page = desk.get(f"messages/detail?pk=m-{mailed[1]}")
    assert "550 no such box" in page
    assert f"m-{mailed[1]}" in page


@pytest.mark.parametrize("base", ["sqlite"])
def test_messages_are_found_by_receipt_by_address_and_by_state(desk: Desk, mailed: list[str]) -> None:
    for q, wanted in (
        (mailed[2], [mailed[2]]),
        ("budi@", [mailed[1]]),
        ("sent", [mailed[0]]),
        ("not sent", [mailed[1]]),
        ("queued", [mailed[2]]),
        ("mail.example", []),
    ):
        assert [row.split()[0] for row in rows(desk.get(f"messages/list?q={q}"))] == wanted, q


@pytest.fixture
def allowed(desk: Desk) -> Two:
    """A till asked for two approvals: one was given and used, one was refused."""
    two = Two(desk.rig)
    two.write((1, ASKED), (2, YES), (1, GIVEN))
    desk.rig.now_ms += 60_000
    more: dict[str, Any] = {"approval_id": "ap-2"}
    two.write((1, type(ASKED)(**_fields(ASKED) | more | {"reason": "He asked [/]"})))
    two.write((2, type(NO)(**_fields(NO) | more)))
    return two


def _fields(fact: Any) -> dict[str, Any]:
    return {name: getattr(fact, name) for name in fact.__struct_fields__}


def test_each_approval_says_who_allowed_what_for_whom_and_why(desk: Desk, allowed: Two) -> None:
    newest, older = rows(desk.get("approvals/list"))
    assert newest.endswith("discount He asked [/] refused Budi Boss S1-1")
    assert older.endswith("discount Damaged allowed and done Budi Boss S1-1")
    page = desk.get(f"approvals/detail?pk={desk.rig.till.store_id}/ap-1")
    assert "Rp 9.500" in page
    assert "S1-2" in page, "where it was answered"
    assert len(rows(desk.get("approvals/list?q=S1"))) == 2
    assert rows(desk.get("approvals/list?q=S2")) == []
    for q, wanted in (("budi", 2), ("Boss", 2), ("Bo", 2), ("oss", 0), ("staff", 0)):
        assert len(rows(desk.get(f"approvals/list?q={q}"))) == wanted, q


def test_approvals_that_were_there_before_are_found_by_person_too(desk: Desk, allowed: Two) -> None:
    before = rows(desk.get("approvals/list?q=Boss"))
    migrate_again(desk.rig.hub.database, "stock_by_key")
    assert (rows(desk.get("approvals/list?q=Boss")), len(before)) == (before, 2)


@pytest.mark.parametrize("section", ["messages", "approvals"])
@pytest.mark.parametrize("base", ["sqlite"])
def test_both_are_only_read(desk: Desk, mailed: list[str], allowed: Two, section: str) -> None:
    key = f"m-{mailed[0]}" if section == "messages" else f"{desk.rig.till.store_id}/ap-1"
    for path in ("create", f"edit?pk={key}"):
        desk.get(f"{section}/{path}", status=403)
        assert desk.post(f"{section}/{path}", {"reason": "x"}).status_code == 403
    assert desk.act(section, key, "delete", status=400).json()["msg"] == "Forbidden"


@pytest.mark.parametrize("base", ["sqlite"])
def test_no_search_reads_a_table_whole(desk: Desk, mailed: list[str], allowed: Two) -> None:
    with plans(desk.rig) as (whole, used):
        for path in ("messages/list?q=S1-", "messages/list?q=08123456", "messages/list?q=sent"):
            desk.get(path)
        desk.get("approvals/list?q=S1")
        desk.get("approvals/list?q=Bu")
    assert whole <= {"anon_1"}, "what is counted is what was found"
    wanted = {"message_receipt_number", "message_address", "message_state", "approval_store_id_kept_at_ms"}
    wanted |= {"approval_asked_by_kept_at_ms", "approval_answered_by_kept_at_ms"}
    assert {name for name in wanted if not any(f"ix_{name}" in one for one in used)} == set()


PAGES = {"messages": "ix_message_asked_at_ms", "approvals": "ix_approval_kept_at_ms"}


def test_a_page_is_read_along_its_index(desk: Desk, mailed: list[str], allowed: Two) -> None:
    with asked(desk) as found:
        for section in PAGES:
            desk.get(f"{section}/list")
    listed = [(text, values) for text, values in found if "LIMIT" in text and "ORDER BY" in text]
    database = desk.rig.hub.database
    words = "EXPLAIN" if database.is_shared else "EXPLAIN QUERY PLAN"
    with database.reading.connect() as conn:
        if database.is_shared:
            conn.exec_driver_sql("SET LOCAL enable_seqscan = off")  # so few rows are read whole otherwise
            conn.exec_driver_sql("SET LOCAL enable_bitmapscan = off")
            conn.exec_driver_sql("SET LOCAL enable_sort = off")
        plans_found = [
            "\n".join(
                str(row[0] if database.is_shared else row.detail)
                for row in conn.exec_driver_sql(f"{words} {text}", values)
            )
            for text, values in listed
        ]
    for index in PAGES.values():
        assert any(index in plan for plan in plans_found), plans_found
