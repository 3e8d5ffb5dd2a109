"""Disks that fail: a sync that goes wrong inside SQLite, a full disk, folders that root may not write."""

import _sqlite3
import contextlib
import ctypes
import resource
import sqlite3
from collections.abc import Iterator
from pathlib import Path

JOURNAL_POINTER = 28
IOERR_FSYNC = 10 | 4 << 8
SYNC_SLOT, METHODS = 5, 20
DB_OFFSET = 16
"""Where a connection of CPython's sqlite3 keeps SQLite's own: behind the head of every object."""
CAP_VERSION, CAP_DAC_OVERRIDE = 0x20080522, 1


class FailingSync:
    """The first sync of a connection's write-ahead log fails; those after it report success, as disks do."""

    def __init__(self, books: sqlite3.Connection) -> None:
        """Put a sync of our own between SQLite and the file."""
        library = ctypes.CDLL(_sqlite3.__file__)
        file = ctypes.c_void_p()
        handle = ctypes.c_void_p.from_address(id(books) + DB_OFFSET)
        done = library.sqlite3_file_control(handle, b"main", JOURNAL_POINTER, ctypes.byref(file))
        assert done == 0
        assert file.value
        self.failed = 0
        self._slot = ctypes.c_void_p.from_address(file.value)
        self._real = self._slot.value
        assert self._real
        self._table = (ctypes.c_void_p * METHODS).from_buffer_copy(ctypes.string_at(self._real, METHODS * 8))
        kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int)
        self._sync = kind(self._fail)
        self._table[SYNC_SLOT] = ctypes.cast(self._sync, ctypes.c_void_p)
        self._slot.value = ctypes.addressof(self._table)

    def _fail(self, _file: int, _flags: int) -> int:
        self.failed += 1
        return IOERR_FSYNC if self.failed == 1 else 0


@contextlib.contextmanager
def no_file_longer_than(length: int) -> Iterator[None]:
    """Let no file of this process grow beyond a length, in bytes; a write that would is an error."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (length, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def fill_up(file: Path) -> None:
    """Write to a file until its disk takes no more; that ends with OSError."""
    with file.open("wb") as film:
        while True:
            film.write(bytes(1 << 16))
            film.flush()


class _CapHeader(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _CapSets(ctypes.Structure):
    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


@contextlib.contextmanager
def held_to_permissions() -> Iterator[None]:
    """Hold this thread, and those it starts, to the permissions of files, though it may be root's."""
    libc = ctypes.CDLL(None, use_errno=True)
    header, sets = _CapHeader(CAP_VERSION, 0), (_CapSets * 2)()
    assert libc.capget(ctypes.byref(header), ctypes.byref(sets)) == 0
    before = sets[0].effective
    sets[0].effective = before & ~(1 << CAP_DAC_OVERRIDE)
    assert libc.capset(ctypes.byref(header), ctypes.byref(sets)) == 0
    try:
        yield
    finally:
        sets[0].effective = before
        assert libc.capset(ctypes.byref(header), ctypes.byref(sets)) == 0
