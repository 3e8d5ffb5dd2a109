"""Ed25519 keys of tills and hubs (RFC 8032), and what exactly each of them signs.

A signature is over a JSON array whose first word says what it is for, so that none can be used for
anything else. Public keys and signatures are hex, of 32 and 64 bytes.
"""

import secrets
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from omnipos.domain.errors import StoreTrouble
from omnipos.locale import _
from omnipos.secretfiles import write_secret

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

DEVICE_KEY = "device.key"
HUB_KEY = "hub.key"
"""What the files are called in a till's folder and beside a hub's database."""


class SigningKey:
    """A private key that never shows itself: neither printed nor in a traceback."""

    __slots__ = ("_private", "public")

    def __init__(self, private: "Ed25519PrivateKey") -> None:
        """Take a key; `public` is its other half, in hex."""
        self._private = private
        self.public = private.public_key().public_bytes_raw().hex()

    def __repr__(self) -> str:
        """Name the key by its public half."""
        return f"SigningKey({self.public})"

    def sign(self, words: bytes) -> str:
        """Return the signature of some words, in hex."""
        return self._private.sign(words).hex()

    def derive(self, purpose: str) -> bytes:
        """Return 32 secret bytes for one purpose, always the same from the same key (HKDF, RFC 5869)."""
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode())
        return derivation.derive(self._private.private_bytes_raw())


def make_key() -> SigningKey:
    """Return a new key; any 32 bytes of chance are one."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return SigningKey(Ed25519PrivateKey.from_private_bytes(secrets.token_bytes(32)))


def load_key(path: Path) -> SigningKey | None:
    """Return the key in a file; None when there is none. Raises StoreTrouble for one that is no key."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    try:
        private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(path.read_text()))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        # A broken key's own text is told to nobody.
        reason = error.strerror if isinstance(error, OSError) else _("it holds no key")
        text = _("{file} cannot be read: {reason}. All sales are safe; put the file back from a backup.")
        raise StoreTrouble(text.format(file=path, reason=reason)) from None
    return SigningKey(private)


def keep_key(path: Path) -> SigningKey:
    """Return the key in a file, which is made, and is on disk, when there was none."""
    found = load_key(path)
    if found is not None:
        return found
    made = make_key()
    write_secret(path, made._private.private_bytes_raw().hex().encode() + b"\n")
    return made


def is_signed(words: bytes, signature: str, public: str) -> bool:
    """Tell whether the owner of a public key signed some words; False for what is no key or signature."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(bytes.fromhex(signature), words)
    except (InvalidSignature, ValueError):
        return False
    return True


def enrol_words(code: str, public_key: str) -> bytes:
    """Return what a till signs to show that the key it enrols is its own."""
    return _words("omnipos/enrol/1", "".join(c for c in code.upper() if c.isalnum()), public_key)


def token_words(hub_key: str, device_id: str, nonce: str) -> bytes:
    """Return what a till signs to get a token: for this hub, this till and this nonce alone."""
    return _words("omnipos/token/1", hub_key, device_id, nonce)


def head_words(device_id: str, epoch: int, seq: int, head_hash: str) -> bytes:
    """Return what a hub signs of the last event that it has of a till's journal; the hash is hex."""
    return _words("omnipos/head/1", device_id, epoch, seq, head_hash)


def _words(*words: str | int) -> bytes:
    return msgspec.json.encode(words)
