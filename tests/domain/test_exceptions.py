"""Every exception that the hub files has a sentence and answers, and every kind in the table is filed."""

import ast
import re
from pathlib import Path

from omnipos.domain.exceptions import KINDS, LOCAL_KINDS, UNKNOWN, answer_text, kind_of

HUB = Path(__file__).parent.parent.parent / "hub"
_KIND = re.compile(r"[a-z]+(_[a-z0-9]+)+$")


def filed_kinds(source: str) -> set[str]:
    """Return the kinds that a module notes: said to a call of `…note`, or kept as an event's `kind`."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Attribute(attr="note" | "_note") | ast.Name(id="note" | "_note")):
                found |= _kinds_in(node.args)
            case ast.Assign(targets=[ast.Attribute(attr="kind") | ast.Name(id="kind" | "KIND")], value=value):
                found |= _kinds_in([value])
            case ast.Assign(targets=[ast.Tuple(elts=places)], value=ast.Tuple(elts=values)):
                pairs = zip(places, values, strict=False)
                found |= _kinds_in([v for place, v in pairs if ast.unparse(place).split(".")[-1] == "kind"])
            case ast.keyword(arg="kind", value=value):
                found |= _kinds_in([value])
    return found


def _kinds_in(nodes: list[ast.expr]) -> set[str]:
    texts = {
        one.value
        for node in nodes
        for one in ([node.body, node.orelse] if isinstance(node, ast.IfExp) else [node])
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
    }
    return {text for text in texts if _KIND.match(text)}


def test_every_kind_the_hub_files_is_in_the_table_and_no_other_is() -> None:
    filed = set().union(*(filed_kinds(path.read_text()) for path in HUB.rglob("*.py")))
    assert len(filed) > 10
    assert filed == set(KINDS) - set(LOCAL_KINDS)


def test_a_kind_is_found_however_it_is_noted() -> None:
    source = """
unit.note("of_a_call", "a text", store_id=store)
_note(unit, one, "of_a_helper", _("Not a kind."))
one.kind = "of_an_event"
kind = "of_a_name"
one.kind, one.problem = "of_a_pair", _("Why.")
one.kind = "of_a_choice" if bad else ""
Received(raw=raw, kind="of_a_new_event")
note_hello(unit, "no_kind_of_ours")
"""
    assert filed_kinds(source) == {
        "of_a_call",
        "of_a_helper",
        "of_a_name",
        "of_an_event",
        "of_a_pair",
        "of_a_choice",
        "of_a_new_event",
    }


def test_every_kind_can_be_settled_or_says_how_it_goes() -> None:
    for name, kind in KINDS.items():
        assert kind.sentence.endswith("."), name
        assert len(kind.answers) != 1, name
        assert bool(kind.answers) != bool(kind.advice), name
        codes = [answer.code for answer in kind.answers]
        assert len(set(codes)) == len(codes) <= 9, name


def test_a_kind_or_answer_of_a_newer_hub_is_still_said() -> None:
    assert kind_of("of_2030") is UNKNOWN
    assert answer_text("of_2030", "reported") == "It is reported to the support."
    assert answer_text("receipt_twice", "of_2030") == "of_2030"
