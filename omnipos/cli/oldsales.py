"""Sales of an old system from a file of JSON lines, sent to the hub in batches as they are read."""

import contextlib
import gzip
import json
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

import click
import msgspec

from hub.historymessages import MOST_OLD_SALES, OldSalesWritten, PutOldSales
from omnipos.cli.rowfiles import Bad
from omnipos.cli.sending import patiently
from omnipos.domain.errors import EntryRefused
from omnipos.domain.money import format_money
from omnipos.domain.names import clean_text
from omnipos.domain.oldsale import OldLine, OldSale, OldTender
from omnipos.locale import _
from sync.errors import Rejected, TooLarge

BATCH = 500
BATCH_BYTES = 2 << 20
"""As much of a file goes into one request; the hub takes five times that."""
LONGEST_LINE = 1 << 20
_PLAIN = msgspec.json.Decoder(float_hook=Decimal)
_BOM = b"\xef\xbb\xbf"
assert BATCH <= MOST_OLD_SALES, "the hub takes a whole batch"


class OldLineRead(msgspec.Struct, frozen=True):
    """A line that is a sale, with as many bytes as it has in the file."""

    line: int
    size: int
    sale: OldSale


class OldSalesFile:
    """An open file with one sale a line."""

    def __init__(self, raw: BinaryIO, lines: BinaryIO) -> None:
        """Read lines whose bytes come from a file, unpacked."""
        self._raw = raw
        self._lines = lines
        self.overlooked: dict[str, int] = {}
        """Fields that nothing reads, and the line where each stood first."""

    @property
    def bytes_read(self) -> int:
        """How far the file itself was read."""
        return self._raw.tell()

    def sales(self) -> Iterator[OldLineRead | Bad]:
        """Yield every line as a sale, or why it is none, in order; empty lines are passed over."""
        decode = msgspec.json.Decoder(OldSale).decode
        for number, line in enumerate(self._each(), 1):
            if line is None:
                text = _("It is longer than {most} bytes, as no sale is.")
                yield Bad(number, text.format(most=LONGEST_LINE))
                continue
            if number == 1:
                line = line.removeprefix(_BOM)
            if not line.strip():
                continue
            try:
                try:
                    sale = decode(line)
                except msgspec.ValidationError:
                    sale = self._without_unknown(number, line)
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError) as error:
                yield Bad(number, _("It does not fit: {reason}.").format(reason=_reason(error)))
                continue
            yield OldLineRead(number, len(line), sale)

    def _each(self) -> Iterator[bytes | None]:
        """Yield each line, None for one that is too long to be kept in memory."""
        while line := self._lines.readline(LONGEST_LINE):
            if len(line) < LONGEST_LINE or line.endswith(b"\n"):
                yield line
                continue
            while rest := self._lines.readline(LONGEST_LINE):
                if rest.endswith(b"\n"):
                    break
            yield None

    def _without_unknown(self, number: int, line: bytes) -> OldSale:
        """Return a sale without the fields that nothing reads, which are remembered."""
        plain = _PLAIN.decode(line)
        if not isinstance(plain, dict):
            return msgspec.convert(plain, OldSale)
        kept = self._known(number, plain, OldSale)
        for name, kind in (("lines", OldLine), ("tenders", OldTender)):
            if isinstance(kept.get(name), list):
                kept[name] = [
                    self._known(number, one, kind) if isinstance(one, dict) else one for one in kept[name]
                ]
        return msgspec.convert(kept, OldSale)

    def _known(self, number: int, plain: dict[str, Any], kind: type[msgspec.Struct]) -> dict[str, Any]:
        for name in plain:
            if name not in kind.__struct_fields__ and len(self.overlooked) < 50:
                self.overlooked.setdefault(clean_text(name, 40), number)
        return {name: value for name, value in plain.items() if name in kind.__struct_fields__}


def _reason(error: Exception) -> str:
    return clean_text(str(error).rstrip("."), 300)


@contextlib.contextmanager
def open_old_sales(path: Path) -> Iterator[OldSalesFile]:
    """Open a file of sales in UTF-8, plain or .gz; raise EntryRefused when it breaks off."""
    try:
        with path.open("rb") as raw:
            lines: Any = gzip.GzipFile(fileobj=raw) if path.suffix == ".gz" else raw
            yield OldSalesFile(raw, lines)
    except (gzip.BadGzipFile, EOFError) as error:
        raise EntryRefused(
            _("{file} cannot be unpacked to its end: {reason}. Rows before that are kept.").format(
                file=path, reason=error
            )
        ) from error


class OldSalesTally:
    """What became of an import of sales so far."""

    def __init__(self) -> None:
        """Begin with nothing read."""
        self.sales = self.lines = self.total_minor = self.skipped = self.errors = self.unknown_customers = 0
        self.tenders: Counter[str] = Counter({"cash": 0, "card": 0})

    def add(self, written: OldSalesWritten) -> None:
        """Count what the hub says of a batch."""
        self.sales += written.sales
        self.lines += written.lines
        self.total_minor += written.total_minor
        self.skipped += written.skipped
        self.unknown_customers += written.unknown_customers
        for kind, amount_minor in written.tenders.items():
            self.tenders[kind] += amount_minor

    def refuse(self, line: int, reason: str) -> None:
        """Count a line that is left out and say why: each of them is money that is missing."""
        self.errors += 1
        click.echo(_("Line {line}: {reason}").format(line=line, reason=reason), err=True)

    def summary(self) -> dict[str, Any]:
        """Return the counts and sums, in minor units."""
        return {
            "sales": self.sales,
            "lines": self.lines,
            "total_minor": self.total_minor,
            "tenders": dict(self.tenders),
            "skipped": self.skipped,
            "errors": self.errors,
        }


class OldSalesSender:
    """Sends batches of sales one after the other, each while the next is read."""

    def __init__(
        self, put: Callable[[PutOldSales], OldSalesWritten], store_code: str, tally: OldSalesTally
    ) -> None:
        """Send by `put`, which asks the hub once."""
        self._put = put
        self._store_code = store_code
        self._tally = tally

    def send_all(self, file: OldSalesFile, progress: Callable[[], None]) -> None:
        """Send every sale of a file and tell every line that is none."""
        with ThreadPoolExecutor(max_workers=1) as line:
            under_way: Future[None] | None = None
            for batch in self._batches(file):
                if under_way is not None:
                    under_way.result()
                under_way = line.submit(self._send, batch)
                progress()
            if under_way is not None:
                under_way.result()
        progress()

    def _batches(self, file: OldSalesFile) -> Iterator[list[OldLineRead]]:
        batch: list[OldLineRead] = []
        size = 0
        for row in file.sales():
            if isinstance(row, Bad):
                self._tally.refuse(row.line, row.reason)
                continue
            batch.append(row)
            size += row.size
            if len(batch) == BATCH or size > BATCH_BYTES:
                yield batch
                batch, size = [], 0
        if batch:
            yield batch

    def _send(self, batch: list[OldLineRead]) -> None:
        body = PutOldSales(sales=tuple(row.sale for row in batch), store_code=self._store_code)
        try:
            written = patiently(lambda: self._put(body))
        except (Rejected, TooLarge) as refusal:
            if len(batch) == 1:
                self._tally.refuse(batch[0].line, str(refusal))
                return
            middle = len(batch) // 2
            self._send(batch[:middle])
            self._send(batch[middle:])
            return
        self._tally.add(written)
        for problem in written.problems:
            self._tally.refuse(batch[problem.row].line, problem.detail)


def tell_old_sales(tally: OldSalesTally, overlooked: dict[str, int], trouble: str, currency: str) -> None:
    """Sum up in words, or without a currency in one JSON object on one line."""
    for name, line in overlooked.items():
        text = _("Line {line}: nothing reads the field “{name}”; it is passed over, here and further on.")
        click.echo(text.format(line=line, name=name), err=True)
    if tally.unknown_customers:
        text = _(
            "{count} sales name a phone number that no customer has; they are kept without a customer."
            " Customers that are imported before the sales get them on their cards."
        )
        click.echo(text.format(count=tally.unknown_customers), err=True)
    if not currency:
        click.echo(json.dumps(tally.summary() | ({"error": trouble} if trouble else {})))
        return
    if trouble:
        click.echo(trouble, err=True)
        return
    text = _(
        "{sales} sales with {lines} lines are in, {total} altogether."
        " {skipped} were there already, {errors} lines are left out."
    )
    total = format_money(tally.total_minor, currency)
    click.echo(text.format(**tally.summary() | {"total": total}))
