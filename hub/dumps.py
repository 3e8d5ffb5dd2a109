"""The hub's database on PostgreSQL out of it and into it again, by PostgreSQL's own programs."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from hub import tables
from hub.auth import Role
from hub.backups import must_name
from hub.postgres import libpq_address
from omnipos.domain.errors import EntryRefused, StoreTrouble
from omnipos.locale import _

SCHEMA = "public"
VERSIONS = "alembic_version"


class Programs:
    """PostgreSQL's programs: in one folder, or wherever they are found."""

    def __init__(self, folder: str = "") -> None:
        """Look in a folder; without one on the PATH."""
        self.folder = folder

    def run(self, name: str, words: Sequence[str | Path], conninfo: str = "") -> None:
        """Run a program, on a database; the password is not among the words, which everybody sees."""
        program = shutil.which(name, path=self.folder or None)
        if program is None:
            raise StoreTrouble(
                _(
                    "PostgreSQL's program {name} was not found, and nothing was changed. Install PostgreSQL's"
                    " client programs, or name their folder with --programs."
                ).format(name=name)
            )
        shown = conninfo_to_dict(conninfo)
        secret = shown.pop("password", None)
        database = ["-d", make_conninfo("", **shown)] if conninfo else []
        done = subprocess.run(  # noqa: S603 - a program of PostgreSQL's, and no shell
            [program, *database, *map(str, words)],
            env={**os.environ, **({"PGPASSWORD": str(secret)} if secret else {})},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise StoreTrouble(
                _("{name} could not do it, and nothing was changed: {reason}").format(
                    name=name, reason=" ".join(done.stderr.split())[-600:]
                )
            )


def name_of(address: str) -> str:
    """Return the name of the database at an address."""
    return str(conninfo_to_dict(libpq_address(address)).get("dbname", ""))


def dump(address: str, file: Path, programs: Programs) -> None:
    """Write a database as it is at one moment to a file; whoever writes to it goes on."""
    words = ("--format=custom", "--no-owner", "--no-privileges", "--file", file)
    programs.run("pg_dump", words, libpq_address(address))


def load(address: str, file: Path, programs: Programs, *, replace: str, hub_epoch: str) -> None:
    """Put a dump into a database in one transaction, with a new epoch for the hub: all of it or nothing.

    A database with tables is refused unless `replace` is its name, and one that anybody works on always.
    """
    filled = _is_filled(address, replace)
    # Between two programs a broken pipe would look like a good end; a file is whole or the first one failed.
    script = file.with_suffix(".sql")
    clean = ("--clean", "--if-exists") if filled else ()
    programs.run("pg_restore", ("--no-owner", "--no-privileges", *clean, "--file", script, file))
    # The owner's key is the one that lies on this machine, or a new one.
    renewed = (
        f"UPDATE {SCHEMA}.hub SET hub_epoch = '{hub_epoch}';"  # noqa: S608 - digits of our own
        f" DELETE FROM {SCHEMA}.api_key WHERE role = '{Role.ADMIN}'"
    )
    words: list[str | Path] = ["--no-psqlrc", "--quiet", "--single-transaction", "-v", "ON_ERROR_STOP=1"]
    words += ["-o", os.devnull, *(("-c", _dropping()) if filled else ()), "-f", script, "-c", renewed]
    programs.run("psql", words, libpq_address(address))


def _is_filled(address: str, replace: str) -> bool:
    """Tell whether a database has tables; refuse one that may not be restored now."""
    with psycopg.connect(libpq_address(address)) as line:
        others = line.execute(_OTHERS).fetchall()
        filled = line.execute(_FILLED, [SCHEMA]).fetchone() is not None
    name = name_of(address)
    if others:
        raise EntryRefused(
            _(
                "{count} connections to {name} are open: {whose}. Stop every hub first; nothing was changed."
            ).format(count=len(others), name=name, whose=", ".join(sorted({one[0] for one in others})))
        )
    if filled and replace != name:
        raise EntryRefused(must_name(name))
    return filled


def _dropping() -> str:
    """Return the statement that drops every table a hub may have, also those that the dump does not know."""
    names = ", ".join(f'{SCHEMA}."{name}"' for name in (*tables.hub.metadata.tables, VERSIONS))
    return f"DROP TABLE IF EXISTS {names} CASCADE"


_OTHERS = """
SELECT coalesce(nullif(application_name, ''), usename) || coalesce(' (' || host(client_addr) || ')', '')
FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
_FILLED = "SELECT 1 FROM pg_tables WHERE schemaname = %s LIMIT 1"
