"""JSON bodies are read straight into the message that a route expects."""

import contextlib
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import msgspec
from litestar import Request
from msgspec import inspect

from hub.problems import Refused
from omnipos.domain.names import clean_text
from omnipos.locale import _

SAID = "said"
"""Where in a request's state stands what a body said that did not fit."""
ROW_NAMES = ("sku", "code", "number", "customer_id", "name")


class StraightRequest(Request[Any, Any, Any]):
    """A request whose good body is decoded and checked in one step.

    By itself Litestar makes dictionaries first and the message from these, at several times the
    cost. A body that does not fit still goes that way, which words every reason.
    """

    async def json(self) -> Any:
        """Return the message of the route's `data`; else what plain JSON says."""
        field = self.route_handler.parsed_data_field
        message = None
        if field is not None:
            with contextlib.suppress(msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                message = _decoder(field.annotation).decode(await self.body())
                if not _is_open_inside(field.annotation):
                    return message
        said = await super().json()
        self.scope["state"][SAID] = said
        if message is None or field is None:
            return said
        reasons = [f"{where}: unknown field" for where in overlooked(said, _kind(field.annotation))]
        if reasons:
            text = _("The request does not fit: {reasons}.")
            raise Refused(400, "request", text.format(reasons="; ".join(reasons)))
        return message


async def refuse_null(request: Request[Any, Any, Any]) -> None:
    """Refuse an address with a null character: nothing is called so, and PostgreSQL has no such text."""
    if "\0" in request.url.path or b"%00" in request.scope["query_string"]:
        raise Refused(400, "text", _("There is a null character in the address."))


def row_name(request: Request[Any, Any, Any], place: str) -> str:
    """Return what the row of a body is called in which a place lies, such as `products[3].name`."""
    at: Any = request.scope["state"].get(SAID)
    name = ""
    for step in re.findall(r"\w+", place):
        try:
            at = at[int(step) if isinstance(at, list) else step]
        except (KeyError, IndexError, TypeError, ValueError):
            break
        if isinstance(at, dict):
            found = next((at[word] for word in ROW_NAMES if isinstance(at.get(word), str)), "")
            name = clean_text(found, 64) or name
    return name


def overlooked(said: Any, kind: inspect.Type, place: str = "") -> Iterator[str]:
    """Yield where a good body names fields that are none.

    What is part of a record, too, takes new fields for the sake of older tills; whoever writes to the
    hub must hear of a word that means nothing.
    """
    match kind:
        case inspect.StructType() if isinstance(said, dict) and said.get(kind.tag_field) == kind.tag:
            fields = {one.encode_name: one.type for one in kind.fields}
            for key, value in said.items():
                where = f"{place}.{key}" if place else key
                if key in fields:
                    yield from overlooked(value, fields[key], where)
                elif key != kind.tag_field:
                    yield where
        case inspect.CollectionType() if isinstance(said, list):
            for number, value in enumerate(said):
                yield from overlooked(value, kind.item_type, f"{place}[{number}]")
        case inspect.UnionType():
            for one in kind.types:
                yield from overlooked(said, one, place)
        case _:
            return


@lru_cache(maxsize=64)
def _kind(message: type) -> inspect.Type:
    return inspect.type_info(message)


@lru_cache(maxsize=64)
def _is_open_inside(message: type) -> bool:
    """Tell whether a message that knows all its own fields has parts that overlook some."""
    kind = _kind(message)
    if not isinstance(kind, inspect.StructType) or not kind.forbid_unknown_fields:
        return False  # a till's, which may be newer than its hub
    return any(not one.forbid_unknown_fields for one in _structs(kind))


def _structs(kind: inspect.Type) -> Iterator[inspect.StructType]:
    match kind:
        case inspect.StructType():
            yield kind
            for field in kind.fields:
                yield from _structs(field.type)
        case inspect.CollectionType():
            yield from _structs(kind.item_type)
        case inspect.UnionType():
            for one in kind.types:
                yield from _structs(one)
        case _:
            return


@lru_cache(maxsize=64)
def _decoder(message: type) -> "msgspec.json.Decoder[Any]":
    return msgspec.json.Decoder(message, strict=False)
