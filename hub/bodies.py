"""JSON bodies are read straight into the message that a route expects."""

import contextlib
from functools import lru_cache
from typing import Any

import msgspec
from litestar import Request


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
        return await super().json()


@lru_cache(maxsize=64)
def _decoder(message: type) -> "msgspec.json.Decoder[Any]":
    return msgspec.json.Decoder(message, strict=False)
