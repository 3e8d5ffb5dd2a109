"""The folder of training: books of its own beside a copy of the mirror, thrown away when training ends."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from msgspec.structs import replace

from omnipos.mirroring.files import FILES, REST
from omnipos.store.connection import Connection, Store, transaction
from omnipos.store.identity import Identity, save_identity
from omnipos.store.mirrorfiles import FIRST, mirror_path

TRAINING_FOLDER = "training"
STORE_CODE = "TRAIN"
"""Stands at the beginning of every receipt number of training; no store of a shop has it."""


def begin_training(real: Store, identity: Identity) -> tuple[Store, Identity]:
    """Open a store for training beside a real one, of which only the mirror is read.

    What an earlier training left, also one that was cut off, goes first.
    """
    folder = real.folder / TRAINING_FOLDER
    clear_training(real.folder)
    folder.mkdir(mode=0o700)
    trainee = replace(
        identity,
        device_id=f"{TRAINING_FOLDER}-{identity.device_id}",
        store_code=STORE_CODE,
        epoch=1,
        hub_epoch=TRAINING_FOLDER,
    )
    for file in FILES:
        copy = folder / FIRST[file]
        os.close(os.open(copy, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o600))
        uri = f"{mirror_path(real.folder, file).absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True)) as source, closing(sqlite3.connect(copy)) as mirror:
            source.backup(mirror)
            if file == REST:
                _give_orders(mirror, identity.device_id, trainee.device_id)
            mirror.execute("UPDATE cursor SET applied_epoch = 0, applied_seq = 0")
            mirror.commit()
    store = Store(folder)
    failures = real.call(lambda: _failures(real.books))
    store.call(lambda: _begin(store.books, trainee, failures))
    return store, trainee


def _give_orders(mirror: Connection, real_id: str, trainee_id: str) -> None:
    """Let the orders that the real till holds be held by the trainee; nothing here is in the mirror yet."""
    mirror.execute(
        "UPDATE orders SET body = CAST(replace(CAST(body AS TEXT), ?, ?) AS BLOB)",
        (f'"{real_id}"', f'"{trainee_id}"'),
    )


def _begin(books: Connection, identity: Identity, failures: dict[str, int]) -> None:
    with transaction(books):
        save_identity(books, identity)
        _save_failures(books, failures)


def keep_failures(real: Store, training: Store) -> None:
    """Carry wrong PINs of training over to the real till: practising is no way to guess one."""
    tried = training.call(lambda: _failures(training.books))
    if tried != real.call(lambda: _failures(real.books)):
        real.call(lambda: _replace_failures(real.books, tried))


def _failures(books: Connection) -> dict[str, int]:
    return dict(books.execute("SELECT staff_id, failures FROM sign_in_failure").fetchall())


def _replace_failures(books: Connection, failures: dict[str, int]) -> None:
    with transaction(books):
        books.execute("DELETE FROM sign_in_failure")
        _save_failures(books, failures)


def _save_failures(books: Connection, failures: dict[str, int]) -> None:
    books.executemany("INSERT INTO sign_in_failure VALUES (?, ?)", failures.items())


def clear_training(folder: Path) -> None:
    """Throw away what training left in a till's data folder."""
    left = folder / TRAINING_FOLDER
    if left.exists():
        shutil.rmtree(left)
