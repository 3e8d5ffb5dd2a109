"""The journal's hash chain: a golden value, and any change to an event shows."""

import hashlib
import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnipos.events import (
    GENESIS,
    Header,
    OrderPicked,
    PaperReprinted,
    chain_hash,
    decode_fact,
    encode_fact,
    seal,
    type_of,
)

HEADER = Header(
    epoch=1,
    seq=1,
    event_id="0193aaaa-0000-7000-8000-00000000000e",
    type="paper_reprinted",
    schema=1,
    occurred_at_ms=1_795_255_200_000,
    actor="s-sari",
    shift="1",
    catalogue_rev=7,
)
FACT = PaperReprinted(receipt_number="S1-1-000001")
GOLDEN = "46519145c986f176b077d9ac6e774e5f7e0b083a3fa521815acbeab384b08407"


def test_the_chain_is_sha256_over_the_old_hash_the_header_and_the_bodys_hash() -> None:
    body = encode_fact(FACT)
    assert body == b'{"type":"paper_reprinted","receipt_number":"S1-1-000001"}'
    written = json.dumps(
        [
            1,
            1,
            "0193aaaa-0000-7000-8000-00000000000e",
            "paper_reprinted",
            1,
            1_795_255_200_000,
            "s-sari",
            "1",
            7,
        ],
        separators=(",", ":"),
    )
    wanted = hashlib.sha256(bytes(32) + written.encode() + hashlib.sha256(body).digest())
    assert seal(HEADER, body, GENESIS).hash == wanted.digest()
    assert wanted.hexdigest() == GOLDEN


@given(st.sampled_from(Header.__struct_fields__), st.integers(0, 10**6), st.binary(min_size=1, max_size=8))
def test_a_change_anywhere_changes_the_hash(field: str, value: int, noise: bytes) -> None:
    body = encode_fact(FACT)
    own = chain_hash(GENESIS, HEADER, body)
    changed = value if isinstance(getattr(HEADER, field), int) else str(value)
    if changed != getattr(HEADER, field):
        assert chain_hash(GENESIS, msgspec.structs.replace(HEADER, **{field: changed}), body) != own
    assert chain_hash(GENESIS, HEADER, body + noise) != own
    assert chain_hash(own, HEADER, body) != own


def test_a_fact_reads_back_as_itself_and_stands_under_its_name() -> None:
    fact = OrderPicked(order_id="o", line_id="l", quantity_milli=1000)
    assert type_of(fact) == "order_picked"
    assert decode_fact(encode_fact(fact)) == fact


def test_an_unknown_fact_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        decode_fact(b'{"type":"moon_landed"}')
