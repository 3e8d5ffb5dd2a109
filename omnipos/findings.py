"""What a look at something found: whether it is well, and what to do when it is not."""

import msgspec


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What one look found, and what to do about it when it is not well."""

    check: str
    ok: bool
    say: str
    do: str = ""
    soft: bool = False
    """Not well, but nothing is broken by it: worth a look."""

    @property
    def level(self) -> str:
        """`ok`, `warn` or `bad`."""
        return "ok" if self.ok else "warn" if self.soft else "bad"
