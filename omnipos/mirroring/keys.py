"""What a change's key says."""


def id_in(key: str, kind: str) -> str:
    """Return the id in a key of a kind."""
    # A key is an id, or its kind before it: `tax/PPN`, `product:p-1`. An id may hold either mark itself.
    return key[len(kind) + 1 :] if key.startswith((f"{kind}:", f"{kind}/")) else key
