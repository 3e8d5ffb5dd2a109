"""Every text a person reads is in both languages, fits where it stands, and says the same."""

import gettext
import importlib
import pkgutil
import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.pofile import read_po
from rich.cells import cell_len

import screens
from omnipos.domain.order import STATE_WORDS
from omnipos.locale import _, speak
from screens.commands import HELP, key_name
from screens.counter import Counter, Dialog
from screens.help import HINTS
from screens.pay import CARD, EXACT, PRINT
from screens.widgets.footer import KeysLine
from tests.texts import (
    ALLOWED,
    ALLOWED_FILES,
    ROOT,
    Message,
    marked_messages,
    sources,
    unmarked_texts,
    unreadable_marks,
)

LANGUAGES = ("id", "ms")
CATALOGUES = ROOT / "omnipos" / "locale"
SHOWN_TO_PEOPLE = (
    "terminals",
    "screens",
    "printing",
    "sync",
    "omnipos/services",
    "omnipos/domain",
    "omnipos/cli",
    "omnipos/config.py",
    "omnipos/store/connection.py",
)
BOX, SCREEN, HELP_TEXT, STATE_COLUMN = 62, 80, 50, 9
"""Cells: inside a dialog, across the smallest screen, beside a key in the help, in the list of orders."""


@cache
def _catalogue(language: str) -> Catalog:
    with _file(language).open("rb") as file:
        return read_po(file, locale=language)


def _file(language: str) -> Path:
    return CATALOGUES / language / "LC_MESSAGES" / "omnipos.po"


def _translations(language: str) -> dict[Message, str]:
    found: dict[Message, str] = {}
    for message in _catalogue(language):
        key = message.id if isinstance(message.id, str) else (message.id[0], message.id[1])
        if key:
            found[key] = message.string if isinstance(message.string, str) else message.string[0]
    return found


def _both(message: Message) -> str:
    return message if isinstance(message, str) else " ".join(message)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_the_sources_is_translated(language: str) -> None:
    translated = {key for key, text in _translations(language).items() if text.strip()}
    marked = marked_messages()
    assert len(marked) > 500
    assert marked - translated == set(), "run `make messages` and translate what came in empty"


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_left_over_or_doubtful(language: str) -> None:
    catalogue = _catalogue(language)
    assert set(_translations(language)) - marked_messages() == set(), "run `make messages`"
    assert not catalogue.obsolete
    assert [message.id for message in catalogue if message.id and message.fuzzy] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_stay_as_they_are(language: str) -> None:
    for message, text in _translations(language).items():
        wanted = set(re.findall(r"\{[^}]*\}", _both(message)))
        assert set(re.findall(r"\{[^}]*\}", text)) == wanted, text
        assert text.count("{") == len(re.findall(r"\{[^}]*\}", text)), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_keys_and_commands_keep_their_names(language: str) -> None:
    kept = re.compile(r"\bF\d+\b|\bEsc\b|\bEnter\b|--[a-z-]+|omnipos (?:demo|enrol|hub)\b|/v1/\w+")
    for message, text in _translations(language).items():
        single = message if isinstance(message, str) else message[0]
        assert sorted(kept.findall(text)) == sorted(kept.findall(single)), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_says_its_language_and_that_it_has_one_form(language: str) -> None:
    catalogue = _catalogue(language)
    headers = dict(catalogue.mime_headers)
    assert headers["Language"] == language
    assert headers["Plural-Forms"] == "nplurals=1; plural=0;"
    assert headers["Content-Type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_spoken_is_what_stands_in_the_catalogue(language: str) -> None:
    compiled = gettext.translation("omnipos", CATALOGUES, languages=[language])
    for message, text in _translations(language).items():
        single = message if isinstance(message, str) else message[0]
        many = message if isinstance(message, str) else message[1]
        said = (
            {compiled.gettext(single)}
            if single == many
            else {compiled.ngettext(single, many, n) for n in (0, 1, 5)}
        )
        assert said == {text}, "run `make setup`"


def test_the_two_languages_are_not_one() -> None:
    indonesian, malay = _translations("id"), _translations("ms")
    differ = [key for key in indonesian if indonesian[key] != malay[key]]
    assert len(differ) > 0.8 * len(indonesian)
    words = {
        "Change": ("Kembalian", "Baki"),
        "Receipts": ("Struk", "Resit"),
        "cashier": ("kasir", "juruwang"),
    }
    assert {key: (indonesian[key], malay[key]) for key in words} == words


def test_a_till_is_not_called_by_the_name_of_who_stands_at_it() -> None:
    about_tills = re.compile(r"\btills?\b", re.IGNORECASE)
    about_people = re.compile(r"\bcashiers?\b|\bnext one\b", re.IGNORECASE)
    person = re.compile(r"\bkasir\b", re.IGNORECASE)
    for text, said in _translations("id").items():
        if about_tills.search(str(text)) and not about_people.search(str(text)):
            assert not person.search(str(said)), text


@pytest.mark.parametrize(
    "path",
    [one for one in sources(*SHOWN_TO_PEOPLE) if one.relative_to(ROOT).as_posix() not in ALLOWED_FILES],
    ids=lambda path: path.relative_to(ROOT).as_posix(),
)
def test_no_text_is_left_untranslated(path: Path) -> None:
    source = path.read_text()
    assert [(line, text) for line, text in unmarked_texts(source) if text not in ALLOWED] == []
    assert unreadable_marks(source) == []


def test_a_forgotten_text_is_found() -> None:
    source = '''
"""A docstring says nothing to cashiers."""
def act(self, name: "str of a name"):
    """Nor does this."""
    LOG.error("written to the log")
    raise OrderRefused("gone")
    self.say(f"{name} sold")
    click.echo("Done" if name else _("Not done."))
    box.border_title = "basket"
    rows.append(("How this till stands", name))
    return _(f"{name} is here") + later("all is well") + f"{_('in a text')}"
'''
    assert unmarked_texts(source) == [
        (6, "gone"),
        (7, " sold"),
        (8, "Done"),
        (9, "basket"),
        (10, "How this till stands"),
    ]
    assert unreadable_marks(source) == [11, 11]


def _screens() -> list[type[Counter]]:
    for module in pkgutil.iter_modules(screens.__path__, "screens."):
        importlib.import_module(module.name)
    found: list[type[Counter]] = [Counter]
    for one in found:
        found.extend(one.__subclasses__())
    return [one for one in found if one.__module__.startswith("screens.") and one.COMMANDS_HERE]


@pytest.mark.parametrize("language", ["en", *LANGUAGES])
def test_the_footer_shows_every_key_on_the_smallest_screen(language: str) -> None:
    speak(language)
    footers = [(one.COMMANDS_HERE, BOX if issubclass(one, Dialog) else SCREEN) for one in _screens()]
    assert len(footers) > 10
    for commands, width in [*footers, ((HELP, EXACT, CARD, PRINT), SCREEN)]:
        shown = "".join(text for text, _style in KeysLine(commands).paint(width, 1)[0])
        for command in commands:
            if command.is_in_footer:
                assert f" {key_name(command.key)} {_(command.label)} " in f"{shown} ", shown


@pytest.mark.parametrize("language", ["en", *LANGUAGES])
def test_the_help_says_each_key_on_one_line(language: str) -> None:
    speak(language)
    told = {_(command.tells) for one in _screens() for command in one.COMMANDS_HERE if command.tells}
    told |= {_(text) for _sign, text in HINTS}
    assert {text for text in told if cell_len(text) > HELP_TEXT} == set()


@pytest.mark.parametrize("language", ["en", *LANGUAGES])
def test_columns_keep_their_width(language: str) -> None:
    speak(language)
    assert {_(word) for word in STATE_WORDS.values() if cell_len(_(word)) > STATE_COLUMN} == set()
    card = (
        "Amount       ",
        "Approval code",
        "Acquirer     ",
        "Scheme       ",
        "Trace no.    ",
        "Last four    ",
    )
    for labels in (card, ("Code ", "Name ", "Phone")):
        assert {text for text in labels if text not in _translations("id")} == set()
        assert len({cell_len(_(text)) for text in labels}) == 1
