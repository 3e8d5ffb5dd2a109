"""Tokens of tills: given for a signed nonce, good for a quarter of an hour, kept as hashes only.

The nonce is made by the hub and bears its own time and seal, so that no clock but the hub's matters
and nothing is kept of it until it is used. It is taken once: a captured request is worth nothing,
and a lost answer only means to ask again, with a new nonce and the same key.
"""

import base64
import binascii
import hmac
import secrets

from sqlalchemy import delete, insert, select

from hub import tables
from hub.auth import digest
from hub.database import upsert
from hub.keys import seal_nonce
from hub.problems import Refused
from hub.unit import Unit
from omnipos.locale import _
from omnipos.protocol import NonceAnswer, TokenAnswer, TokenRequest
from omnipos.signing import SigningKey, is_signed, token_words

TOKEN_LIFE_MS = 15 * 60_000
NONCE_LIFE_MS = 60_000
MOST_TOKENS = 50
"""Of one device at once; beyond it the oldest end early."""
_NOISE = 16
_SEAL = 16


def make_nonce(key: SigningKey, now_ms: int) -> NonceAnswer:
    """Return a word for a device to sign."""
    words = now_ms.to_bytes(8) + secrets.token_bytes(_NOISE)
    nonce = base64.urlsafe_b64encode(words + seal_nonce(key, words)).decode()
    return NonceAnswer(nonce=nonce, life_ms=NONCE_LIFE_MS)


def give_token(unit: Unit, key: SigningKey, wish: TokenRequest) -> TokenAnswer:
    """Return a new token for a device that signed a fresh nonce; the older ones stay good beside it.

    A revoked till gets one too. It opens nothing but the way in for what that till still has.
    """
    expires_at_ms = _time_of(key, wish.nonce, unit.now_ms) + NONCE_LIFE_MS
    devices = tables.device
    public = unit.conn.scalar(select(devices.c.public_key).where(devices.c.device_id == wish.device_id))
    words = token_words(key.public, wish.device_id, wish.nonce)
    if not public or not is_signed(words, wish.signature, public):
        raise Refused(401, "unauthorized", _("The hub does not know this till, or not by this key."))
    _use_up(unit, wish.nonce, expires_at_ms)
    token = secrets.token_urlsafe(32)
    _forget_old(unit, wish.device_id)
    unit.conn.execute(
        insert(tables.device_token).values(
            token_hash=digest(token),
            device_id=wish.device_id,
            expires_at_ms=unit.now_ms + TOKEN_LIFE_MS,
        )
    )
    return TokenAnswer(token=token, life_ms=TOKEN_LIFE_MS)


def _time_of(key: SigningKey, nonce: str, now_ms: int) -> int:
    """Return when this hub made a nonce; refuse one that is not its own or has run out."""
    try:
        raw = base64.b64decode(nonce, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    words, seal = raw[:-_SEAL], raw[-_SEAL:]
    made_ms = int.from_bytes(words[:8])
    own = len(words) == 8 + _NOISE and hmac.compare_digest(seal, seal_nonce(key, words))
    if not own or not made_ms <= now_ms < made_ms + NONCE_LIFE_MS:
        raise _stale()
    return made_ms


def _stale() -> Refused:
    return Refused(401, "nonce", _("This nonce has run out or was used. Ask for a new one."))


def _use_up(unit: Unit, nonce: str, expires_at_ms: int) -> None:
    table = tables.used_nonce
    row = {"nonce_hash": digest(nonce), "expires_at_ms": expires_at_ms}
    if not upsert(unit.conn, table, [row], returning=("nonce_hash",)):
        raise _stale()
    unit.conn.execute(delete(table).where(table.c.expires_at_ms < unit.now_ms - NONCE_LIFE_MS))


def _forget_old(unit: Unit, device_id: str) -> None:
    table = tables.device_token
    unit.conn.execute(delete(table).where(table.c.expires_at_ms <= unit.now_ms))
    own = select(table.c.token_hash).where(table.c.device_id == device_id)
    newest = own.order_by(table.c.expires_at_ms.desc()).limit(MOST_TOKENS - 1)
    kept = unit.conn.scalars(newest).all()
    if len(kept) == MOST_TOKENS - 1:
        unit.conn.execute(
            delete(table).where(table.c.device_id == device_id, table.c.token_hash.not_in(kept))
        )
