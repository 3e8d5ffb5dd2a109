"""The API's description as one plain page made on the server: nothing in it comes from elsewhere."""

from collections.abc import Iterator
from html import escape
from typing import Any

from litestar import Request
from litestar.openapi.plugins import OpenAPIRenderPlugin

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "code,pre{font:14px ui-monospace,monospace}pre{background:#8881;padding:.5rem;overflow:auto}"
    "h2{margin-top:2rem;border-bottom:1px solid #8888}.m{font-weight:bold;text-transform:uppercase}"
    "table{border-collapse:collapse}td,th{padding:.1rem .8rem .1rem 0;text-align:left;"
    "vertical-align:top}@media(prefers-color-scheme:dark){body{background:#111;color:#ddd}"
    "a{color:#8cf}}"
)


class SchemaPage(OpenAPIRenderPlugin):
    """Renders the OpenAPI document as static HTML."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """Return the page."""
        return "".join(_page(openapi_schema)).encode()


def _page(schema: dict[str, Any]) -> Iterator[str]:
    facts = schema["info"]
    yield "<!doctype html><html lang=en><meta charset=utf-8>"
    yield "<meta name=viewport content='width=device-width'>"
    yield f"<title>{escape(facts['title'])}</title><style>{_STYLE}</style>"
    yield f"<h1>{escape(facts['title'])} {escape(facts['version'])}</h1>"
    yield f"<p>{escape(facts.get('description', ''))}</p>"
    yield "<p>Send <code>Authorization: Bearer KEY</code>. For programs: "
    yield "<a href='/schema/openapi.json'>openapi.json</a></p>"
    for path, item in sorted(schema.get("paths", {}).items()):
        for method, operation in item.items():
            if isinstance(operation, dict):
                yield from _operation(path, method, operation)
    yield "<h2>Types</h2>"
    for name, one in sorted(schema.get("components", {}).get("schemas", {}).items()):
        yield from _type(name, one)


def _operation(path: str, method: str, operation: dict[str, Any]) -> Iterator[str]:
    yield f"<h3><span class=m>{escape(method)}</span> <code>{escape(path)}</code></h3>"
    words = operation.get("description") or operation.get("summary") or ""
    yield f"<p>{escape(words)}</p>"
    parameters = operation.get("parameters") or []
    if parameters:
        rows = [(one["name"], one.get("in", ""), one.get("schema", {})) for one in parameters]
        yield "<table>"
        for name, where, schema in rows:
            yield f"<tr><td><code>{escape(name)}</code><td>{escape(where)}<td>{_words(schema)}"
        yield "</table>"
    body = _content(operation.get("requestBody") or {})
    if body:
        yield f"<p>Body: {body}</p>"
    for status, response in sorted((operation.get("responses") or {}).items()):
        yield f"<p>{escape(str(status))}: {_content(response)}</p>"


def _content(holder: dict[str, Any]) -> str:
    kinds = holder.get("content") or {}
    return ", ".join(_words(one.get("schema") or {}) for one in kinds.values())


def _type(name: str, schema: dict[str, Any]) -> Iterator[str]:
    yield f"<h3 id='{escape(name)}'>{escape(name)}</h3><p>{escape(schema.get('description', ''))}</p>"
    if schema.get("enum"):
        yield f"<p><code>{escape(' | '.join(map(str, schema['enum'])))}</code></p>"
    required = schema.get("required") or []
    yield "<table>"
    for key, one in (schema.get("properties") or {}).items():
        must = "required" if key in required else ""
        yield f"<tr><td><code>{escape(key)}</code><td>{_words(one)}<td>{must}"
    yield "</table>"


def _words(schema: dict[str, Any]) -> str:
    """Return a schema in a few words, with links to the types it names."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rsplit("/", 1)[-1])
        return f"<a href='#{name}'>{name}</a>"
    for key in ("oneOf", "anyOf"):
        if key in schema:
            return " or ".join(_words(one) for one in schema[key])
    if schema.get("type") == "array":
        return f"list of {_words(schema.get('items') or {})}"
    kind = escape(str(schema.get("type", "any")))
    limits = [
        f"{word} {escape(str(schema[key]))}"
        for key, word in (
            ("minimum", "from"),
            ("maximum", "to"),
            ("maxLength", "at most"),
            ("pattern", "like"),
        )
        if key in schema
    ]
    return " ".join([kind, *limits])
