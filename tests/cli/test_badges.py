"""`omnipos staff badge`: printed or drawn, with codes that a scanner reads and the till takes."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from omnipos.cli import main
from omnipos.cli.ownhub import FOLDER, KEY_FILE
from omnipos.domain.badge import is_badge
from tests.cli.rigs import Demo


def codes_on(picture: Path) -> set[str]:
    """All codes that a scanner reads on a picture of paper."""
    import zxingcpp
    from PIL import Image

    return {one.text for one in zxingcpp.read_barcodes(Image.open(picture))}


def make(demo: Demo, *words: str) -> str:
    key = str(demo.folder / FOLDER / KEY_FILE)
    said = CliRunner().invoke(
        main, ["staff", "badge", *words, "--data-dir", str(demo.folder), "--key-file", key]
    )
    assert said.exit_code == 0, said.output
    return said.output


def test_a_badge_is_drawn_for_one_pair_of_eyes_and_scans(demo: Demo, tmp_path: Path) -> None:
    picture = tmp_path / "sari.png"
    said = make(demo, "sari", "--png", str(picture))
    assert said.startswith("Sari has a new badge.")
    (code,) = codes_on(picture)
    assert is_badge(code)
    assert code not in said
    assert picture.stat().st_mode & 0o077 == 0
    make(demo, "Sari", "--png", str(picture))
    (newer,) = codes_on(picture)
    assert newer != code


def test_a_badge_is_printed_on_the_tills_printer(
    demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMNIPOS_PRINTER", f"folder://{tmp_path / 'paper'}")
    make(demo, "Dewi")
    (paper,) = (tmp_path / "paper").glob("*staff-badge*.png")
    (code,) = codes_on(paper)
    assert is_badge(code)


def test_nobody_gets_a_badge_under_a_wrong_name_or_with_nothing_to_print_it_on(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    for printer, name, why in (
        ("none", "Sari", "This till has no printer."),
        ("folder:///tmp", "Nobody", "Nobody is called"),
    ):
        monkeypatch.setenv("OMNIPOS_PRINTER", printer)
        done = CliRunner().invoke(main, ["staff", "badge", name, "--data-dir", str(demo.folder)])
        assert done.exit_code != 0
        assert why in done.output
