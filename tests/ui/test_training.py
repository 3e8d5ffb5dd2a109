"""Training on screen: begun and ended by a numbered choice, and named in the first line all the while."""

import pytest

from omnipos.cli.training import open_training
from omnipos.config import Settings
from omnipos.services.till import Till
from tests.ui.driving import LARGE, SMALL, counter
from tests.ui.plain_rig import INDOMIE

QUIET = Settings(idle_lock_s=0)


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_training_is_begun_and_ended_by_a_number(till: Till, size: tuple[int, int]) -> None:
    async with counter(till, size) as hands:
        assert "TRAINING" not in hands.text
        await hands.press("ctrl+y", "enter", "escape")
        assert (hands.up, hands.app.changes_training) == ("SellScreen", False)
        await hands.press("ctrl+y", "1")
        assert hands.app.changes_training
    with open_training(till, QUIET) as trainee:
        async with counter(trainee, size) as hands:
            assert "■ TRAINING · nothing is sold" in hands.text.splitlines()[0]
            await hands.scan(INDOMIE)
            await hands.press("f12", "enter")
            assert "Sale TRAIN-1-000001" in hands.text
            assert "■ TRAINING" in hands.text
            await hands.press("escape", "ctrl+y")
            assert "What was practised is thrown away" in hands.text
            await hands.press("1")
            assert hands.app.changes_training
