"""A hub's tables taken back to an older version and brought here again."""

from pathlib import Path

from alembic import command
from alembic.config import Config

import hub
from hub.database import Database


def migrate_again(database: Database, revision: str) -> None:
    """Take a database back to a revision, and forward to the newest."""
    config = Config()
    config.set_main_option("script_location", str(Path(hub.__file__).parent / "migrations"))
    for direction, target in ((command.downgrade, revision), (command.upgrade, "head")):
        with database.writing.connect() as conn:
            config.attributes["connection"] = conn
            direction(config, target)
