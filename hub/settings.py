"""A hub's settings: one TOML file, the environment over it, the command line over both."""

import difflib
import os
import tomllib
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Any, get_origin
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

import msgspec

from omnipos.domain.errors import EntryRefused
from omnipos.locale import _, later

SETTINGS_FILE = "hub.toml"
PREFIX = "OMNIPOS_HUB_"
PASSWORD_VARIABLE = "PGPASSWORD"  # noqa: S105 - the name of libpq's variable, no password
DEFAULT_BIND = "127.0.0.1:8311"
LEVELS = ("debug", "info", "warning", "error")
FORMATS = ("text", "json")
WAYS_OUT = ("smtp", "smtps", "folder")
READ_BY_OTHERS = 0o077


class HubSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one hub process is told; each key is also a variable, such as OMNIPOS_HUB_LOG_FORMAT."""

    database: str = ""
    """The path of an SQLite file, or `postgresql://USER@HOST/NAME`; empty for one in the data folder."""
    database_password_file: str = ""
    """A file with the password of the database; libpq's PGPASSWORD and passfile work as well."""
    bind: str = DEFAULT_BIND
    """HOST:PORT to listen at."""
    address: str = ""
    """Where tills find the hub, as `omnipos hub enrol-code` tells it; empty: at `bind`."""
    admin_key_file: str = ""
    """The owner's key; the hub's own lies beside it. Empty: beside the SQLite file; PostgreSQL needs it."""
    messages: str = ""
    """The way out for messages: `smtp://…`, `smtps://…`, `folder:///PATH`; empty and they wait."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses or networks whose X-Forwarded-For and X-Forwarded-Proto are believed."""
    strangers_per_s: int = 50
    """How often one address may ask without a key, in the long run."""
    strangers_burst: int = 1000
    """How often one address may ask without a key at once."""
    log_format: str = "text"
    log_level: str = "warning"
    """`info` writes a line for each request."""
    common_hints_s: int = 0
    """How often, in seconds, a till hears of customers and accounts that changed in any store; 0 at once."""
    drain_s: int = 0
    """How many seconds a hub that is told to stop says that it is not ready before it takes nothing new."""
    backup_folder: str = ""
    """Where backups are put, for `omnipos hub doctor` to look whether there is a new one."""
    unseen_minutes: int = 15
    """After how long without a word a till counts as not seen."""


WISHES: dict[type, str] = {
    str: later("a text in quotes"),
    int: later("a whole number"),
    tuple: later('a list of texts such as ["10.0.0.0/8"]'),
}


def load_settings(
    folder: Path,
    *,
    config: Path | None = None,
    environment: Mapping[str, str] = os.environ,
    **given: str,
) -> HubSettings:
    """Return a hub's settings: of `config` or the folder's hub.toml, the environment and `given` over it.

    A password in the address of the database is moved to libpq's own variable, so that no log and no
    traceback holds it. Raises EntryRefused, which names the key and what to do.
    """
    path = config or folder / SETTINGS_FILE
    found = _read(path, wanted=config is not None)
    _refuse_unknown(found, path)
    _refuse_open_password(str(found.get("database", "")), path)
    values = {key: (value, str(path)) for key, value in found.items()}
    for field in msgspec.structs.fields(HubSettings):
        variable = PREFIX + field.name.upper()
        if variable in environment:
            value: Any = environment[variable]
            if get_origin(field.type) is tuple:
                value = [one.strip() for one in value.split(",") if one.strip()]
            values[field.name] = value, variable
    if password_of(given.get("database", "")):
        raise EntryRefused(
            _(
                "Everybody on this computer can read the password in --database. Put it into the file that"
                " database_password_file names, or into PGPASSWORD or libpq's passfile."
            )
        )
    values |= {key: (value, f"--{key}") for key, value in given.items() if value}
    settings = HubSettings(**{key: _typed(key, *said) for key, said in values.items()})
    _check(settings, {key: place for key, (_value, place) in values.items()})
    return _without_password(settings)


def _read(path: Path, *, wanted: bool) -> dict[str, Any]:
    if not wanted and not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text())
    except OSError as error:
        raise EntryRefused(
            _("The settings {file} cannot be read: {reason}.").format(file=path, reason=error.strerror)
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise EntryRefused(
            _("{file} cannot be read: {reason}. Put it right or remove it.").format(file=path, reason=error)
        ) from error


def _refuse_unknown(found: Mapping[str, Any], path: Path) -> None:
    known = [field.name for field in msgspec.structs.fields(HubSettings)]
    for key in found:
        if key in known:
            continue
        near = difflib.get_close_matches(key, known, n=1)
        if near:
            text = _("{file}: there is no key “{key}”. Is {near} meant?")
            raise EntryRefused(text.format(file=path, key=key, near=near[0]))
        text = _("{file}: there is no key “{key}”. There are: {known}.")
        raise EntryRefused(text.format(file=path, key=key, known=", ".join(known)))


def _refuse_open_password(database: str, path: Path) -> None:
    if password_of(database) and path.stat().st_mode & READ_BY_OTHERS:
        raise EntryRefused(
            _("{file} holds a password and others can read it. Do: chmod 600 {file}").format(file=path)
        )


def _typed(key: str, value: Any, place: str) -> Any:
    kind = next(field.type for field in msgspec.structs.fields(HubSettings) if field.name == key)
    try:
        # The environment has only texts; in the file a number in quotes is meant as one.
        return msgspec.convert(value, kind, strict=False)
    except msgspec.ValidationError as error:
        wish = WISHES[get_origin(kind) or kind]
        text = _("{place}: {key} must be {wish}; it is {value}.")
        raise EntryRefused(text.format(place=place, key=key, wish=_(wish), value=repr(value))) from error


def _check(settings: HubSettings, places: Mapping[str, str]) -> None:
    def refuse(key: str, wish: str) -> EntryRefused:
        text = _("{place}: {key} must be {wish}; it is {value}.")
        value = repr(getattr(settings, key) if key != "database" else without_password(settings.database))
        return EntryRefused(text.format(place=places.get(key, ""), key=key, wish=wish, value=value))

    for key, choices in (("log_level", LEVELS), ("log_format", FORMATS)):
        if getattr(settings, key) not in choices:
            raise refuse(key, _("one of {choices}").format(choices=", ".join(choices)))
    limits = (
        ("strangers_per_s", 1, 100_000),
        ("strangers_burst", 1, 1_000_000),
        ("drain_s", 0, 300),
        ("common_hints_s", 0, 3600),
        ("unseen_minutes", 1, 100_000),
    )
    for key, least, most in limits:
        if not least <= getattr(settings, key) <= most:
            raise refuse(key, _("between {least} and {most}").format(least=least, most=most))
    for network in settings.trusted_proxies:
        try:
            ip_network(network, strict=False)
        except ValueError as error:
            raise refuse("trusted_proxies", _("addresses or networks such as 10.0.0.0/8")) from error
    if settings.address and not settings.address.startswith(("https://", "http://")):
        raise refuse("address", _("an address such as https://hub.example"))
    scheme = urlsplit(settings.database).scheme if "://" in settings.database else ""
    if scheme and scheme.partition("+")[0] not in ("postgresql", "postgres"):
        raise refuse("database", _("a path or postgresql://USER@HOST/NAME"))
    if settings.messages and urlsplit(settings.messages).scheme not in WAYS_OUT:
        # Not shown: there may be a password in it.
        text = _("{place}: {key} must begin with smtp://, smtps:// or folder://.")
        raise EntryRefused(text.format(place=places["messages"], key="messages"))


def _without_password(settings: HubSettings) -> HubSettings:
    password = password_of(settings.database)
    if settings.database_password_file:
        password = read_secret(Path(settings.database_password_file))
    if not password:
        return settings
    os.environ[PASSWORD_VARIABLE] = password
    return msgspec.structs.replace(settings, database=without_password(settings.database))


def password_of(address: str) -> str:
    """Return the password in the address of a database; empty for none."""
    if "://" not in address:
        return ""
    parts = urlsplit(address)
    return unquote(parts.password or "") or dict(parse_qsl(parts.query)).get("password", "")


def without_password(address: str) -> str:
    """Return the address of a database as it may be shown and logged."""
    if not password_of(address):
        return address
    parts = urlsplit(address)
    user, at, hosts = parts.netloc.rpartition("@")
    query = urlencode([one for one in parse_qsl(parts.query) if one[0] != "password"])
    netloc = f"{user.partition(':')[0]}{at}{hosts}"
    return urlunsplit(parts._replace(netloc=netloc, query=query))


def read_secret(path: Path) -> str:
    """Return what stands in a file that nobody else may read; raise EntryRefused."""
    refuse_open_file(path)
    try:
        return path.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise EntryRefused(
            _("The secret in {file} cannot be read: {reason}.").format(
                file=path, reason=getattr(error, "strerror", error)
            )
        ) from error


def refuse_open_file(path: Path) -> None:
    """Raise EntryRefused for a file of secrets that others can read; one that is not there is none."""
    if path.exists() and path.stat().st_mode & READ_BY_OTHERS:
        raise EntryRefused(_("Others can read {file}. Do: chmod 600 {file}").format(file=path))
