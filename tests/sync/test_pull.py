"""Pulling: the next page comes while one is applied, and the line serves one thread at a time."""

import threading
from pathlib import Path

import pytest

from omnipos.domain.tax import Tax
from omnipos.protocol import Change, Page
from omnipos.store.connection import Connection, open_mirror
from omnipos.store.mirror import cursors
from sync.client import HubClient
from sync.errors import Retryable
from sync.pull import pull_all

STREAM = "catalogue"


def page(after: int, upto: int, head: int, *, must_refetch: bool = False) -> Page:
    """A page of taxes T(after + 1) to T(upto)."""
    numbers = range(after + 1, upto + 1)
    return Page(
        stream=STREAM,
        after=after,
        upto=upto,
        head=head,
        cursor="" if must_refetch else f"c{upto}",
        changes=tuple(
            Change(
                number=n,
                key=f"tax/T{n}",
                record=Tax(code=f"T{n}", name=f"T{n}", rate_ppm=n, inclusive=True),
            )
            for n in numbers
        ),
        applied_epoch=1,
        applied_seq=upto,
        as_of_ms=1,
        must_refetch=must_refetch,
    )


class ScriptedHub(HubClient):
    """Answers each cursor with its pages in turn; sees who asks, and what the mirror held by then."""

    def __init__(self, **answers: list[Page]) -> None:
        """Take the answers by cursor; `start` stands for the empty one."""
        super().__init__("http://hub.invalid")
        self.answers = {"" if name == "start" else name: list(pages) for name, pages in answers.items()}
        self.asked: list[str] = []
        self.threads: list[str] = []
        self._line = threading.Lock()

    def pull(self, stream: str, cursor: str, limit: int) -> Page:
        """Give the next page that is behind the cursor."""
        assert self._line.acquire(blocking=False), "two threads use the line"
        try:
            self.asked.append(cursor)
            self.threads.append(threading.current_thread().name)
            if not self.answers[cursor]:
                raise Retryable("gone")
            return self.answers[cursor].pop(0)
        finally:
            self._line.release()


@pytest.fixture
def mirror(tmp_path: Path) -> Connection:
    """An empty mirror."""
    return open_mirror(tmp_path)


def taxes(mirror: Connection) -> list[str]:
    """Return the codes of all taxes in a mirror."""
    return [code for (code,) in mirror.execute("SELECT code FROM tax ORDER BY code")]


def test_every_page_is_applied_once_and_in_order(mirror: Connection) -> None:
    hub = ScriptedHub(start=[page(0, 2, 5)], c2=[page(2, 4, 5)], c4=[page(4, 5, 5)])
    assert pull_all(mirror, hub, [STREAM]) == 5
    assert (hub.asked, taxes(mirror)) == (["", "c2", "c4"], ["T1", "T2", "T3", "T4", "T5"])
    assert (cursors(mirror)[STREAM].cursor, cursors(mirror)[STREAM].applied_seq) == ("c5", 5)


def test_a_round_with_one_page_needs_no_other_thread(mirror: Connection) -> None:
    hub = ScriptedHub(start=[page(0, 2, 2)])
    assert pull_all(mirror, hub, [STREAM]) == 2
    assert hub.threads == [threading.current_thread().name]


def test_a_page_is_applied_while_the_next_is_on_its_way(mirror: Connection, tmp_path: Path) -> None:
    """The hub holds its second answer back until the first page can be read in the mirror."""
    watching = open_mirror(tmp_path)
    seen = threading.Event()

    class SlowHub(ScriptedHub):
        def pull(self, stream: str, cursor: str, limit: int) -> Page:
            if cursor == "c2":
                for _try in range(1000):
                    if taxes(watching) == ["T1", "T2"]:
                        seen.set()
                        break
                    threading.Event().wait(0.005)
            return super().pull(stream, cursor, limit)

    hub = SlowHub(start=[page(0, 2, 3)], c2=[page(2, 3, 3)])
    assert pull_all(mirror, hub, [STREAM]) == 3
    assert seen.is_set()


def test_what_came_before_a_line_that_breaks_is_kept(mirror: Connection) -> None:
    hub = ScriptedHub(start=[page(0, 2, 5)], c2=[])
    with pytest.raises(Retryable):
        pull_all(mirror, hub, [STREAM])
    assert (taxes(mirror), cursors(mirror)[STREAM].cursor) == (["T1", "T2"], "c2")


def test_a_page_that_does_not_join_fetches_all_again(mirror: Connection) -> None:
    """The third page is on its way when the second does not join; the line is free before the new start."""
    hub = ScriptedHub(
        start=[page(0, 2, 6), page(0, 3, 5)],
        c2=[page(3, 4, 6)],
        c4=[page(4, 6, 6)],
        c3=[page(3, 5, 5)],
    )
    assert pull_all(mirror, hub, [STREAM]) == 7
    assert hub.asked == ["", "c2", "c4", "", "c3"]
    assert taxes(mirror) == ["T1", "T2", "T3", "T4", "T5"]


def test_a_hub_that_asks_for_it_gets_a_fetch_from_the_start(mirror: Connection) -> None:
    pull_all(mirror, ScriptedHub(start=[page(0, 2, 2)]), [STREAM])
    hub = ScriptedHub(c2=[page(0, 0, 1, must_refetch=True)], start=[page(0, 1, 1)])
    assert pull_all(mirror, hub, [STREAM]) == 1
    assert taxes(mirror) == ["T1"]


def test_a_fetch_from_the_start_that_breaks_off_keeps_the_old_copy(mirror: Connection) -> None:
    pull_all(mirror, ScriptedHub(start=[page(0, 2, 2)]), [STREAM])
    hub = ScriptedHub(c2=[page(0, 0, 9, must_refetch=True)], start=[page(0, 1, 9)], c1=[])
    with pytest.raises(Retryable):
        pull_all(mirror, hub, [STREAM])
    assert (taxes(mirror), cursors(mirror)[STREAM].cursor) == (["T1", "T2"], "c2")
