"""Reading raw batches: how deep JSON is, whatever stands in its strings."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.envelopes import DEEPEST, too_deep, unzip
from hub.problems import Refused
from tests.hub.journals import zipped

_text = st.text('[]{}"\\ax\n', max_size=8)
_shallow = st.recursive(
    _text | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_text, inner, max_size=3),
    max_leaves=8,
)


@given(value=_shallow)
def test_shallow_json_is_never_too_deep(value: Any) -> None:
    assert not too_deep(json.dumps(value).encode())


@given(value=_shallow, text=_text)
def test_deep_json_is_always_too_deep(value: Any, text: str) -> None:
    for _level in range(DEEPEST + 1):
        value = {"}": "]", f"{text}x": value}
    assert too_deep(json.dumps(value).encode())


def test_depth_ends_exactly_at_the_limit() -> None:
    assert not too_deep(b"[" * DEEPEST + b"]" * DEEPEST)
    assert too_deep(b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1))
    assert too_deep(b"[[")


def test_gzip_of_a_real_batch_comes_out_as_it_went_in() -> None:
    body = json.dumps([{"seq": number, "hash": hex(number**7)} for number in range(20_000)]).encode()
    assert len(body) > 700_000
    assert unzip(zipped(body)) == body


def test_gzip_in_two_members_is_refused() -> None:
    with pytest.raises(Refused, match="not whole gzip"):
        unzip(zipped(b"{}") + zipped(b"{}"))
