"""A till's settings: one TOML file, the environment over it, a clear error per wrong key."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path

import msgspec

from omnipos.domain.errors import EntryRefused
from omnipos.locale import LANGUAGES, _

SETTINGS_FILE = "omnipos.toml"
PREFIX = "OMNIPOS_"


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one till is told beside what the hub says of its shop."""

    hub: str = ""
    """The hub's address; empty for a hub that runs inside this till."""
    private_http: bool = False
    """Whether a hub in the shop's own network may be asked without encryption; one on this computer may."""
    printer: str = "none"
    """One line: `tcp://HOST:9100`, `file:///dev/usb/lp0`, `folder:///path` or `none`."""
    paper_columns: int = 48
    terminal: str = ""
    """The card terminal, `tcp://HOST:PORT`; empty for one that stands alone, whose slip is typed."""
    acquirer: str = ""
    """Who makes a QR code for each payment, `tcp://HOST:PORT`; empty for the shop's own standing code."""
    language: str = ""
    """`en`, `id` or `ms`; empty speaks the shop's language."""
    scan_gap_ms: int = 20
    """The longest mean gap between two keys of a scanner."""
    idle_lock_s: int = 120
    """After how many idle seconds the till locks; 0 for never."""
    theme: str = "dark"
    sign_in_hint: str = ""
    """A line shown at sign-in, such as the demo shop's PINs."""


def load_settings(folder: Path, environment: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings of a data folder; environment variables such as OMNIPOS_PRINTER win.

    Raises EntryRefused naming the wrong key and what it may be.
    """
    path = folder / SETTINGS_FILE
    try:
        written = tomllib.loads(path.read_text()) if path.exists() else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise EntryRefused(
            _("{file} cannot be read: {reason}. Put it right or remove it.").format(file=path, reason=error)
        ) from error
    for field in msgspec.structs.fields(Settings):
        value = environment.get(PREFIX + field.name.upper())
        if value is not None:
            written[field.name] = value
    try:
        settings = msgspec.convert(written, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise EntryRefused(
            _("A setting in {file} is wrong: {reason}.").format(file=path, reason=error)
        ) from error
    return _checked(settings, path)


def _checked(settings: Settings, path: Path) -> Settings:
    wrong = None
    if settings.language and settings.language not in LANGUAGES:
        wrong = _("language must be one of {choices}").format(choices=", ".join(LANGUAGES))
    elif settings.theme not in ("dark", "light"):
        wrong = _("theme must be one of {choices}").format(choices="dark, light")
    elif settings.paper_columns not in range(24, 65):
        wrong = _("paper_columns must be between 24 and 64")
    elif settings.scan_gap_ms not in range(1, 101):
        wrong = _("scan_gap_ms must be between 1 and 100")
    if wrong:
        raise EntryRefused(_("A setting in {file} is wrong: {reason}.").format(file=path, reason=wrong))
    return settings


def save_settings(folder: Path, settings: Settings) -> None:
    """Write the settings that differ from what is usual."""
    usual = Settings()
    lines = [
        f"{name} = {msgspec.json.encode(value).decode()}\n"
        for name, value in msgspec.structs.asdict(settings).items()
        if value != getattr(usual, name)
    ]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / SETTINGS_FILE).write_text("".join(lines))
