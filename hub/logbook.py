"""What a hub writes of itself: one line an event, as text or JSON, nothing secret or personal."""

import json
import logging
import re
import sys
import time
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""Names the request that is being answered, in its log lines, its answer and its problem."""

ACCESS = "hub.access"
FIELDS = "fields"
"""The attribute of a record that holds what a line says beside its text."""

_SECRETS = (
    # Whom somebody searched for stands in an address's query.
    (re.compile(r"\?[^\s\"'?=]+=[^\s\"']*"), "?…"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]+"), r"\1 …"),
    (re.compile(r"(://[^\s:/@]*):[^\s@/]+@"), r"\1:…@"),
    (
        re.compile(r"(?i)\b(password|passwd|token|secret|pin)(\s*[=:]\s*)(\"[^\"]*\"|'[^']*'|[^\s,;&)]+)"),
        r"\1\2…",
    ),
)
_LONG_NUMBER = re.compile(r"(?<![\w.-])\+?\d(?:[ -]?\d){7,18}(?![\w.])")


def redacted(text: str) -> str:
    """Return a text without keys, passwords and addresses' queries, and of long numbers the last four digits.

    A phone or card number should never come here; a database's own complaint may quote one.
    """
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return _LONG_NUMBER.sub(lambda found: "…" + re.sub(r"\D", "", found[0])[-4:], text)


def fields_of(record: logging.LogRecord) -> dict[str, Any]:
    """Return what a line tells beside its text: of which request, and what it was given."""
    own = request_id.get()
    return ({"request_id": own} if own else {}) | getattr(record, FIELDS, {})


class TextLines(logging.Formatter):
    """`2026-01-31T12:00:00.123Z WARNING text key=value …`; what follows a bug's line is indented."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line, with a traceback below it where there is one."""
        told = "".join(f" {key}={_bare(value)}" for key, value in fields_of(record).items())
        text = redacted(" ".join(record.getMessage().split()))
        line = f"{_at(record)} {record.levelname} {text}{told}"
        trace = _trace(self, record)
        return line if not trace else line + "\n" + "\n".join(f"  {one}" for one in trace.splitlines())


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; a traceback is a text in it."""
        said: dict[str, Any] = {
            "time": _at(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redacted(record.getMessage()),
        }
        trace = _trace(self, record)
        more = {"trace": trace} if trace else {}
        return json.dumps(said | fields_of(record) | more, ensure_ascii=False, default=str)


def _at(record: logging.LogRecord) -> str:
    return (
        datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    )


def _trace(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    return redacted(formatter.formatException(record.exc_info)) if record.exc_info else ""


def _bare(value: object) -> str:
    text = str(value)
    return text if re.fullmatch(r"[^\s\"=]+", text) else json.dumps(text, ensure_ascii=False)


def keep_log(log_format: str, log_level: str) -> None:
    """Write what this process logs to its error output from now on, in place of any other way."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if log_format == "json" else TextLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(log_level.upper())
    # What other libraries say of each step is theirs; what goes wrong in them is ours.
    for name in ("alembic", "asyncio", "granian", "_granian", "sqlalchemy"):
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def since_ms(began_s: float) -> float:
    """Return the milliseconds since a moment of `time.perf_counter`, to a tenth."""
    return round((time.perf_counter() - began_s) * 1000, 1)
