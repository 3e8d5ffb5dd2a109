"""What the owner's and a web shop's commands ask of a hub, over the same line as a till."""

from typing import Any, TypeVar
from urllib.parse import urlencode

from sync.client import HubClient

Answer = TypeVar("Answer")


class OwnerClient(HubClient):
    """A connection to a hub opened by an owner's or a web shop's key; used by one thread at a time."""

    def get(self, path: str, answer: type[Answer], **query: str | int) -> Answer:
        """Ask for something."""
        asked = f"{path}?{urlencode(query)}" if query else path
        return self._ask("GET", asked, answer, zipped=False)

    def put(self, path: str, answer: type[Answer], body: Any) -> Answer:
        """Add or change something; the same again changes nothing."""
        return self._ask("PUT", path, answer, body, zipped=False)

    def post(self, path: str, answer: type[Answer], body: Any) -> Answer:
        """Make something."""
        return self._ask("POST", path, answer, body, zipped=False)

    def delete(self, path: str, answer: type[Answer]) -> Answer:
        """Take something away."""
        return self._ask("DELETE", path, answer, zipped=False)
