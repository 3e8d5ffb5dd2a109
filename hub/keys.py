"""The hub's own key: a file beside its database, by which tills know that it is theirs."""

import hashlib
import hmac
from pathlib import Path

from sqlalchemy import Connection, select, update

from hub import tables
from omnipos.domain.errors import StoreTrouble
from omnipos.locale import _
from omnipos.protocol import Countersigned
from omnipos.signing import HUB_KEY, SigningKey, head_words, keep_key, load_key


def known_key(conn: Connection) -> str:
    """Return the public key of the hub that wrote this database; empty before its first start."""
    return str(conn.scalar(select(tables.hub.c.public_key)) or "")


def keep_hub_key(conn: Connection, home: Path) -> SigningKey:
    """Return the hub's key, made at the first start; refuse a database without the key that it had.

    A new key made in silence would look to every till like a false hub.
    """
    path, known = home / HUB_KEY, known_key(conn)
    key = load_key(path) if known else keep_key(path)
    if key is None or known not in ("", key.public):
        raise StoreTrouble(
            _(
                "The hub's key {file} is missing, or is another hub's. Its data is safe: put the file back"
                " from the backup that the database came from."
            ).format(file=path)
        )
    if not known:
        conn.execute(update(tables.hub).values(public_key=key.public))
    return key


def countersign(key: SigningKey, device_id: str, epoch: int, seq: int, head_hash: bytes) -> Countersigned:
    """Return the hub's word for how far it has a journal; asked for only when that is durable."""
    text = head_hash.hex() if seq else ""
    signature = key.sign(head_words(device_id, epoch, seq, text))
    return Countersigned(epoch=epoch, seq=seq, hash=text, signature=signature)


def seal_nonce(key: SigningKey, words: bytes) -> bytes:
    """Return what shows that this hub, in whichever process, made some words."""
    return hmac.digest(key.derive("omnipos/nonce/1"), words, hashlib.sha256)[:16]
