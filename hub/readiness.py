"""Whether this hub process may be given requests: its database answers and fits it, and it is not to stop."""

import asyncio
import logging
from functools import lru_cache
from pathlib import Path

import msgspec
from sqlalchemy import Connection, column, select
from sqlalchemy import table as sql_table
from sqlalchemy.exc import SQLAlchemyError

from hub.context import Hub
from hub.database import NEWEST
from hub.problems import Refused
from omnipos.locale import _

PATIENCE_S = 3.0
"""A database that takes longer to say where it stands is as good as away."""

log = logging.getLogger(__name__)


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """`GET /v1/ready`: this process takes requests."""

    instance: str
    revision: str
    """Where the tables of the database stand."""


async def look(hub: Hub) -> Ready:
    """Return where the hub stands; raise Refused 503 when it should be given nothing now."""
    if hub.stopping:
        raise Refused(503, "stopping", _("This hub process is about to stop; ask another one."))
    try:
        async with asyncio.timeout(PATIENCE_S):
            revision = await hub.read(revision_of)
    except (SQLAlchemyError, TimeoutError) as trouble:
        log.warning("Not ready: the database does not answer: %s", type(trouble).__name__)
        detail = _("The hub's database cannot be reached. Nothing is lost; tills keep what they sell.")
        raise Refused(503, "database", detail, retry_after_s=1) from trouble
    if is_behind(revision):
        detail = _(
            "The hub's tables are older than its program. Start the hub again to bring them up to date."
        )
        raise Refused(503, "migrations", detail)
    return Ready(instance=hub.instance, revision=revision)


def revision_of(conn: Connection) -> str:
    """Return which revision the tables are of."""
    return str(conn.scalar(select(column("version_num")).select_from(sql_table("alembic_version"))) or "")


def is_behind(revision: str) -> bool:
    """Tell whether tables lack a revision of this program; those of a newer program it can work with."""
    return revision != NEWEST and (not revision or revision in _own_revisions())


@lru_cache(maxsize=1)
def _own_revisions() -> frozenset[str]:
    files = (Path(__file__).parent / "migrations" / "versions").glob("*.py")
    lines = (line for file in files for line in file.read_text().splitlines())
    return frozenset(line.split('"')[1] for line in lines if line.startswith('revision = "'))
