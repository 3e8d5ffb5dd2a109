"""`omnipos export-outbox FILE` and `omnipos hub take-in FILE`: what is unsent, carried to the hub by hand."""

import contextlib
import gzip
import json
import os
import shutil
import sqlite3
import sys
import tempfile
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec

from omnipos.cli.folders import data_dir_option
from omnipos.cli.owner import hub_options, owner_line
from omnipos.domain.errors import EntryRefused, StoreTrouble
from omnipos.locale import _, ngettext
from omnipos.protocol import MOST_BYTES, MOST_EVENTS, ExportHead, Outcome, PushAnswer, TakeIn
from omnipos.services.exporting import Exported, export_outbox, note_exported
from omnipos.services.till import SystemClock
from omnipos.store.connection import BOOKS_FILE, Connection, free_reserve, open_books_to_read

file_argument = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))


@click.command()
@file_argument
@data_dir_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def export(file: Path, data_dir: Path, as_json: bool) -> None:
    """Save all that is not at the hub to FILE; also beside a running till and of another version's folder."""
    free_reserve(data_dir)
    exported = export_to(data_dir, file)
    # A folder that cannot be written is exported all the same; only wiping it asks again.
    with contextlib.suppress(OSError):
        note_exported(data_dir, exported)
    if as_json:
        click.echo(json.dumps({"events": exported.events, "file": str(file.absolute())}))
        return
    text = ngettext(
        "{events} event is saved in {file}. Let the hub take it in with: omnipos hub take-in FILE",
        "{events} events are saved in {file}. Let the hub take them in with: omnipos hub take-in FILE",
        exported.events,
    )
    click.echo(text.format(events=exported.events, file=file))


def export_to(folder: Path, file: Path) -> Exported:
    """Write the outbox of a folder to a file, whole or not at all."""
    try:
        with _readable(folder) as books, written_whole(file) as unfinished, unfinished.open("wb") as target:
            return export_outbox(books, target, SystemClock().now_ms())
    except (OSError, sqlite3.Error) as error:
        raise StoreTrouble(
            _(
                "The file {file} was not written: {reason}. The till's data is untouched; try another disk."
            ).format(file=file, reason=error)
        ) from error


@contextlib.contextmanager
def written_whole(file: Path) -> Iterator[Path]:
    """Give a path to write to, beside a file, that takes the file's name once it is on disk."""
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        os.close(os.open(unfinished, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600))
        yield unfinished
        handle = os.open(unfinished, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)


@contextlib.contextmanager
def _readable(folder: Path) -> Iterator[Connection]:
    """Read the books where they lie; a folder that takes no writes at all is read in a copy."""
    with contextlib.ExitStack() as stack:
        books = open_books_to_read(folder)
        stack.callback(books.close)
        try:
            books.execute("SELECT count(*) FROM event").fetchone()
        except sqlite3.OperationalError:
            copy = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            for one in folder.glob(f"{BOOKS_FILE}*"):
                if not one.name.endswith("-shm"):
                    shutil.copy(one, copy / one.name)
            books = open_books_to_read(copy)
            stack.callback(books.close)
        books.execute("BEGIN")
        yield books


@click.command()
@file_argument
@hub_options
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def take_in(file: Path, as_json: bool, address: str, key_file: Path) -> None:
    """Take in what `omnipos export-outbox` saved; twice is harmless. Exit code 1: not all was taken."""
    outcomes: Counter[str] = Counter()
    reasons: list[str] = []
    with owner_line(address, key_file) as line:
        for batch in _batches(file):
            answer = line.post("/v1/take-in", PushAnswer, batch)
            outcomes.update(one.outcome.value for one in answer.verdicts)
            reasons += [one.reason for one in answer.verdicts if one.reason]
    told = {one.value: outcomes[one.value] for one in Outcome}
    if as_json:
        click.echo(json.dumps({**told, "reasons": sorted(set(reasons))}))
    else:
        text = _("New: {applied}, known before: {duplicate}, set aside: {quarantined}, not taken: {retry}.")
        click.echo(text.format(**told))
        for reason in sorted(set(reasons)):
            click.echo(f"  {reason}")
    sys.exit(1 if told["quarantined"] or told["retry"] else 0)


def _batches(file: Path) -> Iterator[TakeIn]:
    head, lines = _read(file)
    line = msgspec.json.decode(lines[0])["hash"] if lines else ""
    batch: list[msgspec.Raw] = []
    size = 0
    for raw in lines:
        if batch and (len(batch) == MOST_EVENTS or size + len(raw) > MOST_BYTES):
            yield TakeIn(device_id=head.device_id, line=line, epoch=head.epoch, events=tuple(batch))
            batch, size = [], 0
        batch.append(msgspec.Raw(raw))
        size += len(raw)
    if batch:
        yield TakeIn(device_id=head.device_id, line=line, epoch=head.epoch, events=tuple(batch))


def _read(file: Path) -> tuple[ExportHead, list[bytes]]:
    try:
        first, *lines = gzip.decompress(file.read_bytes()).splitlines()
        head = msgspec.json.decode(first, type=ExportHead)
        if head.format != ExportHead.__struct_defaults__[0] or len(lines) != head.events:
            raise ValueError(_("it is not whole"))
    except (OSError, EOFError, ValueError, zlib.error, msgspec.MsgspecError) as error:
        raise EntryRefused(
            _("{file} cannot be taken in: {reason}. Nothing was sent; export it again.").format(
                file=file, reason=error
            )
        ) from error
    return head, lines
