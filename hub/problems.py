"""Refusals of the hub: what is raised inside, and the Problem each one becomes on the wire."""


class Refused(Exception):
    """A request that is answered with a Problem: an HTTP status, a word for programs, a sentence."""

    def __init__(self, status: int, code: str, detail: str, *, retry_after_s: int = 0) -> None:
        """Keep the three, and when the same request may come again."""
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.retry_after_s = retry_after_s
