"""Merging what several people changed on one customer's card without knowing of each other.

Another field: both stand. The same field: the later stamp stands and the other value is kept; for
phone and e-mail a person is asked besides. Consent: the stricter answer. An edit by somebody who
saw what stands is no clash. For edits that clash, no order of arrival changes what comes out.
"""

from collections.abc import Iterable
from enum import StrEnum

import msgspec

from omnipos.domain.customer import Consent, CustomerField, KeptValue
from omnipos.domain.hybrid import BEGINNING, HybridStamp, later

MOST_KEPT = 20
"""So many values that did not stand are kept on one card, the latest ones."""

ASKED_FIELDS = frozenset({CustomerField.PHONE, CustomerField.EMAIL})
"""Fields of which no clock may say which value is right."""


class Clash(StrEnum):
    """What a merge met."""

    NONE = "none"
    KEPT = "kept"
    """Two values clashed; the one that does not stand is kept."""


class FieldState(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in one field: since which revision of the card, by whose stamp."""

    value: str
    stamp: HybridStamp = BEGINNING
    rev: int = 0


class FieldEdit(msgspec.Struct, frozen=True, kw_only=True):
    """A new value by somebody who had seen the card as of a revision; −1 for one who had not."""

    value: str
    stamp: HybridStamp
    base_rev: int


class ConsentState(msgspec.Struct, frozen=True, kw_only=True):
    """The answer that stands for one purpose; None when it was never asked."""

    consent: Consent | None
    stamp: HybridStamp = BEGINNING
    rev: int = 0


class ConsentEdit(msgspec.Struct, frozen=True, kw_only=True):
    """A new answer to one purpose, by somebody who had seen the card as of a revision."""

    consent: Consent
    stamp: HybridStamp
    base_rev: int


class MergedField(msgspec.Struct, frozen=True, kw_only=True):
    """What one edit led to: the field, the values kept on the card, and whether it clashed."""

    state: FieldState
    kept: tuple[KeptValue, ...]
    clash: Clash


def merge_field(
    field: CustomerField, state: FieldState, kept: tuple[KeptValue, ...], edit: FieldEdit, rev: int
) -> MergedField:
    """Return a field after an edit; `rev` is the revision that the card gets by it."""
    if edit.base_rev >= state.rev:
        # Who saw both values has settled it.
        left = (one for one in kept if one.field is not field or one.rev > edit.base_rev)
        new = FieldState(value=edit.value, stamp=later(edit.stamp, state.stamp), rev=rev)
        return MergedField(state=new, kept=_tidy(left, field, new), clash=Clash.NONE)
    if edit.value == state.value:
        same = msgspec.structs.replace(state, stamp=max(state.stamp, edit.stamp))
        return MergedField(state=same, kept=kept, clash=Clash.NONE)
    if (edit.stamp, edit.value) > (state.stamp, state.value):
        new = FieldState(value=edit.value, stamp=edit.stamp, rev=rev)
        beaten = KeptValue(field=field, value=state.value, stamp=state.stamp, rev=rev)
    else:
        new = state
        beaten = KeptValue(field=field, value=edit.value, stamp=edit.stamp, rev=rev)
    return MergedField(state=new, kept=_tidy((*kept, beaten), field, new), clash=Clash.KEPT)


def _tidy(kept: Iterable[KeptValue], field: CustomerField, state: FieldState) -> tuple[KeptValue, ...]:
    """Return each value once, the latest first; what stands now is none of them."""
    latest: dict[tuple[CustomerField, str], KeptValue] = {}
    for one in kept:
        key = (one.field, one.value)
        if key != (field, state.value) and (key not in latest or latest[key].stamp < one.stamp):
            latest[key] = one
    ordered = sorted(latest.values(), key=lambda one: (one.stamp, one.field, one.value), reverse=True)
    return tuple(ordered[:MOST_KEPT])


def merge_consent(state: ConsentState, edit: ConsentEdit, rev: int) -> ConsentState:
    """Return the answer to one purpose after an edit: of two that clash the stricter one."""
    if edit.base_rev >= state.rev or state.consent is None:
        return ConsentState(consent=edit.consent, stamp=later(edit.stamp, state.stamp), rev=rev)
    if edit.consent.given == state.consent.given:
        is_newer = edit.stamp > state.stamp
    else:
        is_newer = not edit.consent.given
    if not is_newer:
        return state
    return ConsentState(consent=edit.consent, stamp=edit.stamp, rev=rev)
