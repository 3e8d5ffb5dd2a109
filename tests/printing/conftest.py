"""What every test of printing begins with."""

import pytest

from omnipos.locale import language, speak


@pytest.fixture(autouse=True)
def _speak_english():
    before = language()
    speak("en")
    yield
    speak(before)
