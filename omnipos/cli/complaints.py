"""How a command tells that something went wrong: one line for the person, all of it in the log."""

import contextlib
import logging
from collections.abc import Iterator
from pathlib import Path

import click

from omnipos.cli.folders import default_folder, folder_in_use
from omnipos.domain.errors import DomainError
from omnipos.locale import _

LOG_FILE = "omnipos.log"
LARGEST_LOG = 1 << 20


class Complaint(click.ClickException):
    """One line on the error output, and exit code 1."""

    def show(self, file: object = None) -> None:
        """Print the line as it is."""
        click.echo(self.message, err=True)


@contextlib.contextmanager
def told_plainly() -> Iterator[None]:
    """Turn refusals into their own text, and bugs into a line that says where the log is."""
    from sync.errors import SyncError

    try:
        yield
    except (DomainError, SyncError) as refusal:
        raise Complaint(str(refusal)) from refusal
    except (click.ClickException, click.Abort, click.exceptions.Exit):
        raise
    except Exception as bug:
        raise Complaint(_log_bug(bug)) from bug


def _log_bug(bug: Exception) -> str:
    folder = folder_in_use() or default_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        log_to(folder)
    except OSError as error:
        return _("OmniPOS met an error of its own ({bug}), and {folder} takes no log: {reason}.").format(
            bug=repr(bug), folder=folder, reason=error.strerror
        )
    logging.getLogger("omnipos").error("a bug ended the command", exc_info=bug)
    return _(
        "OmniPOS met an error of its own. All that was finished before is safe."
        " What happened stands in {log}."
    ).format(log=folder / LOG_FILE)


def log_to(folder: Path) -> None:
    """Write what the program says of itself to the log of a data folder, once."""
    from logging.handlers import RotatingFileHandler

    root = logging.getLogger()
    path = str((folder / LOG_FILE).absolute())
    if any(getattr(handler, "baseFilename", "") == path for handler in root.handlers):
        return
    handler = RotatingFileHandler(path, maxBytes=LARGEST_LOG, backupCount=3, delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root.addHandler(handler)
    # What a full disk does not take must not come out between the lines of the counter instead.
    logging.raiseExceptions = False
