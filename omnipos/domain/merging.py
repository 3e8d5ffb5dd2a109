"""Merging what several people changed on one customer's card without knowing of each other.

Each field is a multi-value register: every till's last word that nobody else has seen and replaced
is a claim. Of claims to a field the latest by the hybrid clock stands and the others are kept; for
phone and e-mail a person is asked besides. Of answers to one purpose the strictest stands. What
comes out depends on the claims alone, in whatever order they arrived.
"""

from collections.abc import Iterable, Sequence
from typing import TypeVar

import msgspec

from omnipos.domain.customer import Consent, CustomerField, KeptValue
from omnipos.domain.hybrid import HybridStamp, later

ASKED_FIELDS = frozenset({CustomerField.PHONE, CustomerField.EMAIL})
"""Fields of which no clock may say which value is right."""


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """Something entered by one till (or by the hub itself), and the card's revision that it made."""

    stamp: HybridStamp
    rev: int


class ValueClaim(Claim, frozen=True, kw_only=True):
    """What a field is to be."""

    value: str


class AnswerClaim(Claim, frozen=True, kw_only=True):
    """What somebody answered to one purpose."""

    consent: Consent


AnyClaim = TypeVar("AnyClaim", bound=Claim)


def entered(claims: Sequence[AnyClaim], new: AnyClaim, base_rev: int) -> tuple[AnyClaim, ...]:
    """Return the claims after a new one by somebody who saw the card as of a revision.

    It takes the place of what they saw, and of what the same till had entered before. A till's
    claims must come in their sequence.
    """
    own = new.stamp.device_id
    replaced = [one for one in claims if one.rev <= base_rev or one.stamp.device_id == own]
    stamp = new.stamp
    for one in replaced:
        stamp = later(stamp, one.stamp)
    left = tuple(one for one in claims if one not in replaced)
    return (*left, msgspec.structs.replace(new, stamp=stamp))


def standing_value(claims: Iterable[ValueClaim]) -> str:
    """Return the value that stands: the latest; there is at least one claim."""
    return max(claims, key=lambda one: (one.stamp, one.value)).value


def standing_answer(claims: Iterable[AnswerClaim]) -> Consent:
    """Return the answer that stands: a refusal before a consent, then the latest."""
    return max(claims, key=lambda one: (not one.consent.given, one.stamp)).consent


def beaten_values(field: CustomerField, claims: Sequence[ValueClaim]) -> tuple[KeptValue, ...]:
    """Return the values that do not stand, each once, the latest first."""
    latest: dict[str, ValueClaim] = {}
    for one in sorted(claims, key=lambda one: one.stamp):
        latest[one.value] = one
    del latest[standing_value(claims)]
    return tuple(
        KeptValue(field=field, value=one.value, stamp=one.stamp, rev=one.rev)
        for one in sorted(latest.values(), key=lambda one: one.stamp, reverse=True)
    )
