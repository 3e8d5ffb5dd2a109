"""Which addresses a hub may have: encrypted, on this computer, or in the shop's network by its own wish."""

import ipaddress
from urllib.parse import urlsplit

from omnipos.domain.errors import EntryRefused
from omnipos.locale import _

HOME_DOMAINS = ("local", "lan", "home", "internal", "home.arpa")
"""Names that no public name server gives out (RFC 6762, RFC 8375, ICANN's “internal”)."""


class NotEncrypted(EntryRefused):
    """Somebody on the way could read along, and nobody has said that this is all right."""


def hub_address(typed: str, *, private_http: bool) -> str:
    """Return an address as it is used; raise EntryRefused for one that is none.

    Without encryption a hub is reached on this computer only, or with `private_http` in the shop's
    own network; NotEncrypted is raised for all else. A token must not cross the internet in plain.
    """
    address = typed.strip().rstrip("/")
    host = _host(address)
    if address.startswith("https://"):
        return address
    if _is_here(host) or (private_http and _is_private(host)):
        return address
    if _is_private(host):
        raise NotEncrypted(
            _(
                "{address} is not encrypted: anybody in the shop's network could read along. Use https://,"
                " or, if you trust the network, omnipos enrol --private-http; for a till that is enrolled,"
                " write private_http = true into omnipos.toml."
            ).format(address=address[:60])
        )
    raise NotEncrypted(
        _("{address} is not encrypted: anybody on the way could read along. Use https://.").format(
            address=address[:60]
        )
    )


def as_typed(address: str) -> str:
    """Return a hub's address as `omnipos enrol` takes it, with the wish that one without encryption needs."""
    try:
        hub_address(address, private_http=False)
    except NotEncrypted:
        return f"--private-http {address}"
    return address


def _host(address: str) -> str:
    """Return the host of an address; who may come in is never part of it."""
    try:
        parts = urlsplit(address)
        good = parts.scheme in ("http", "https") and "@" not in parts.netloc and parts.port != 0
        host = parts.hostname if good else ""
    except ValueError:
        host = ""
    if not host:
        raise EntryRefused(
            _("“{address}” is no address of a hub. It looks like https://hub.example.").format(
                address=address.rpartition("@")[2][:60]
            )
        )
    return host.rstrip(".")


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _is_private(host: str) -> bool:
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return "." not in host or host.endswith(tuple(f".{domain}" for domain in HOME_DOMAINS))
    return found.is_private and not found.is_unspecified
