"""The hashes of PINs and badges of a till's staff, sealed at rest: who has the mirror's file can try none.

They are sealed with a key that is derived from the till's own (ChaCha20-Poly1305, RFC 8439), each
bound to whose it is. `cryptography` is imported when a PIN is first checked, never before a screen.
"""

import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterator
from pathlib import Path

import msgspec

from omnipos.domain.errors import StoreTrouble
from omnipos.domain.staff import Staff
from omnipos.locale import _
from omnipos.signing import DEVICE_KEY, load_key

MARK = "sealed1:"
PURPOSE = "omnipos/pin-hash/1"
NONCE_BYTES = 12


class Sealer:
    """Seals and opens with the key that lies in a data folder, read anew each time."""

    def __init__(self, folder: Path) -> None:
        """Take the folder of a till."""
        self._folder = folder

    def seal(self, person: Staff) -> Staff:
        """Return a person as the mirror keeps them; raise StoreTrouble without a key to seal with."""
        key = next(self._keys(), None)
        if key is None:
            raise StoreTrouble(_broken(self._folder))
        return msgspec.structs.replace(
            person,
            pin_hash=_sealed(key, person.pin_hash, person.staff_id),
            badge_hash=_sealed(key, person.badge_hash, _badge_of(person)) if person.badge_hash else "",
        )

    def pin_hash(self, person: Staff) -> str:
        """Return the hash of a person's PIN, one that was never sealed as it is.

        Raises StoreTrouble when it was sealed with a key that the folder does not have, or is another's.
        """
        return self._opened(person.pin_hash, person.staff_id)

    def badge_hash(self, person: Staff) -> str:
        """Return the hash of a person's badge, empty without one, as `pin_hash` does of the PIN."""
        return self._opened(person.badge_hash, _badge_of(person))

    def _opened(self, kept: str, whose: str) -> str:
        if not kept.startswith(MARK):
            return kept
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

        packed = b64decode(kept.removeprefix(MARK))
        nonce, sealed = packed[:NONCE_BYTES], packed[NONCE_BYTES:]
        for key in self._keys():
            try:
                return ChaCha20Poly1305(key).decrypt(nonce, sealed, whose.encode()).decode()
            except InvalidTag:
                continue
        raise StoreTrouble(_broken(self._folder))

    def has_sealed(self, person: Staff) -> bool:
        """Tell whether a person's hashes are sealed, and with a key of this folder."""
        try:
            self.pin_hash(person)
            self.badge_hash(person)
        except StoreTrouble:
            return False
        kept = [person.pin_hash, *([person.badge_hash] if person.badge_hash else [])]
        return all(one.startswith(MARK) for one in kept)

    def _keys(self) -> Iterator[bytes]:
        # A till that was copied has the key it was enrolled with, and one of its own from later on.
        for path in (self._folder / DEVICE_KEY, *sorted(self._folder.glob("device-*.key"))):
            key = load_key(path)
            if key is not None:
                yield key.derive(PURPOSE)


def _sealed(key: bytes, secret_hash: str, whose: str) -> str:
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = ChaCha20Poly1305(key).encrypt(nonce, secret_hash.encode(), whose.encode())
    return MARK + b64encode(nonce + sealed).decode()


def _badge_of(person: Staff) -> str:
    return f"badge/{person.staff_id}/{person.badge_id}"


def _broken(folder: Path) -> str:
    return _(
        "The PINs kept on this till cannot be read: its key ({file}) is missing or another's. All sales"
        " are safe. Put the file back, or connect the till to its hub once."
    ).format(file=folder / DEVICE_KEY)
