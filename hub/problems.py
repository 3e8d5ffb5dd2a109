"""Refusals of the hub: what is raised inside, and the Problem each one becomes on the wire."""


class Refused(Exception):
    """A request that is answered with a Problem: an HTTP status, a word for programs, a sentence."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        """Keep the three."""
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
