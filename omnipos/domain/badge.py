"""Staff badges: a code that says whose it is and proves it. The whole code is a secret, as a PIN is."""

import secrets

PREFIX = "OB"
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter is taken for another, and every scanner reads them."""
ID_LENGTH = 6
SECRET_LENGTH = 18
"""Ninety bits: nobody guesses one."""
LENGTH = len(PREFIX) + ID_LENGTH + SECRET_LENGTH


def make_badge() -> str:
    """Return a new badge's code, to be shown once."""
    return PREFIX + "".join(secrets.choice(LETTERS) for _each in range(ID_LENGTH + SECRET_LENGTH))


def clean_badge(code: str) -> str:
    """Return a code as it is hashed: what a scanner in another case reads is the same badge."""
    return code.strip().upper()


def is_badge(code: str) -> bool:
    """Tell whether a scanned or typed text is a badge's code, of whomever."""
    found = clean_badge(code)
    return len(found) == LENGTH and found.startswith(PREFIX) and set(found[len(PREFIX) :]) <= set(LETTERS)


def badge_id_of(code: str) -> str:
    """Return the part of a badge's code that tells whose it is; it is no secret."""
    return clean_badge(code)[len(PREFIX) : len(PREFIX) + ID_LENGTH]
