"""Why typed values do not fit, in the words of people who fill in forms and not of programs."""

import re
from collections.abc import Callable

from omnipos.locale import _, ngettext

_BOUNDS: tuple[tuple[re.Pattern[str], Callable[[int], str]], ...] = (
    (re.compile(r"Expected `(?:str|array)` of length >= 1$"), lambda _bound: _("it is empty")),
    (
        re.compile(r"Expected `str` of length <= (\d+)$"),
        lambda bound: ngettext(
            "it is longer than {count} character", "it is longer than {count} characters", bound
        ).format(count=bound),
    ),
    (
        re.compile(r"Expected `int` >= (-?\d+)$"),
        lambda bound: _("it is less than {least}").format(least=bound),
    ),
    (re.compile(r"Expected `int` <= (-?\d+)$"), lambda bound: _("it is more than {most}").format(most=bound)),
)


def in_words(reason: str) -> str:
    """Return msgspec's reason in words; one that has none here stays as it is."""
    for pattern, words in _BOUNDS:
        found = pattern.search(reason)
        if found:
            return words(int(found[1]) if found.groups() else 1)
    return reason
