"""Pulling: the next page comes while one is applied, and the line serves one thread at a time."""

import threading
from concurrent.futures import Future, wait
from pathlib import Path

import msgspec
import pytest

from omnipos.domain.tax import Tax
from omnipos.protocol import Change, Page
from omnipos.sealing import Sealer
from omnipos.store.connection import Mirror, open_mirror
from omnipos.store.mirror import apply_page, cursors
from sync import pull
from sync.client import HubClient
from sync.errors import Retryable
from sync.pull import Pulling, pull_all

STREAM = "catalogue"
NO_STAFF = Sealer(Path("nowhere"))
"""None of these pages holds anything to seal."""


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


class Held:
    """An answer that does not come before it may."""

    def __init__(self) -> None:
        """Hold the answer back."""
        self.begun = threading.Event()
        self.may_end = threading.Event()


class ScriptedHub(HubClient):
    """Answers each cursor with its pages in turn, and sees that one thread at a time asks."""

    def __init__(self, **answers: list[Page]) -> None:
        """Take the answers by cursor; `start` stands for the empty one."""
        super().__init__("https://hub.invalid")
        self.answers = {"" if name == "start" else name: list(pages) for name, pages in answers.items()}
        self.asked: list[str] = []
        self.threads: list[str] = []
        self._line = threading.Lock()
        self._held: dict[str, Held] = {}

    def hold(self, cursor: str) -> Held:
        """Hold the answer to a cursor back."""
        return self._held.setdefault(cursor, Held())

    def pull(self, stream: str, cursor: str, limit: int) -> Page:
        """Give the next page that is behind the cursor."""
        assert self._line.acquire(blocking=False), "two threads use the line"
        try:
            self.asked.append(cursor)
            self.threads.append(threading.current_thread().name)
            if cursor in self._held:
                self._held[cursor].begun.set()
                assert self._held[cursor].may_end.wait(5)
            if not self.answers[cursor]:
                raise Retryable("gone")
            return self.answers[cursor].pop(0)
        finally:
            self._line.release()


@pytest.fixture
def mirror(tmp_path: Path) -> Mirror:
    """An empty mirror."""
    return open_mirror(tmp_path)


def taxes(mirror: Mirror) -> list[str]:
    """Return the codes of all taxes in a mirror."""
    return [code for (code,) in mirror.of(STREAM).execute("SELECT code FROM tax ORDER BY code")]


def test_every_page_is_applied_once_and_in_order(mirror: Mirror) -> None:
    hub = ScriptedHub(start=[page(0, 2, 5)], c2=[page(2, 4, 5)], c4=[page(4, 5, 5)])
    assert pull_all(mirror, Pulling(hub, NO_STAFF), [STREAM]) == 5
    assert (hub.asked, taxes(mirror)) == (["", "c2", "c4"], ["T1", "T2", "T3", "T4", "T5"])
    assert (cursors(mirror)[STREAM].cursor, cursors(mirror)[STREAM].applied_seq) == ("c5", 5)


def test_a_round_with_one_page_needs_no_other_thread(mirror: Mirror) -> None:
    hub = ScriptedHub(start=[page(0, 2, 2)])
    assert pull_all(mirror, Pulling(hub, NO_STAFF), [STREAM]) == 2
    assert hub.threads == [threading.current_thread().name]


def test_the_next_page_is_asked_for_while_one_is_applied(
    mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = ScriptedHub(start=[page(0, 2, 3)], c2=[page(2, 3, 3)])
    second = hub.hold("c2")

    def apply_late(mirror: Mirror, page: Page) -> None:
        if page.after == 0:
            assert second.begun.wait(5)
            second.may_end.set()
        apply_page(mirror, page)

    monkeypatch.setattr(pull, "apply_page", apply_late)
    assert pull_all(mirror, Pulling(hub, NO_STAFF), [STREAM]) == 3


def test_what_came_before_a_line_that_breaks_is_kept(mirror: Mirror) -> None:
    hub = ScriptedHub(start=[page(0, 2, 5)], c2=[])
    with pytest.raises(Retryable):
        pull_all(mirror, Pulling(hub, NO_STAFF), [STREAM])
    assert (taxes(mirror), cursors(mirror)[STREAM].cursor) == (["T1", "T2"], "c2")


def test_a_page_that_does_not_join_fetches_all_again_when_the_line_is_free(
    mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A third page is still on its way when the second turns out not to join the first."""
    hub = ScriptedHub(
        start=[page(0, 2, 6), page(0, 3, 5)], c2=[page(3, 4, 6)], c4=[page(4, 6, 6)], c3=[page(3, 5, 5)]
    )
    third = hub.hold("c4")

    def wait_at_last(coming: list[Future[Page]]) -> None:
        if third.begun.is_set():
            third.may_end.set()
        wait(coming)

    def apply_late(mirror: Mirror, page: Page) -> None:
        if page.after == 3:
            assert third.begun.wait(5)
        apply_page(mirror, page)

    monkeypatch.setattr(pull, "wait", wait_at_last)
    monkeypatch.setattr(pull, "apply_page", apply_late)
    assert pull_all(mirror, Pulling(hub, NO_STAFF), [STREAM]) == 7
    assert hub.asked == ["", "c2", "c4", "", "c3"]
    assert taxes(mirror) == ["T1", "T2", "T3", "T4", "T5"]


def test_a_hub_that_asks_for_it_gets_a_fetch_from_the_start(mirror: Mirror) -> None:
    pull_all(mirror, Pulling(ScriptedHub(start=[page(0, 2, 2)]), NO_STAFF), [STREAM])
    hub = ScriptedHub(c2=[page(0, 0, 1, must_refetch=True)], start=[page(0, 1, 1)])
    assert pull_all(mirror, Pulling(hub, NO_STAFF), [STREAM]) == 1
    assert taxes(mirror) == ["T1"]


def test_a_fetch_from_the_start_that_breaks_off_keeps_the_old_copy(mirror: Mirror) -> None:
    pull_all(mirror, Pulling(ScriptedHub(start=[page(0, 2, 2)]), NO_STAFF), [STREAM])
    hub = ScriptedHub(c2=[page(0, 0, 9, must_refetch=True)], start=[page(0, 1, 9)], c1=[])
    with pytest.raises(Retryable):
        pull_all(mirror, Pulling(hub, NO_STAFF), [STREAM])
    assert (taxes(mirror), cursors(mirror)[STREAM].cursor) == (["T1", "T2"], "c2")


def test_a_hub_that_begins_anew_while_all_is_fetched_leaves_the_old_copy(mirror: Mirror) -> None:
    apply_page(mirror, page(0, 1, 1))
    again = page(0, 0, 5, must_refetch=True)
    hub = ScriptedHub(c1=[again], start=[page(0, 2, 5)], c2=[again])
    with pytest.raises(Retryable):
        pull_all(mirror, Pulling(hub, NO_STAFF), [STREAM])
    assert taxes(mirror) == ["T1"]
    assert cursors(mirror)[STREAM].upto == 1


def test_a_later_life_of_the_till_says_nothing_of_what_this_one_did(mirror: Mirror) -> None:
    own = [1]
    pulling = Pulling(ScriptedHub(start=[page(0, 1, 1)], c1=[later(page(1, 2, 2))]), NO_STAFF, lambda: own[0])

    def applied() -> tuple[int, int]:
        return cursors(mirror)[STREAM].applied_epoch, cursors(mirror)[STREAM].applied_seq

    assert pull_all(mirror, pulling, [STREAM]) == 1
    assert applied() == (1, 1)
    assert pull_all(mirror, pulling, [STREAM]) == 1
    assert (taxes(mirror), applied()) == (["T1", "T2"], (1, 1))
    own[0] = 2
    again = Pulling(ScriptedHub(c2=[later(page(2, 3, 3))]), NO_STAFF, lambda: own[0])
    assert pull_all(mirror, again, [STREAM]) == 1
    assert applied() == (2, 3)


def later(page: Page) -> Page:
    """The page as the hub answers it when the device is in epoch 2."""
    return msgspec.structs.replace(page, applied_epoch=2)
