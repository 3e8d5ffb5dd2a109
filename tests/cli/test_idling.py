"""Between keys a till imports what comes next and tidies its memory; never while somebody types."""

import gc
import importlib
import sys
from collections.abc import Callable, Iterator

import pytest

from omnipos.cli import idling
from omnipos.cli.idling import MOST_PUT_OFF, NEXT_ROOMS, Idling


class Desk:
    """A loop that is turned by hand, and somebody who may be typing at it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.idle_s = 60.0
        self.now_s = 0.0
        self.imported: list[str] = []
        self.done: list[str] = []
        self._due: list[tuple[float, Callable[[], None]]] = []
        monkeypatch.setattr(importlib, "import_module", self.imported.append)
        for name in ("collect", "freeze", "enable"):
            monkeypatch.setattr(gc, name, lambda name=name: self.done.append(name))
        monkeypatch.setattr(gc, "set_threshold", lambda count: self.done.append(f"each {count}"))
        monkeypatch.setattr(idling, "give_back", lambda: self.done.append("trim"))
        self.idling = Idling(lambda: self.idle_s, self.later)

    def later(self, seconds: float, call: Callable[[], None]) -> None:
        self._due.append((self.now_s + seconds, call))

    def turn_until(self, now_s: float) -> None:
        while self._due and min(at for at, _call in self._due) <= now_s:
            at, call = min(self._due, key=lambda one: one[0])
            self._due.remove((at, call))
            self.now_s = at
            call()
        self.now_s = now_s


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    desk = Desk(monkeypatch)
    desk.idling.begin()
    yield desk
    monkeypatch.undo()


def test_nothing_is_imported_before_the_first_screen_takes_keys(desk: Desk) -> None:
    desk.turn_until(0.49)
    assert (desk.imported, desk.done) == ([], [])


def test_what_comes_next_is_imported_one_step_at_a_time_and_then_the_memory_is_tidied(desk: Desk) -> None:
    desk.turn_until(0.5)
    assert desk.imported == list(NEXT_ROOMS[:1])
    desk.turn_until(2.0)
    assert desk.imported == list(NEXT_ROOMS)
    assert desk.done == ["collect", "freeze", "freeze", "each 5000", "enable"]
    desk.turn_until(12.0)
    assert desk.done[5:] == ["collect", "trim"]


def test_who_types_is_not_kept_waiting(desk: Desk) -> None:
    desk.idle_s = 0.1
    desk.turn_until(5.0)
    assert (desk.imported, desk.done) == ([], [])
    desk.idle_s = 1.0
    desk.turn_until(6.0)
    assert desk.imported == list(NEXT_ROOMS)
    assert desk.done == ["collect", "freeze", "freeze", "each 5000", "enable"]


def test_whoever_signs_in_at_once_has_the_memory_tidied_before_the_first_scan(desk: Desk) -> None:
    desk.idle_s = 0.0
    desk.turn_until(1.0)
    desk.idling.tidy()
    assert desk.done == ["collect", "freeze"]
    desk.turn_until(2.0)
    assert desk.done == ["collect", "freeze", "freeze", "each 5000", "enable"], (
        "looked through once, behind no scan"
    )


def test_memory_is_given_back_in_a_quiet_moment_and_in_a_rush_after_a_while(desk: Desk) -> None:
    desk.turn_until(2.0)
    desk.idle_s = 0.1
    desk.turn_until(12.0 + (MOST_PUT_OFF - 1) * 0.5)
    assert "trim" not in desk.done
    desk.turn_until(12.0 + MOST_PUT_OFF * 0.5)
    assert desk.done[5:] == ["trim"], "a rush is not looked through for garbage"


def test_all_rooms_are_there() -> None:
    for room in NEXT_ROOMS:
        assert importlib.import_module(room) is sys.modules[room]
