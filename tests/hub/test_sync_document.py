"""`docs/sync.md` tells the truth: its examples are messages, its signatures are good, its routes exist."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from litestar import Litestar

from hub import feed, hints, negotiating
from hub.app import create_app
from hub.problems import Refused
from hub.routes.hints import LONGEST_WAIT_S
from hub.tokens import NONCE_LIFE_MS, TOKEN_LIFE_MS
from omnipos import events, protocol
from omnipos.domain.catalogue import ListPrice, Product
from omnipos.domain.promotions.promotion import Coupon, Promotion
from omnipos.domain.tax import Tax
from omnipos.protocol import (
    MOST_BYTES,
    MOST_CHANGES,
    MOST_EVENTS,
    EnrolAnswer,
    EnrolRequest,
    Envelope,
    HelloAnswer,
    NonceAnswer,
    Outcome,
    PushAnswer,
    TokenAnswer,
    TokenRequest,
)
from omnipos.signing import enrol_words, head_words, is_signed, token_words
from sync import engine, pacing, wire
from sync import hints as heard
from tests.hub.rig import HubRig

DOCUMENT = (Path(__file__).parents[2] / "docs" / "sync.md").read_text()
EXAMPLES = re.findall(r"```json (\w+)\n(.*?)```", DOCUMENT, re.DOTALL)


def example(name: str) -> Any:
    """Return the document's example of a message, decoded."""
    (text,) = (text for found, text in EXAMPLES if found == name)
    return msgspec.json.decode(text, type=getattr(protocol, name))


def overlooked(said: Any, understood: Any, place: str = "") -> Iterator[str]:
    """Name what stands in an example and not in the message that was read from it."""
    if isinstance(said, dict) and isinstance(understood, dict):
        for key, value in said.items():
            if key in understood:
                yield from overlooked(value, understood[key], f"{place}.{key}")
            else:
                yield f"{place}.{key}"
    elif isinstance(said, list) and isinstance(understood, list) and len(said) == len(understood):
        for index, (one, other) in enumerate(zip(said, understood, strict=True)):
            yield from overlooked(one, other, f"{place}[{index}]")
    elif said != understood:
        yield place


@pytest.mark.parametrize(("name", "text"), EXAMPLES)
def test_every_example_is_the_message_that_it_says(name: str, text: str) -> None:
    kind = events.Fact if name == "Fact" else getattr(protocol, name)
    message = msgspec.json.decode(text, type=kind)
    understood = msgspec.json.decode(msgspec.json.encode(message))
    assert list(overlooked(msgspec.json.decode(text), understood)) == []


def test_every_example_says_which_message_it_is() -> None:
    assert len(EXAMPLES) == DOCUMENT.count("```json") > 15


def test_the_signatures_in_the_document_are_good() -> None:
    request: EnrolRequest = example("EnrolRequest")
    answer: EnrolAnswer = example("EnrolAnswer")
    assert is_signed(enrol_words(request.code, request.public_key), request.proof, request.public_key)
    asked: TokenRequest = example("TokenRequest")
    nonce: NonceAnswer = example("NonceAnswer")
    assert (asked.device_id, asked.nonce) == (answer.device_id, nonce.nonce)
    words = token_words(answer.hub_key, asked.device_id, asked.nonce)
    assert is_signed(words, asked.signature, request.public_key)
    hello: HelloAnswer = example("HelloAnswer")
    pushed: PushAnswer = example("PushAnswer")
    for head in (hello.countersigned, pushed.countersigned):
        assert head is not None
        words = head_words(answer.device_id, head.epoch, head.seq, head.hash)
        assert is_signed(words, head.signature, answer.hub_key)


def test_the_event_in_the_document_is_what_its_hash_says() -> None:
    (raw,) = example("PushBatch").events
    envelope = msgspec.json.decode(raw, type=Envelope)
    hashed = events.chain_hash(bytes.fromhex(envelope.prev_hash), envelope.header, bytes(envelope.body))
    assert hashed.hex() == envelope.hash == example("PushAnswer").countersigned.hash
    assert set(envelope.__struct_fields__) <= set(re.findall(r"\w+", DOCUMENT))
    header = ", ".join(events.Header.__struct_fields__)
    assert header in DOCUMENT


@pytest.fixture
def described(rig: HubRig) -> Litestar:
    """The hub's application."""
    return create_app(rig.hub)


def test_every_route_that_is_named_exists_and_every_till_route_is_named(described: Litestar) -> None:
    paths = described.openapi_schema.paths or {}
    routes = {
        (method, path): operation
        for path, item in paths.items()
        for method in ("GET", "POST", "PUT")
        if (operation := getattr(item, method.lower()))
    }
    named = set(re.findall(r"(GET|POST|PUT) (/v1/[\w/{}.-]*)", DOCUMENT))
    for method, path in named:
        assert any(method == known and _fits(path, pattern) for known, pattern in routes), (method, path)
    for (method, path), operation in routes.items():
        if "tills" in (operation.tags or ()):
            assert any(method == known and _fits(said, path) for known, said in named), (method, path)


def _fits(path: str, pattern: str) -> bool:
    wanted = re.sub(r"\{stream\}", ".+", pattern)
    return re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", wanted), path) is not None


def test_every_fact_outcome_and_stream_is_told() -> None:
    told = set(re.findall(r"`([\w/{}]+)`", DOCUMENT))
    assert {kind.__struct_config__.tag for kind in get_args(events.Fact)} <= told
    assert {one.value for one in Outcome} <= told
    assert set(feed.streams_of("{store}")) <= told


def test_every_kind_of_record_of_the_catalogue_is_told() -> None:
    told = set(re.findall(r"\| `(\w+)` \|", DOCUMENT))
    goods = (Product, ListPrice, Promotion, Coupon, Tax)
    assert {kind.__struct_config__.tag for kind in goods} <= told


def test_the_limits_in_the_document_are_the_hubs() -> None:
    for said in (
        f"At most {MOST_EVENTS} events and {MOST_BYTES:,} bytes",
        f"{MOST_CHANGES:,} at most",
        f"({LONGEST_WAIT_S} at most)",
        f"every {hints.BEAT_S:.0f} s",
        f"every {engine.LIVE_POLL_S * 0.5:.0f} to {engine.LIVE_POLL_S * 1.5:.0f} s while it hears hints,"
        f" every {engine.POLL_S * 0.5:.0f} to {engine.POLL_S * 1.5:.0f} s while it does not",
        f"({feed.KEPT_DELETIONS_MS // 86_400_000} days)",
    ):
        assert said in " ".join(DOCUMENT.split()), said
    longest_s = heard.SILENCE_S + pacing.FIRST_S + engine.GATHER_S * 2 + wire.CONNECT_S + wire.READ_S
    assert f"silent for {heard.SILENCE_S:.0f} s is dead" in " ".join(DOCUMENT.split())
    assert hints.BEAT_S < heard.SILENCE_S < longest_s <= 40
    assert "at the latest 40 s after it froze" in " ".join(DOCUMENT.split())
    assert hints.LIFE_S == 600
    assert hints.MOST_LINES == 3
    assert example("NonceAnswer").life_ms == NONCE_LIFE_MS
    assert example("TokenAnswer").life_ms == TOKEN_LIFE_MS
    assert isinstance(example("TokenAnswer"), TokenAnswer)


def test_a_till_that_is_too_old_is_told_as_the_document_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(negotiating, "OLDEST_TILL", events.SCHEMA + 1)
    with pytest.raises(Refused) as refused:
        negotiating.refuse_too_old(example("Hello"))
    assert f"with `{refused.value.status}` and the code `{refused.value.code}`" in DOCUMENT
