"""A CSV file as a table: its columns by their header's names, its rows by their lines."""

import csv
import io
from collections import deque
from collections.abc import Callable, Iterator
from typing import BinaryIO, TypeVar

from omnipos.cli.rowfiles import Bad, FromRow, Good
from omnipos.domain.errors import DomainError, EntryRefused
from omnipos.locale import _

Wish = TypeVar("Wish")


class Table:
    """An open CSV file behind its header."""

    def __init__(self, raw: BinaryIO, text: io.TextIOBase) -> None:
        """Read the header; raise EntryRefused when there is none."""
        self._raw = raw
        self._text = text
        self._taken: list[str] = []
        self._again: deque[str] = deque()
        first = text.readline()
        self._mark = max(",;\t", key=first.count)
        names = next(csv.reader([first], delimiter=self._mark), [])
        self._width = len(names)
        self._columns = {name.strip().casefold(): place for place, name in enumerate(names)}
        self._asked: set[str] = set()
        if not first.strip():
            raise EntryRefused(_("The file is empty; its first line names the columns."))

    @property
    def bytes_read(self) -> int:
        """How far the file itself was read."""
        return self._raw.tell()

    def need(self, *names: str) -> None:
        """Raise EntryRefused when a column is missing."""
        missing = [name for name in names if name not in self._columns]
        if missing:
            raise EntryRefused(
                _("The file has no column {missing}. It has {there}.").format(
                    missing=", ".join(missing), there=", ".join(self._columns)
                )
            )

    def has(self, name: str) -> bool:
        """Tell whether the file has a column."""
        self._asked.add(name)
        return name in self._columns

    def refuse_others(self, *harmless: str) -> None:
        """Raise EntryRefused for a column that nothing asked for: a slip in a name must lose no condition."""
        others = self._columns.keys() - self._asked - {"", *harmless}
        if others:
            raise EntryRefused(
                _(
                    "Nothing reads the column {others} of this file, so nothing was imported. Rename it or"
                    " take it out; the file may have {known}."
                ).format(others=", ".join(sorted(others)), known=", ".join(sorted(self._asked)))
            )

    def column(self, name: str) -> Callable[[list[str]], str]:
        """Return what takes a column's text from a row; empty where the file has none."""
        self._asked.add(name)
        place = self._columns.get(name)
        if place is None:
            return lambda row: ""
        return lambda row: row[place].strip() if place < len(row) else ""

    def wishes(
        self, kind: type[Wish], from_csv: "Callable[[Table], FromRow[Wish]]"
    ) -> Iterator[Good[Wish] | Bad]:
        """Yield every row as a wish, or why it is none, in order."""
        make = from_csv(self)
        for line, row in self.rows():
            if isinstance(row, str):
                yield Bad(line, row)
                continue
            try:
                wish = make(row)
            except DomainError as error:
                yield Bad(line, str(error))
                continue
            yield Good(line, wish)

    def rows(self) -> Iterator[tuple[int, list[str] | str]]:
        """Yield each row behind the header with its first line's number, or why it cannot be read."""
        taken, row, trouble = self._taken, [""], ""
        read = csv.reader(self._lines(), delimiter=self._mark)
        line = 2
        while True:
            taken.clear()
            try:
                row = next(read)
            except StopIteration:
                return
            except csv.Error as error:
                trouble = str(error)
            if len(taken) > 1 and (trouble or not self._is_one_row(taken)):
                # One stray quote would swallow all up to the next one: only its own line is given up.
                self._again.extendleft(reversed(taken[1:]))
                del taken[1:]
                read = csv.reader(self._lines(), delimiter=self._mark)
                trouble = _("A quotation mark in it is opened and not closed. Only this line is left out.")
            if trouble:
                yield line, trouble
                trouble = ""
            elif row:
                yield line, row
            line += len(taken)

    def _lines(self) -> Iterator[str]:
        taken, again = self._taken, self._again
        while again:
            taken.append(again.popleft())
            yield taken[-1]
        for line in self._text:
            taken.append(line)
            yield line

    def _is_one_row(self, lines: list[str]) -> bool:
        """Tell whether lines that quotes hold together are one row, with no whole row among them."""
        try:
            (row,) = csv.reader(lines, delimiter=self._mark, strict=True)
        except (csv.Error, ValueError):
            return False
        whole = [line.count(self._mark) + 1 >= self._width for line in lines]
        if len(row[0].splitlines()) > 1 and not whole[0]:
            # What goes on after a break in the first column has all others behind it.
            whole[-1] = False
        return len(row) == self._width and not any(whole[1:])
