"""`omnipos verify`: the chain is whole, the books equal the journal, the numbers have no gap."""

import json
import sqlite3
import sys
from pathlib import Path

import click
import msgspec

from omnipos.cli.comparing import compare_with_hub
from omnipos.cli.folders import data_dir_option
from omnipos.cli.membership import load_membership
from omnipos.cli.reading import speak_as_shop
from omnipos.locale import _
from omnipos.services import verifying
from omnipos.services.witnessing import Testimony
from omnipos.store.connection import open_to_read
from omnipos.store.witness import WITNESS_FILE, load_witness


@click.command()
@data_dir_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def verify(data_dir: Path, as_json: bool) -> None:
    """Prove that the books are whole; exit code 1 says that they are not, and the output says where."""
    found = verified(data_dir)
    compared = compare_with_hub(data_dir)
    findings = (*found.findings, *compared.findings)
    if as_json:
        told = {
            "ok": not findings,
            "events": found.events,
            "sales": found.sales,
            "total_minor": found.total_minor,
            "head": found.head_hash,
            "findings": list(findings),
            "hub_asked": compared.asked,
        }
        click.echo(json.dumps(told))
    elif findings:
        click.echo(_("The books are not whole. Call for help before selling on; change nothing:"))
        for finding in findings:
            click.echo(f"  {finding}")
    else:
        text = _("All is whole: events {events}, sales {sales}, no gap, nothing changed.")
        click.echo(text.format(events=found.events, sales=found.sales))
    if compared.note and not as_json:
        click.echo(_("The hub was not asked ({reason}).").format(reason=compared.note.rstrip(".")))
    sys.exit(1 if findings else 0)


def verified(folder: Path) -> verifying.Verification:
    """Verify a folder beside the till that runs on it; a file that cannot be read is a finding."""
    books = None
    try:
        testimony = _testimony(folder)
        books = open_to_read(folder)
        speak_as_shop(books, folder)
        # One view of the books, however much a running till writes meanwhile.
        books.execute("BEGIN")
        return verifying.verify(books, testimony)
    except msgspec.DecodeError as error:
        text = _("The file {file} is damaged: {reason}.")
        finding = text.format(file=folder / WITNESS_FILE, reason=error)
        return verifying.Verification(events=0, sales=0, total_minor=0, head_hash="", findings=(finding,))
    except sqlite3.DatabaseError as error:
        text = _("The file {file} is damaged and cannot be read to its end: {reason}.")
        finding = text.format(file=folder / "books.db", reason=error)
        return verifying.Verification(events=0, sales=0, total_minor=0, head_hash="", findings=(finding,))
    finally:
        if books is not None:
            books.close()


def _testimony(folder: Path) -> Testimony | None:
    member, witness = load_membership(folder), load_witness(folder)
    return Testimony(witness=witness, hub_key=member.hub_key) if member and witness else None
