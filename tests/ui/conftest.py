"""What all tests of screens share."""

from tests.ui.styles import styles_are_parsed_once

__all__ = ["styles_are_parsed_once"]
