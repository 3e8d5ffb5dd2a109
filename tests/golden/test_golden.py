"""Every fact ever shipped can be read, its hash holds, and no shape changes without a new schema."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from omnipos import events, upcasting
from omnipos.events import GENESIS, SCHEMA, Header, chain_hash, decode_fact, encode_fact, type_of
from tests.golden.examples import FOLDER, decoded, examples, file_of, golden, read

FILES = sorted(FOLDER.glob("schema-*/*.json"))


@pytest.mark.parametrize("name", sorted(examples()))
def test_a_fact_has_the_shape_that_was_kept(name: str) -> None:
    assert file_of(name).exists(), f"{name} is new: run python -m tests.golden"
    assert read(file_of(name)) == golden(examples()[name]), (
        f"the shape of {name} changed: raise SCHEMA in omnipos/events.py, write an upcaster in"
        " omnipos/upcasting.py and run python -m tests.golden (before the first release of this"
        " schema: python -m tests.golden --unreleased)"
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_what_any_program_wrote_is_read_and_its_hash_holds(path: Path) -> None:
    content = read(path)
    header = msgspec.convert(content["header"], Header)
    body = content["body"].encode()
    assert chain_hash(GENESIS, header, body).hex() == content["hash"]
    fact = decoded(content)
    if header.schema == SCHEMA:
        assert (type_of(fact), encode_fact(fact)) == (header.type, body)


def test_no_schema_that_was_shipped_is_without_files() -> None:
    kept = {path.parent.name for path in FILES}
    assert kept == {f"schema-{number}" for number in range(1, SCHEMA + 1)}


def test_every_field_of_every_example_is_filled() -> None:
    for fact in examples().values():
        empty = [value for value in _leaves(msgspec.to_builtins(fact)) if value in ("", 0, None, [], {})]
        assert empty == []


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, dict) and value:
        return [leaf for one in value.values() for leaf in _leaves(one)]
    if isinstance(value, list) and value:
        return [leaf for one in value for leaf in _leaves(one)]
    return [value]


@pytest.fixture
def third_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program two schemas on: a copy was told by a number, then by a receipt, then by its number."""

    def of_two(body: dict[str, Any]) -> dict[str, Any]:
        rest = {key: value for key, value in body.items() if key != "number"}
        return {**rest, "type": "receipt_printed_again", "receipt": f"S1-1-{body['number']:06d}"}

    def of_three(body: dict[str, Any]) -> dict[str, Any]:
        return {"type": "paper_reprinted", "receipt_number": body["receipt"]}

    monkeypatch.setattr(events, "SCHEMA", 3)
    monkeypatch.setitem(upcasting.UPCASTERS, ("copy_printed", 1), of_two)
    monkeypatch.setitem(upcasting.UPCASTERS, ("receipt_printed_again", 2), of_three)


@pytest.mark.usefixtures("third_schema")
@pytest.mark.parametrize(
    ("schema", "body"),
    [
        (1, b'{"type":"copy_printed","number":7}'),
        (2, b'{"type":"receipt_printed_again","receipt":"S1-1-000007"}'),
        (3, b'{"type":"paper_reprinted","receipt_number":"S1-1-000007"}'),
    ],
)
def test_older_schemas_are_brought_up_step_by_step(schema: int, body: bytes) -> None:
    assert decode_fact(body, schema) == events.PaperReprinted(receipt_number="S1-1-000007")


@pytest.mark.usefixtures("third_schema")
@pytest.mark.parametrize(
    ("schema", "body"),
    [
        (0, b'{"type":"copy_printed","number":7}'),
        (4, b'{"type":"paper_reprinted","receipt_number":"1"}'),
        (1, b"[]"),
        (1, b'{"type":"paper_reprinted"}'),
        (2, b'{"receipt_number":"1"}'),
    ],
)
def test_what_is_no_fact_of_its_schema_is_said_to_be_none(schema: int, body: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        decode_fact(body, schema)
