"""A folder for a printer: each paper as a file of its bytes, and a picture drawn from those bytes."""

import os
import re
import threading
from collections.abc import Callable
from pathlib import Path

from printing.links import PrinterAway, PrintInterrupted


class FolderLink:
    """Writes `0001-receipt-….escpos` and `.png`, counting on from what the folder holds."""

    def __init__(self, folder: Path, columns: int) -> None:
        self._folder = folder
        self._columns = columns
        self._abandoned = threading.Event()

    def send(self, composed: bytes, name: str, before_first_byte: Callable[[], None]) -> None:
        """Write both files; a picture that fails names a wrong command, see PaperUnreadable."""
        from printing.paper import png

        if self._abandoned.is_set():
            raise PrinterAway("the till is stopping")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            stem = f"{self._next_number():04d}-{_file_name(name)}"
        except OSError as error:
            raise PrinterAway(str(error)) from error
        before_first_byte()
        picture = png(composed, self._columns)
        try:
            self._write(f"{stem}.escpos", composed)
            self._write(f"{stem}.png", picture)
        except OSError as error:
            raise PrintInterrupted(str(error)) from error

    def abandon(self) -> None:
        """Refuse every later paper."""
        self._abandoned.set()

    def _next_number(self) -> int:
        numbers = (name.partition("-")[0] for name in os.listdir(self._folder))
        return max((int(number) for number in numbers if number.isdecimal()), default=0) + 1

    def _write(self, name: str, content: bytes) -> None:
        unfinished = self._folder / f".{name}.part"
        unfinished.write_bytes(content)
        unfinished.replace(self._folder / name)


def _file_name(name: str) -> str:
    """Return a name that stays inside the folder, whatever the order number was."""
    return re.sub(r"[^A-Za-z0-9_-]+", "_", name)[:80] or "paper"
