"""Finds texts in the sources: the ones marked for translation, and the ones somebody forgot to mark."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from babel.messages.extract import extract_from_dir

ROOT = Path(__file__).parent.parent
ROOMS = ("omnipos", "screens", "sync", "printing", "terminals", "hub")
KEYWORDS = {"_": None, "later": None, "ngettext": (1, 2)}
Message = str | tuple[str, str]

ALLOWED = {
    # Names of keys, as they stand on the keyboard.
    "Esc", "Enter", "Del", "Ins", "Space",
    # What a card slip, a tax office, a protocol or a log calls a thing.
    "Tax ID", "VAT No", "Reg. No", "GST Reg No", "Authorization", "Exempt food", "Runcit tidak bercukai",
    "DuitNow QR", "TOKO CONTOH", "KOTA CONTOH",
    "tcp://HOST:9100, file:///dev/usb/lp0, folder:///path, none",
    # Languages name themselves, and so does the program.
    "English", "Bahasa Indonesia", "Bahasa Melayu", "OmniPOS", "https://hub.example",
    # A typeface.
    "Courier",
    # Values of a setting.
    "dark, light",
    # Kept in the journal of jobs and in logs only.
    "the till is stopping", "not understood",
}  # fmt: skip
ALLOWED_FILES = {
    # Made-up people and goods, in the language of the demo shop's country.
    "omnipos/cli/demo/asking.py",
    "omnipos/cli/demo/people.py",
    "omnipos/cli/demo/goods.py",
    # One line a command for `--help`, which speaks English before any till is known.
    "omnipos/cli/__init__.py",
    # What a broken picture of the paper is called, for whoever writes a composer.
    "printing/commands.py",
    "printing/paper.py",
    "printing/code128.py",
    # The marks and styles of a web page; every text in it comes from a paper.
    "printing/html.py",
}

_TEXT = re.compile(r"[A-Za-z]{2,}[,.;:]? [A-Za-z]{2,}|^[A-Z][a-z]{2,}[.:!?…]?$")
_LETTERS = re.compile(r"[A-Za-z]{2,}")
_MARKS = {"_", "later", "ngettext"}
_NOT_SHOWN = re.compile(
    r"^(LOG|_log|logging)\b|getLogger|execute(script|many)?$|^(TypeVar|ParamSpec|AssertionError|ValueError|OSError)$"
    r"|^(TimeoutError|RuntimeError|LookupError|ConnectionError|MirrorMismatch|GapInPage)$"
)
_SHOWING = {"say", "Static", "Label", "Entry", "Lines", "Text", "echo", "secho", "notify"}
_REFUSALS = re.compile(r"(Refused|Trouble|Unknown|NotAllowed|Complaint|Rejected|Conflict|Retryable)$")
_SHOWN_NAMES = {"border_title", "border_subtitle", "hint", "heading", "title", "placeholder"}
_HELP = {"help", "metavar", "short_help", "name", "summary", "description"}


def marked_messages() -> set[Message]:
    """Return every text that `make messages` collects; a plural is a pair."""
    found: set[Message] = set()
    for room in ROOMS:
        for _file, _line, message, *_rest in extract_from_dir(ROOT / room, keywords=KEYWORDS):
            found.add(message if isinstance(message, str) else (message[0], message[1]))
    return found


def sources(*rooms: str) -> Iterator[Path]:
    """Yield the source files of some folders or files."""
    for room in rooms:
        path = ROOT / room
        yield from [path] if path.is_file() else sorted(path.rglob("*.py"))


def unmarked_texts(source: str) -> list[tuple[int, str]]:
    """Return line and text of what people would read untranslated in a source."""
    tree = ast.parse(source)
    skipped = {id(node) for root in _never_shown(tree) for node in ast.walk(root)}
    shown = {id(node) for root in _shown(tree) for node in ast.walk(root)}
    return sorted(
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped
        if _TEXT.search(node.value) or (id(node) in shown and _LETTERS.search(node.value))
    )


def unreadable_marks(source: str) -> list[int]:
    """Return lines where a mark holds no plain text, or stands in an f-string: no program collects those."""
    tree = ast.parse(source)
    in_f_strings = {
        id(node) for root in ast.walk(tree) if isinstance(root, ast.JoinedStr) for node in ast.walk(root)
    }
    wrong = []
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and _name(call.func) in _MARKS:
            texts = call.args[: 2 if _name(call.func) == "ngettext" else 1]
            literal = all(isinstance(text, ast.Constant) for text in texts)
            built = any(isinstance(text, ast.JoinedStr | ast.BinOp) for text in texts)
            if built or (literal and id(call) in in_f_strings):
                wrong.append(call.lineno)
    return wrong


def _name(function: ast.expr) -> str:
    return ast.unparse(function).rpartition(".")[2]


def _never_shown(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant() as docstring):
                yield docstring
            case ast.Assert(msg=ast.expr() as message):
                yield message
            case ast.arg(annotation=ast.expr() as annotation) | ast.AnnAssign(annotation=annotation):
                yield annotation
            case ast.FunctionDef(returns=ast.expr() as annotation):
                yield annotation
            case ast.AsyncFunctionDef(returns=ast.expr() as annotation):
                yield annotation
            case ast.Call():
                whole = ast.unparse(node.func)
                if _name(node.func) in _MARKS or _NOT_SHOWN.search(whole):
                    yield from node.args
                yield from (word.value for word in node.keywords if word.arg in _HELP)


def _shown(tree: ast.AST) -> Iterable[ast.AST]:
    for node in ast.walk(tree):
        match node:
            case ast.Call() if _name(node.func) in _SHOWING and node.args:
                yield from _texts_of(node.args[0])
            case ast.Call() if _REFUSALS.search(_name(node.func)):
                for argument in node.args:
                    yield from _texts_of(argument)
            case ast.Assign(targets=[ast.Attribute(attr=name)], value=value) if name in _SHOWN_NAMES:
                yield from _texts_of(value)


def _texts_of(node: ast.expr) -> Iterable[ast.AST]:
    """Return the literal texts a value is made of: itself, an f-string's parts, either side of a choice."""
    match node:
        case ast.Constant():
            return (node,)
        case ast.JoinedStr(values=values):
            return tuple(part for part in values if isinstance(part, ast.Constant))
        case ast.BinOp(left=left, right=right) | ast.IfExp(body=left, orelse=right):
            return (*_texts_of(left), *_texts_of(right))
        case _:
            return ()
