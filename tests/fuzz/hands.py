"""Random hands at a real till: each line is answered, and in the end all is as it must be."""

import re
from collections.abc import Generator, Iterable, Sequence
from pathlib import Path
from random import Random
from typing import Any, cast

import msgspec

from omnipos.domain.sale import adds_up
from omnipos.events import SaleCompleted, decode_fact
from omnipos.services.till import Till
from omnipos.services.verifying import verify
from omnipos.store import journal
from omnipos.store.printjobs import StoredJobs
from screens.plain import PlainCounter
from tests.fuzz.lines import CARD_NUMBER
from tests.fuzz.shop import memory_folder, news, stock_shop
from tests.rigs import HandClock, open_till
from tests.ui.plain_rig import counter

BROKEN = "Something went wrong in the program."
SENTENCE = re.compile(r"[.?!…:)”]$")


class Broken(AssertionError):
    """The till did what it must never do; `line` counts from 0, -1 for what came to light in the end."""

    def __init__(self, line: int, what: str) -> None:
        """Say what, at which line."""
        super().__init__(what)
        self.line = line


class Hands:
    """Hands that type at one till, which they start anew now and then."""

    def __init__(self, folder: Path) -> None:
        """Open the till."""
        self._folder = folder
        self._clock = HandClock()
        self._till = open_till(folder, self._clock)
        stock_shop(folder)
        self._talk: PlainCounter = counter(self._till, as_json=True)
        self._news = Random(7)

    def type(self, lines: Iterable[str]) -> None:
        """Type line after line; raise Broken at the first that the till does not stand."""
        for number, line in enumerate(lines):
            if line.startswith("!"):
                self._happen(line)
                continue
            try:
                said = self._talk.answer(line)
            except BaseException as error:
                raise Broken(number, f"{line!r} raised {error!r}") from error
            self._check(number, line, said)

    def _happen(self, what: str) -> None:
        word, _space, much = what.partition(" ")
        match word:
            case "!restart":
                self.close()
                self._till = open_till(self._folder, self._clock)
                self._talk = counter(self._till, as_json=True)
                self._talk.answer("sign-in Sari 1234")
            case "!later":
                self._clock.pass_ms(int(much))
            case "!earlier":
                self._clock.at_ms -= int(much)
            case "!news":
                news(self._folder, self._news)
            case "!printed":
                self._print()
            case "!jammed":
                jobs = StoredJobs(self._till.store)
                if job := jobs.next_job():
                    jobs.started(job.job_id)
                    jobs.failed(job.job_id, "The paper is torn.")

    def _print(self) -> None:
        jobs = StoredJobs(self._till.store)
        while job := jobs.next_job():
            jobs.started(job.job_id)
            jobs.done(job.job_id)

    def _check(self, number: int, line: str, said: str | None) -> None:
        if said is None:
            raise Broken(number, f"{line!r} was not answered")
        told: dict[str, Any] = msgspec.json.decode(said)
        if BROKEN in told["say"]:
            raise Broken(number, f"{line!r} ended in an error of the program")
        if not told["ok"] and not SENTENCE.search(told["say"]):
            raise Broken(number, f"{line!r} was refused with no sentence: {told['say']!r}")

    def finish(self) -> int:
        """Check the journal, the books and every sum; return how many sales there are."""
        return check_till(self._till)

    def close(self) -> None:
        """Close the till."""
        self._till.store.close()


def check_till(till: Till) -> int:
    """Check a till's journal, its books and every sum; return how many sales there are, or raise Broken."""
    found = till.store.call(lambda: verify(till.store.books))
    if found.findings:
        raise Broken(-1, f"the till does not verify: {found.findings}")
    till.store.call(lambda: _check_facts(till))
    return found.sales


def _check_facts(till: Till) -> None:
    for event in journal.read_events(till.store.books):
        if CARD_NUMBER.encode() in event.body.replace(b" ", b""):
            raise Broken(-1, f"event {event.header.seq} keeps a card number: {event.body!r}")
        fact = decode_fact(event.body, event.header.schema)
        if isinstance(fact, SaleCompleted) and not adds_up(fact.sale):
            raise Broken(-1, f"the sums of {fact.sale.receipt_number} do not agree")


def play(lines: Sequence[str]) -> int:
    """Type lines at a new till and check everything; return how many sales they made."""
    with memory_folder() as folder:
        hands = Hands(folder)
        try:
            hands.type(lines)
            return hands.finish()
        finally:
            hands.close()


def trouble_of(lines: Sequence[str]) -> Broken | None:
    """Return what breaks when lines are typed, None when nothing does."""
    try:
        play(lines)
    except Broken as broken:
        return broken
    return None


def shorter(lines: Sequence[str], broken: Broken, tries: int) -> Generator[list[str], bool, list[str]]:
    """Propose fewer and fewer lines, being told whether they still break; return the fewest that do."""
    kept = list(lines if broken.line < 0 else lines[: broken.line + 1])
    size = len(kept) // 2
    while size and tries > 0:
        begin = 0
        while begin < len(kept) and tries > 0:
            fewer = kept[:begin] + kept[begin + size :]
            tries -= 1
            if fewer and (yield fewer):
                kept = fewer
            else:
                begin += size
        size //= 2
    return kept


def shortest(lines: Sequence[str], broken: Broken, tries: int = 400) -> list[str]:
    """Return as few of the lines as still break a till, in at most so many tries."""
    search = shorter(lines, broken, tries)
    try:
        fewer = next(search)
        while True:
            fewer = search.send(trouble_of(fewer) is not None)
    except StopIteration as found:
        return cast(list[str], found.value)
