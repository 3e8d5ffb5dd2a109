"""JSON bodies are read straight into the message that a route expects."""

import contextlib
import re
from functools import lru_cache
from typing import Any

import msgspec
from litestar import Request

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
        if field is not None:
            with contextlib.suppress(msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                return _decoder(field.annotation).decode(await self.body())
        said = await super().json()
        self.scope["state"][SAID] = said
        return said


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


@lru_cache(maxsize=64)
def _decoder(message: type) -> "msgspec.json.Decoder[Any]":
    return msgspec.json.Decoder(message, strict=False)
