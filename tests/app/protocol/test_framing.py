"""Messages between processes: exact, and refused when garbled."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from app.protocol.framing import LENGTHS, Decoder, Message, encode
from graph.errors import NetloomError

KINDS = st.sampled_from([np.bool_, np.uint8, np.int64, np.float32, np.float64])


@given(
    st.dictionaries(st.text(), arrays.arrays(KINDS, arrays.array_shapes(min_dims=0, min_side=0))), st.integers(1, 50)
)
def test_whatever_the_pieces_the_messages_are_the_same(found: dict[str, Any], size: int) -> None:
    data = encode(Message("first", {"text": "ä", "value": float("nan")}, found)) + encode(Message("second"))
    decoder = Decoder()
    got = [message for start in range(0, len(data), size) for message in decoder.feed(data[start : start + size])]
    assert [message.type for message in got] == ["first", "second"]
    assert got[0].fields == {"text": "ä", "value": None}
    assert got[0].arrays.keys() == found.keys()
    for name, array in found.items():
        assert got[0].arrays[name].dtype == array.dtype
        np.testing.assert_array_equal(got[0].arrays[name], array)


@pytest.mark.parametrize(
    "frame",
    [
        LENGTHS.pack(2**31, 0),
        LENGTHS.pack(2, 0) + b"[]",
        LENGTHS.pack(3, 0) + b"{x}",
        LENGTHS.pack(12, 1) + b'{"type":"a"}' + b"x",
        LENGTHS.pack(62, 0) + b'{"type":"a","arrays":[{"name":"a","dtype":"int8","shape":[9]}]}'[:62],
    ],
)
def test_a_garbled_frame_is_refused_and_nothing_after_it_is_read(frame: bytes) -> None:
    decoder = Decoder()
    with pytest.raises(NetloomError):
        decoder.feed(frame)
    with pytest.raises(NetloomError):
        decoder.feed(encode(Message("fine")))


def test_names_that_are_no_text_pass_through() -> None:
    (found,) = Decoder().feed(encode(Message("inspect", {"path": "/a/\udcff\udcfe", "\udce9": 1})))
    assert found.fields == {"path": "/a/\udcff\udcfe", "\udce9": 1}
