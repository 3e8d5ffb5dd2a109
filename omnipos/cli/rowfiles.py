"""What every importer reads rows from, CSV or JSON lines: wishes, or each bad row with its line and reason.

`open_rows` opens either by its suffix; `.wishes(kind, from_csv)` yields `Good` and `Bad`. A line of
JSON is one wish as the hub's API takes it; `from_csv` looks up a table's columns and returns what
makes a wish of a row, raising DomainError with the reason for one that cannot be read.
"""

import contextlib
import gzip
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Generic, Protocol, TypeVar

import msgspec

from omnipos.domain.errors import EntryRefused
from omnipos.locale import _

if TYPE_CHECKING:
    from omnipos.cli.csvrows import Table

Wish = TypeVar("Wish")
Made = TypeVar("Made", covariant=True)
JSON_SUFFIXES = (".jsonl", ".ndjson")


class Good(msgspec.Struct, Generic[Wish], frozen=True):
    """A row that can be sent."""

    line: int
    wish: Wish


class Bad(msgspec.Struct, frozen=True):
    """A row that is left out, and why."""

    line: int
    reason: str


class FromRow(Protocol[Made]):
    """Makes a wish of the texts of one row of a table."""

    def __call__(self, row: list[str], /) -> Made:
        """Return the wish; raise DomainError with the reason for a row that makes none."""
        ...


class RowFile(Protocol):
    """An open file of rows."""

    @property
    def bytes_read(self) -> int:
        """How far the file itself was read."""
        ...

    def wishes(
        self, kind: type[Wish], from_csv: "Callable[[Table], FromRow[Wish]]"
    ) -> Iterator[Good[Wish] | Bad]:
        """Yield every row as a wish, or why it is none, in order."""
        ...


class JsonLines:
    """An open file with one wish a line, written as the hub's API takes it."""

    def __init__(self, raw: BinaryIO, text: io.TextIOBase) -> None:
        """Read lines of a text whose bytes come from a file."""
        self._raw = raw
        self._text = text

    @property
    def bytes_read(self) -> int:
        """How far the file itself was read."""
        return self._raw.tell()

    def wishes(
        self, kind: type[Wish], from_csv: "Callable[[Table], FromRow[Wish]]"
    ) -> Iterator[Good[Wish] | Bad]:
        """Yield every line as a wish, or why it is none; empty lines are passed over."""
        decode = msgspec.json.Decoder(kind).decode
        for number, line in enumerate(self._text, 1):
            if not line.strip():
                continue
            try:
                wish = decode(line)
            except (msgspec.MsgspecError, RecursionError, UnicodeEncodeError) as error:
                yield Bad(number, _("It does not fit: {reason}.").format(reason=str(error).rstrip(".")))
                continue
            yield Good(number, wish)


@contextlib.contextmanager
def open_rows(path: Path) -> Iterator[RowFile]:
    """Open a file of rows in UTF-8, plain or .gz; raise EntryRefused when it breaks off."""
    from omnipos.cli.csvrows import Table

    plain = path.name.casefold().removesuffix(".gz")
    try:
        with path.open("rb") as raw:
            whole: BinaryIO = gzip.GzipFile(fileobj=raw) if path.suffix == ".gz" else raw  # type: ignore[assignment]
            with io.TextIOWrapper(whole, encoding="utf-8-sig", errors="replace", newline="") as text:
                yield JsonLines(raw, text) if plain.endswith(JSON_SUFFIXES) else Table(raw, text)
    except (gzip.BadGzipFile, EOFError) as error:
        raise EntryRefused(
            _("{file} cannot be unpacked to its end: {reason}. Rows before that are kept.").format(
                file=path, reason=error
            )
        ) from error
