"""Every text a person reads, in the language the till speaks: English, Bahasa Indonesia or Bahasa Melayu."""

import gettext as _gettext
from pathlib import Path

LANGUAGES = ("en", "id", "ms")
_MONTHS = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "id": "Jan Feb Mar Apr Mei Jun Jul Agu Sep Okt Nov Des",
    "ms": "Jan Feb Mac Apr Mei Jun Jul Ogo Sep Okt Nov Dis",
}
"""As CLDR has them. Babel knows them too, but asking it takes five megabytes of a till for good."""

_spoken: _gettext.NullTranslations = _gettext.NullTranslations()
_language = "en"


def speak(language: str) -> None:
    """Set the language of all texts from now on: `en`, `id` or `ms`; an unknown one speaks English."""
    global _spoken, _language
    _language = language if language in LANGUAGES else "en"
    _spoken = _gettext.translation("omnipos", Path(__file__).parent, languages=[_language], fallback=True)


def language() -> str:
    """Return the code of the language spoken now."""
    return _language


def _(text: str) -> str:
    """Return a text in the language spoken now; an untranslated text comes back as it is."""
    return _spoken.gettext(text)


def ngettext(one: str, many: str, count: int) -> str:
    """Return the singular or plural form for a count, in the language spoken now."""
    return _spoken.ngettext(one, many, count)


def short_month(month: int) -> str:
    """Return what a month, 1 to 12, is called in the language spoken now where there is little room."""
    return _MONTHS[_language].split()[month - 1]


def later(text: str) -> str:
    """Mark a text for translation where it stands; it is translated with `_` when it is shown."""
    return text
