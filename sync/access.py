"""A till's right to ask its hub: tokens for a quarter of an hour, got with its key and never kept on disk."""

import threading
import time
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from omnipos.domain.errors import StoreTrouble
from omnipos.locale import _
from omnipos.protocol import Countersigned, NonceAnswer, TokenAnswer, TokenRequest
from omnipos.signing import SigningKey, head_words, is_signed, token_words
from sync.errors import Rejected

Answer = TypeVar("Answer")

FALSE_HUB = "hub_signature"
NO_KEY = "no_key"
STALE_NONCE = "nonce"
SPARE = 3
"""A token is replaced when a third of its life is left."""
MOST_TRIES = 2
"""A nonce may run out on a slow line; a second one is asked for at once."""


class Asking(Protocol):
    """Asks the hub something that needs no token."""

    def __call__(self, method: str, path: str, answer: type[Answer], body: Any = None) -> Answer:
        """Return the hub's answer."""
        ...


class DevicePass:
    """What one till shows to its hub; several connections may share it.

    The key is the proof, and it never changes: a lost answer costs one more question. A token's
    life is counted from before it was asked for, by a clock that nobody can set.
    """

    def __init__(
        self,
        device_id: str,
        load_key: Callable[[], SigningKey | None],
        hub_key: str,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take the till's id, how its key is read when it is needed, and its hub's public key in hex."""
        self.device_id = device_id
        self._load_key = load_key
        self._hub_key = hub_key
        self._monotonic_s = monotonic_s
        self._turn = threading.Lock()
        self._token = ""
        self._renew_at_s = 0.0

    def token(self, ask: Asking) -> str:
        """Return a token that is good for a while yet, a new one when need be. Raises SyncError."""
        with self._turn:
            if not self._token or self._monotonic_s() >= self._renew_at_s:
                self._renew(ask)
            return self._token

    def become(self, device_id: str, key: SigningKey) -> None:
        """Be another till of the same hub from now on, for every connection that shares this."""
        with self._turn:
            self.device_id, self._load_key, self._token = device_id, lambda: key, ""

    def drop(self, token: str) -> None:
        """Forget a token that the hub no longer takes."""
        with self._turn:
            if self._token == token:
                self._token = ""

    def check(self, head: Countersigned | None) -> Countersigned:
        """Return what the hub says to have of the journal; raise Rejected when another signed it."""
        if head is None or not self.is_signed(head):
            raise Rejected(
                _(
                    "What answers is not the hub that this till belongs to: its signature is wrong."
                    " Nothing more is sent and everything is kept. Call the manager."
                ),
                FALSE_HUB,
            )
        return head

    def is_signed(self, head: Countersigned) -> bool:
        """Tell whether this till's hub signed what it has of this till's journal."""
        words = head_words(self.device_id, head.epoch, head.seq, head.hash)
        return is_signed(words, head.signature, self._hub_key)

    def _key(self) -> SigningKey | None:
        try:
            return self._load_key()
        except StoreTrouble as trouble:
            raise Rejected(str(trouble), NO_KEY) from trouble

    def _renew(self, ask: Asking) -> None:
        key = self._key()
        if key is None:
            raise Rejected(
                _(
                    "This till's key (device.key) is missing: the hub cannot know it. Selling goes on and"
                    " everything is kept. Put the file back from a backup."
                ),
                NO_KEY,
            )
        for tries_left in reversed(range(MOST_TRIES)):
            asked_at_s = self._monotonic_s()
            nonce = ask("POST", "/v1/nonce", NonceAnswer).nonce
            signature = key.sign(token_words(self._hub_key, self.device_id, nonce))
            wish = TokenRequest(device_id=self.device_id, nonce=nonce, signature=signature)
            try:
                answer = ask("POST", "/v1/token", TokenAnswer, wish)
            except Rejected as refusal:
                if refusal.code == STALE_NONCE and tries_left:
                    continue
                raise
            self._token = answer.token
            self._renew_at_s = asked_at_s + answer.life_ms / 1000 * (SPARE - 1) / SPARE
            return
