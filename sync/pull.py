"""The hub's data down: each stream page by page, a page and its cursor in one transaction."""

from collections.abc import Iterator, Sequence

from omnipos.protocol import MOST_CHANGES, Page
from omnipos.store.connection import Connection
from omnipos.store.mirror import PageOutOfPlace, apply_page, cursors, refetch_stream
from sync.client import HubClient


def pull_all(mirror: Connection, client: HubClient, streams: Sequence[str]) -> int:
    """Bring every stream up to the hub's head; return how many changes were applied."""
    known = cursors(mirror)
    return sum(
        _pull(mirror, client, stream, known[stream].cursor if stream in known else "") for stream in streams
    )


def _pull(mirror: Connection, client: HubClient, stream: str, cursor: str) -> int:
    applied = 0
    while True:
        page = client.pull(stream, cursor, MOST_CHANGES)
        try:
            if page.must_refetch:
                return applied + refetch_stream(mirror, stream, _pages(client, stream))
            apply_page(mirror, page)
        except PageOutOfPlace:
            return applied + refetch_stream(mirror, stream, _pages(client, stream))
        applied += len(page.changes)
        if page.upto >= page.head:
            return applied
        cursor = page.cursor


def _pages(client: HubClient, stream: str) -> Iterator[Page]:
    cursor = ""
    while True:
        page = client.pull(stream, cursor, MOST_CHANGES)
        yield page
        if page.upto >= page.head:
            return
        cursor = page.cursor
