"""Starting the plain counter."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from omnipos.cli import counter, main
from omnipos.config import Settings
from omnipos.services.till import Till
from tests.cli.rigs import keep_on_paper
from tests.rigs import QuietLine


@pytest.mark.parametrize(("kept_here", "nudges"), [(False, 1), (True, 0)])
def test_the_plain_counter_tries_the_hub_at_once_unless_it_just_started_it(
    till: Till, line: QuietLine, monkeypatch: pytest.MonkeyPatch, kept_here: bool, nudges: int
) -> None:
    @contextlib.contextmanager
    def opened(_folder: Path) -> Iterator[tuple[Till, Settings]]:
        yield till, Settings()

    monkeypatch.setattr(counter, "open_till", opened)
    if kept_here:
        keep_on_paper(till.store.folder)
    before = line.nudges
    done = CliRunner().invoke(main, ["plain", "--data-dir", str(till.store.folder)], input="")
    assert done.exit_code == 0
    assert line.nudges == before + nudges
