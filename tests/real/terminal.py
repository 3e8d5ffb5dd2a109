"""A program in a pseudo-terminal, read as a person reads it: by what stands on the screen."""

import time
from collections.abc import Callable

import pexpect
import pyte


class Terminal:
    """A child in a terminal of a size; `screen` is what it shows now."""

    def __init__(self, command: list[str], columns: int = 80, rows: int = 24) -> None:
        """Start a program."""
        self.child = pexpect.spawn(
            command[0], command[1:], dimensions=(rows, columns), env=None, timeout=None
        )
        self.child.delaybeforesend = None
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)

    @property
    def screen(self) -> str:
        """All that stands on the screen, a line a row."""
        return "\n".join(self._screen.display)

    def read(self, seconds: float = 0.05) -> None:
        """Take what the program painted."""
        try:
            self._stream.feed(self.child.read_nonblocking(1 << 16, seconds))
        except pexpect.TIMEOUT:
            return

    def until(self, *wanted: str, seconds: float = 30.0) -> str:
        """Wait until all texts stand on the screen at once; return the screen."""
        return self.until_true(lambda screen: all(text in screen for text in wanted), str(wanted), seconds)

    def until_true(self, holds: Callable[[str], bool], what: str, seconds: float = 30.0) -> str:
        """Wait until something holds of the screen; return the screen."""
        end = time.monotonic() + seconds
        while not holds(self.screen):
            assert time.monotonic() < end, f"{what} did not come; the screen is\n{self.screen}"
            self.read()
        return self.screen

    def until_ended(self, seconds: float = 30.0) -> None:
        """Wait until the program has ended."""
        end = time.monotonic() + seconds
        while self.child.isalive():
            assert time.monotonic() < end, "the program did not end"
            try:
                self.read()
            except pexpect.EOF:
                self.child.wait()

    def press(self, keys: str) -> None:
        """Send keys at once, as a scanner or a function key does."""
        self.child.send(keys)

    def type(self, text: str) -> None:
        """Send keys one by one as a quick person does, 8 a second."""
        for key in text:
            end = time.monotonic() + 0.125
            self.child.send(key)
            while time.monotonic() < end:
                self.read(0.02)


F12 = "\x1b[24~"
"""The key that pays, as a terminal sends it."""
