"""Sending imported rows to a hub in batches, reading on meanwhile; a bad row never costs the good ones."""

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, Protocol, TypeVar

import click

from hub.goodsmessages import GoodsWritten, PriceWish, ProductWish, PutPrices, PutProducts
from hub.messages import CustomersWritten, CustomerWish, PutCustomers, RowProblem
from omnipos.cli.rowfiles import Bad, Good
from omnipos.locale import _
from sync.errors import Rejected, Retryable, TooLarge
from sync.owner import OwnerClient

BATCH = 5000
BACK_OFF_S = (1.0, 2.0, 4.0, 8.0)
"""How long to wait after each failure of the line before the same is sent again."""
LONGEST_WAIT_S = 30.0
MOST_TOLD = 50
"""Bad rows beyond this many are counted, not listed."""
MOST_WARNED = 20
"""And odd rows that are kept beyond this many."""

Wish = TypeVar("Wish")
Answer = TypeVar("Answer")


class Tally:
    """What became of an import so far."""

    def __init__(self) -> None:
        """Begin with nothing read."""
        self.rows = self.written = self.unchanged = self.bad = self.warnings = 0

    def summary(self) -> dict[str, int]:
        """Return the counts that every import has."""
        return {"rows": self.rows, "written": self.written, "unchanged": self.unchanged, "bad": self.bad}

    def warn(self, line: int, detail: str) -> None:
        """Count what is odd about a row that was kept, and say it with its line number."""
        self.warnings += 1
        if self.warnings <= MOST_WARNED:
            click.echo(_("Line {line}: {reason}").format(line=line, reason=detail), err=True)
        elif self.warnings == MOST_WARNED + 1:
            click.echo(_("More rows are odd but kept; they are counted, not listed."), err=True)

    def refuse(self, line: int, reason: str) -> None:
        """Count a bad row and say why, with its line number."""
        self.bad += 1
        if self.bad <= MOST_TOLD:
            click.echo(_("Line {line}: {reason}").format(line=line, reason=reason), err=True)
        elif self.bad == MOST_TOLD + 1:
            click.echo(_("More bad rows follow; they are counted, not listed."), err=True)


class Sender(Protocol[Wish]):
    """Sends a batch and counts what became of it."""

    def send(self, batch: Sequence[Good[Wish]]) -> None:
        """Send a batch."""
        ...


class Progress(Protocol):
    """Hears how far the file was read."""

    def __call__(self) -> None:
        """Look at the file and show it."""
        ...


def send_all(
    rows: Iterable[Good[Wish] | Bad], sender: Sender[Wish], tally: Tally, progress: Progress
) -> None:
    """Send every good row and tell every bad one; the next batch is read while one is under way."""
    batch: list[Good[Wish]] = []
    with ThreadPoolExecutor(max_workers=1) as line:
        under_way: Future[None] | None = None
        for row in rows:
            tally.rows += 1
            if isinstance(row, Bad):
                tally.refuse(row.line, row.reason)
                continue
            batch.append(row)
            if len(batch) == BATCH:
                if under_way is not None:
                    under_way.result()
                under_way, batch = line.submit(sender.send, batch), []
                progress()
        if under_way is not None:
            under_way.result()
        if batch:
            line.submit(sender.send, batch).result()
    progress()


class Answered(Protocol):
    """What the hub says of a batch that it took."""

    @property
    def written(self) -> int:
        """How many rows changed something."""
        ...

    @property
    def unchanged(self) -> int:
        """How many rows were so already."""
        ...

    @property
    def warnings(self) -> tuple[RowProblem | str, ...]:
        """What is odd about rows that were taken: with their place in the batch, or as a sentence."""
        ...


class BatchSender(Generic[Wish]):
    """Sends what the hub takes whole or not at all, by halves when it does not; tells what it warns of."""

    def __init__(self, tally: Tally, put: Callable[[tuple[Wish, ...]], Answered]) -> None:
        """Send by `put`, which asks the hub once."""
        self._tally = tally
        self._put = put

    def send(self, batch: Sequence[Good[Wish]]) -> None:
        """Send a batch; the rows that the hub refuses are told and left out."""
        if not batch:
            return
        try:
            self.send_whole(batch)
        except (Rejected, TooLarge) as refusal:
            if len(batch) == 1:
                self._tally.refuse(batch[0].line, str(refusal))
                return
            middle = len(batch) // 2
            self.send(batch[:middle])
            self.send(batch[middle:])

    def send_whole(self, batch: Sequence[Good[Wish]]) -> None:
        """Send a batch; raise Rejected or TooLarge when the hub refuses it."""
        wishes = tuple(row.wish for row in batch)
        answer = patiently(lambda: self._put(wishes))
        self._tally.written += answer.written
        self._tally.unchanged += answer.unchanged
        for warning in answer.warnings:
            if isinstance(warning, str):
                self._tally.warn(batch[0].line, warning)
            else:
                self._tally.warn(batch[warning.row].line, warning.detail)
        self._tally.warnings += getattr(answer, "more_warnings", 0)


class ProductSender:
    """Sends products; a tax that the hub does not know is found out once."""

    def __init__(self, line: OwnerClient, tally: Tally) -> None:
        """Send over a line with the owner's key."""
        self._tally = tally
        self._batches: BatchSender[ProductWish] = BatchSender(
            tally, lambda wishes: line.put("/v1/products", GoodsWritten, PutProducts(products=wishes))
        )
        self._taxes: dict[str, str] = {}
        """Why the hub refuses a tax; empty for one that it takes."""

    def send(self, batch: Sequence[Good[ProductWish]]) -> None:
        """Send a batch, without the rows of unknown taxes."""
        tried = {row.line for row in batch if row.wish.tax_code not in self._taxes and self._try_tax(row)}
        rest = []
        for row in batch:
            refusal = self._taxes[row.wish.tax_code]
            if refusal:
                self._tally.refuse(row.line, refusal)
            elif row.line not in tried:
                rest.append(row)
        self._batches.send(rest)

    def _try_tax(self, row: Good[ProductWish]) -> bool:
        """Learn whether the hub takes a tax, by the first row that has it; tell whether that was sent."""
        code = row.wish.tax_code
        self._taxes[code] = ""
        try:
            self._batches.send_whole([row])
        except Rejected as rejected:
            if rejected.code == "tax_unknown":
                self._taxes[code] = str(rejected)
            return False
        return True


def price_sender(line: OwnerClient, tally: Tally) -> BatchSender[PriceWish]:
    """Return what sends prices, of everybody and of groups."""
    return BatchSender(tally, lambda wishes: line.put("/v1/prices", GoodsWritten, PutPrices(prices=wishes)))


class CustomerSender:
    """Sends customers; the hub says which rows it cannot read."""

    def __init__(self, line: OwnerClient, tally: Tally) -> None:
        """Send over a line with the owner's key."""
        self._line = line
        self._tally = tally

    def send(self, batch: Sequence[Good[CustomerWish]]) -> None:
        """Send a batch."""
        body = PutCustomers(customers=tuple(row.wish for row in batch))
        try:
            answer = patiently(lambda: self._line.put("/v1/customers", CustomersWritten, body))
        except (Rejected, TooLarge) as refusal:
            if len(batch) == 1:
                self._tally.refuse(batch[0].line, str(refusal))
                return
            middle = len(batch) // 2
            self.send(batch[:middle])
            self.send(batch[middle:])
            return
        self._tally.written += answer.written
        self._tally.unchanged += answer.unchanged
        for problem in answer.problems:
            self._tally.refuse(batch[problem.row].line, problem.detail)


def patiently(ask: Callable[[], Answer]) -> Answer:
    """Ask again while the line fails: the same rows twice change nothing at the hub."""
    for wait_s in BACK_OFF_S:
        try:
            return ask()
        except Retryable as trouble:
            time.sleep(min(max(wait_s, trouble.wait_ms / 1000), LONGEST_WAIT_S))
    return ask()
