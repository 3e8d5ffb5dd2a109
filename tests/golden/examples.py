"""A full example of every fact, made from its type alone, and the text of its shape."""

import json
from pathlib import Path
from typing import Any, get_args

import msgspec
from msgspec import inspect

from omnipos.events import GENESIS, SCHEMA, Fact, Header, decode_fact, encode_fact, seal, type_of

FOLDER = Path(__file__).parent
EXPLAINING = ("title", "description")


def examples() -> dict[str, Fact]:
    """Return one example of each fact, by its name; every field is filled."""
    made = (msgspec.convert(_filled(inspect.type_info(one)), Fact) for one in get_args(Fact))
    return {type_of(fact): fact for fact in made}


def golden(fact: Fact) -> dict[str, Any]:
    """Return what stands in a fact's golden file."""
    header = Header(
        epoch=1,
        seq=1,
        event_id="0193aaaa-0000-7000-8000-000000000001",
        type=type_of(fact),
        schema=SCHEMA,
        occurred_at_ms=1_795_255_200_000,
        actor="s-sari",
        shift="1",
        catalogue_rev=7,
    )
    event = seal(header, encode_fact(fact), GENESIS)
    return {
        "header": json.loads(msgspec.json.encode(header)),
        "body": event.body.decode(),
        "hash": event.hash.hex(),
        "shape": shape_of(type(fact)),
    }


def file_of(name: str, schema: int = SCHEMA) -> Path:
    """Return where a fact's golden file of a schema lies."""
    return FOLDER / f"schema-{schema}" / f"{name}.json"


def read(path: Path) -> dict[str, Any]:
    """Return what stands in a golden file."""
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def write(path: Path, content: dict[str, Any]) -> None:
    """Write a golden file."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


def decoded(content: dict[str, Any]) -> Fact:
    """Return the fact of a golden file as this program reads it."""
    header = msgspec.convert(content["header"], Header)
    return decode_fact(content["body"].encode(), header.schema)


def shape_of(fact: type) -> Any:
    """Return fields, types, defaults and words of a fact, without what only explains them."""
    schema = _plain(json.loads(msgspec.json.encode(msgspec.json.schema(fact))))
    return {"fields": schema["$ref"], "types": schema["$defs"]} if "$ref" in schema else schema


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        explains = ("title", "description")
        return {
            key: _plain(one) for key, one in value.items() if key not in explains or isinstance(one, dict)
        }
    return [_plain(one) for one in value] if isinstance(value, list) else value


def _filled(kind: inspect.Type) -> Any:
    """Return plain values that fill a type: no field is left out, no list is empty."""
    match kind:
        case inspect.StructType():
            fields = {field.encode_name: _filled(field.type) for field in kind.fields}
            return fields if kind.tag is None else {kind.tag_field: kind.tag, **fields}
        case inspect.VarTupleType() | inspect.ListType():
            return [_filled(kind.item_type)]
        case inspect.TupleType():
            return [_filled(one) for one in kind.item_types]
        case inspect.DictType():
            return {_filled(kind.key_type): _filled(kind.value_type)}
        case inspect.UnionType():
            return _filled(next(one for one in kind.types if not isinstance(one, inspect.NoneType)))
        case inspect.EnumType():
            return next(iter(kind.cls)).value
        case inspect.LiteralType():
            return kind.values[0]
        case inspect.BoolType():
            return True
        case inspect.IntType():
            return 1
        case inspect.StrType():
            return "text"
        case _:
            raise AssertionError(f"a fact holds {kind}, of which no example is known")
