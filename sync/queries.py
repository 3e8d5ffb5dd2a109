"""What a till asks its hub while somebody waits: on a line of its own, and never for long."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from omnipos.domain.lowest import LowestPrice
from omnipos.domain.returning import Found
from sync.client import HubClient
from sync.errors import SyncError

if TYPE_CHECKING:
    from concurrent.futures import Future

Answer = TypeVar("Answer")

PATIENCE_S = 1.0
"""How long a customer waits; whoever asks goes on without the hub then."""

_log = logging.getLogger(__name__)


class Questions:
    """Asks the hub; see `omnipos.ports.HubQueries`. Any thread may ask, one question at a time."""

    def __init__(self, client: HubClient, patience_s: float = PATIENCE_S) -> None:
        """Take a client for these questions alone; nothing is asked yet."""
        self._client = client
        self._patience_s = patience_s
        self._pool: ThreadPoolExecutor | None = None
        self._asking = threading.Lock()

    def returnable(self, number: str = "", customer_id: str = "") -> tuple[Found, ...] | None:
        """Return sales whose goods may come back; None when the hub does not answer in time."""
        answer = self._ask(lambda: self._client.returnable(number, customer_id))
        return None if answer is None else answer.sales

    def lowest_price(self, product_id: str) -> LowestPrice | None:
        """Return what a product was sold for at all tills; None when the hub does not answer in time."""
        return self._ask(lambda: self._client.lowest_price(product_id))

    def _ask(self, question: Callable[[], Answer]) -> Answer | None:
        if not self._asking.acquire(timeout=self._patience_s):
            return None
        if self._pool is None:
            self._pool = ThreadPoolExecutor(1, thread_name_prefix="question")
        asked: Future[Answer] = self._pool.submit(question)
        asked.add_done_callback(lambda _asked: self._asking.release())
        try:
            return asked.result(self._patience_s)
        except TimeoutError:
            return None
        except SyncError as trouble:
            _log.info("the hub did not answer a question: %s", trouble)
            return None

    def close(self) -> None:
        """End what is asked; later questions are not answered."""
        self._client.cut()
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
