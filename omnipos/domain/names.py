"""Names from shops and people are data: cleaned on the way in, folded for searching, never markup."""

import re
import unicodedata

# Bidirectional overrides and isolates (Unicode TR 9) can make a text show what it does not say.
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
LONGEST_NAME = 200
_FIRST_MARK = "\u0300"
"""No character before this one combines with another."""
# Without the letters to Python that SQLite's tokenizer still takes for marks (it follows Unicode 6.1): a
# word with one of them inside would be two words there.
_WORDS = re.compile(r"[^\W_\u19b0-\u19c0\u19c8\u19c9\u1cf2\u1cf3]+")


def clean_text(text: str, longest: int = LONGEST_NAME) -> str:
    """Return a text without control characters and bidi overrides, spaces folded, cut to length."""
    if text.isprintable():
        # By definition it has nothing of what is taken out below, and no space but the plain one.
        return " ".join(text.split())[:longest]
    kept = (
        " " if c in "\t\n\r\x0b\x0c\x85\u2028\u2029" else c
        for c in text
        if c in "\t\n\r\x0b\x0c\x85\u2028\u2029"
        or (unicodedata.category(c) not in ("Cc", "Cs", "Cn", "Co") and c not in _BIDI)
    )
    return " ".join("".join(kept).split())[:longest]


def fold(text: str) -> str:
    """Return a text for comparing: no accents, no case."""
    if text.isascii():
        return text.casefold()
    apart = unicodedata.normalize("NFKD", text)
    return "".join([c for c in apart if c < _FIRST_MARK or not unicodedata.combining(c)]).casefold()


def search_words(text: str) -> list[str]:
    """Return the folded words of a text as the search index sees them: letters and digits only."""
    return _WORDS.findall(fold(text))
