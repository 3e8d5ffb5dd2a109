"""What all tests of random keys and lines share."""

from tests.ui.styles import styles_are_parsed_once

__all__ = ["styles_are_parsed_once"]
