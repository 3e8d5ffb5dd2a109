"""The hub's data down: each stream page by page, a page and its cursor in one transaction."""

import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, wait
from contextlib import closing, nullcontext

import msgspec

from omnipos.domain.staff import Staff
from omnipos.locale import _
from omnipos.mirroring.checksum import checksum_of
from omnipos.mirroring.files import READY
from omnipos.protocol import MOST_CHANGES, Page
from omnipos.sealing import Sealer
from omnipos.store.connection import Connection, Mirror, roomy
from omnipos.store.mirror import (
    NOT_OF_THIS_LIFE,
    PageOutOfPlace,
    apply_page,
    apply_to_file,
    cursors,
    fetch_anew,
    refetch_stream,
)
from sync.bootstrap import Bootstrapping
from sync.client import HubClient
from sync.errors import NoRoom, Retryable
from sync.pacing import Portion

_log = logging.getLogger(__name__)

FAR_BEHIND = 10_000
FAR_SHARE = 4
"""With more changes than that to come, and a quarter of all, a till takes a whole file if there is one."""
LEAST_CHANGES = 10
"""A page is asked to hold no fewer, however short the line lasts."""


class Pulling:
    """Asks for pages of the size that the line bears; it lasts as long as the engine."""

    def __init__(
        self,
        client: HubClient,
        sealer: Sealer,
        epoch: Callable[[], int] | None = None,
        ready: Bootstrapping | None = None,
    ) -> None:
        """Begin with full pages; `epoch` tells the till's own, where its journal matters.

        `ready` fetches whole files; without it all comes by pages.
        """
        self.ready = ready
        self.rebuilt: dict[str, str] = {}
        """The checksum for which each stream was fetched anew, so that it is not for ever."""
        self._client = client
        self._sealer = sealer
        self._epoch = epoch
        self._portions: dict[str, Portion] = defaultdict(lambda: Portion(MOST_CHANGES, LEAST_CHANGES))

    def may_be_whole(self, stream: str, page: Page) -> bool:
        """Tell whether so much is to come behind a page that a whole file may come sooner."""
        return self.ready is not None and stream in READY and page.head - page.after > FAR_BEHIND

    def fetch(self, stream: str, cursor: str) -> Page:
        """Return the page behind a cursor."""
        portion = self._portions[stream]
        try:
            page = self._client.pull(stream, cursor, min(portion.now, MOST_CHANGES))
        except Retryable:
            portion.broke()
            raise
        portion.held()
        return self._of_this_life(self._sealed(page))

    def _of_this_life(self, page: Page) -> Page:
        """Return a page without a place in the journal of a life of this till that came after its folder."""
        if self._epoch is None or page.applied_epoch <= self._epoch():
            return page
        return msgspec.structs.replace(page, applied_epoch=NOT_OF_THIS_LIFE, applied_seq=0)

    def _sealed(self, page: Page) -> Page:
        """Return a page as it may lie on the till's disk."""
        if not any(isinstance(one.record, Staff) for one in page.changes):
            return page
        changes = (
            msgspec.structs.replace(one, record=self._sealer.seal(one.record))
            if isinstance(one.record, Staff)
            else one
            for one in page.changes
        )
        return msgspec.structs.replace(page, changes=tuple(changes))


def pull_all(mirror: Mirror, pulling: Pulling, streams: Sequence[str]) -> int:
    """Bring every stream up to the hub's head; return how many changes were applied.

    Raises NoRoom at the end when one of them did not fit the disk.
    """
    known = cursors(mirror)
    applied, trouble = 0, None
    for stream in streams:
        try:
            applied += _pull(mirror, pulling, stream, known[stream].cursor if stream in known else "")
        except NoRoom as full:
            trouble = full  # the others may fit
    if trouble is not None:
        raise trouble
    return applied


def _pull(mirror: Mirror, pulling: Pulling, stream: str, cursor: str) -> int:
    if not cursor and (whole := _take_whole(mirror, pulling, stream)) is not None:
        return whole
    applied, behind = 0, 0
    with (
        closing(_pages(pulling, stream, cursor)) as pages,
        roomy(mirror.of(stream)) if not cursor else nullcontext(),
    ):
        for page in pages:
            if page.must_refetch:
                break
            if cursor and not applied and pulling.may_be_whole(stream, page):
                behind = page.head - page.after
                break
            try:
                apply_page(mirror, page)
            except PageOutOfPlace:
                break
            applied += len(page.changes)
        else:
            _compare(mirror, pulling, page)
            return applied
    if cursor and (whole := _take_whole(mirror, pulling, stream, behind)) is not None:
        return applied + whole
    if behind:
        return _pull_on(mirror, pulling, stream, cursor)
    with closing(_pages(pulling, stream, "")) as pages, roomy(mirror.of(stream)):
        try:
            return applied + refetch_stream(mirror, stream, pages)
        except PageOutOfPlace as odd:
            raise Retryable(_("the hub began a new life while all was fetched")) from odd


def _compare(mirror: Mirror, pulling: Pulling, page: Page) -> None:
    """Have a stream fetched anew that is not what the hub says it is; once for each thing it says."""
    if not page.checksum or page.stream not in READY or pulling.rebuilt.get(page.stream) == page.checksum:
        return
    own = checksum_of(mirror.of(page.stream))
    if own and own != page.checksum:
        pulling.rebuilt[page.stream] = page.checksum
        _log.warning("%s is %s here and %s at the hub; it is fetched anew", page.stream, own, page.checksum)
        fetch_anew(mirror, page.stream)


def _pull_on(mirror: Mirror, pulling: Pulling, stream: str, cursor: str) -> int:
    """Apply all pages behind a cursor that the hub has just been found to know."""
    applied = 0
    with closing(_pages(pulling, stream, cursor)) as pages, roomy(mirror.of(stream)):
        for page in pages:
            if page.must_refetch:
                break  # it is found again by the next round
            apply_page(mirror, page)
            applied += len(page.changes)
    return applied


def _take_whole(mirror: Mirror, pulling: Pulling, stream: str, behind: int = 0) -> int | None:
    """Put a whole file of the hub, brought to its head, in the place of a stream's; None for none.

    `behind` is how many changes the pages would be, 0 where all is to be fetched: a file is taken
    instead of at least a share of its rows.
    """
    ready = pulling.ready
    if ready is None or stream not in READY:
        return None
    made = ready.offer(stream)
    if made is None or (behind and behind * FAR_SHARE < made.rows):
        return None
    path = ready.fetch(made)
    if path is None:
        return None
    with ready.opened(stream, path) as file:
        applied = _bring_to_head(file, pulling, stream)
    if applied is None:
        ready.forget(stream)  # the hub began a new life meanwhile
        return None
    ready.swap(mirror, stream, path)
    return made.rows + applied


def _bring_to_head(file: Connection, pulling: Pulling, stream: str) -> int | None:
    """Apply what came after a whole file was made; None where the hub does not know its place any more."""
    place = file.execute("SELECT cursor FROM cursor WHERE stream = ?", [stream]).fetchone()
    if place is None:
        return None
    applied = 0
    with closing(_pages(pulling, stream, place[0])) as pages:
        for page in pages:
            if page.must_refetch:
                return None
            apply_to_file(file, page)
            applied += len(page.changes)
    return applied


def _pages(pulling: Pulling, stream: str, cursor: str) -> Generator[Page, None, None]:
    """Yield the pages behind a cursor; the next one comes while the caller works on the last."""
    page = pulling.fetch(stream, cursor)
    while page.upto < page.head and not page.must_refetch:
        coming = _begin_pull(pulling, stream, page.cursor)
        try:
            yield page
        finally:
            wait([coming])  # also when the caller gives up: the line serves one thread at a time
        page = coming.result()
    yield page


def _begin_pull(pulling: Pulling, stream: str, cursor: str) -> Future[Page]:
    coming: Future[Page] = Future()

    def fetch() -> None:
        try:
            coming.set_result(pulling.fetch(stream, cursor))
        except BaseException as trouble:
            coming.set_exception(trouble)

    # A thread of an executor would keep a till that ends waiting for a hub that is slow.
    threading.Thread(target=fetch, name="pull", daemon=True).start()
    return coming
