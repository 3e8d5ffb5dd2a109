"""Reading facts of older programs: a body is brought from its own schema up to the newest, step by step.

A fact on disk is never rewritten: its bytes are in the hash chain. Each release that changes the
shape of a fact adds one function here and one folder of golden files in tests/golden.
"""

from collections.abc import Callable
from typing import Any

import msgspec

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]

UPCASTERS: dict[tuple[str, int], Upcaster] = {}
"""By a fact's name and its schema: what makes its body one of the next; none means no change."""


class Tagged(msgspec.Struct):
    """The part of a body that says which fact it is."""

    type: str


def tag_of(body: bytes | msgspec.Raw) -> str:
    """Return the name that a body gives its fact; raise msgspec.DecodeError when it gives none."""
    return msgspec.json.decode(body, type=Tagged).type


def upcast(body: bytes | msgspec.Raw, schema: int, newest: int) -> bytes:
    """Return the body of an older schema as one of the newest.

    Raises msgspec.ValidationError when it is no fact at all, or of a schema that never was.
    """
    value = msgspec.json.decode(body)
    if not isinstance(value, dict) or not 1 <= schema <= newest:
        raise msgspec.ValidationError(f"no fact of schema {schema}")
    for step in range(schema, newest):
        upcaster = UPCASTERS.get((str(value.get("type", "")), step))
        if upcaster is not None:
            value = upcaster(value)
    return msgspec.json.encode(value)
