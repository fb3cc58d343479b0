"""Messages between processes: exact, and refused when garbled."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from app.protocol.attribution_messages import GradCam
from app.protocol.framing import LENGTHS, Decoder, encode
from app.protocol.messages import Array, FilePath, Json, PartialReply, PartialRequest, RunReply
from graph.errors import NetloomError

KINDS = st.sampled_from([np.bool_, np.uint8, np.int64, np.float32, np.float64])


@dataclass(frozen=True, eq=False, kw_only=True)
class Sums(PartialReply):
    """``sums`` float32 (n,) so far, by name."""

    sums: Mapping[str, Array] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    score: float = 0.0


@dataclass(frozen=True, eq=False, kw_only=True)
class AddUp(PartialRequest[Sums]):
    """Add up what is in a file."""

    file: FilePath = Path()
    section: Json = field(default_factory=dict)
    so_far: Sums | None = None


def sent(message: Any, id: int | None = None) -> Any:
    (envelope,) = Decoder().feed(encode(message, id))
    assert envelope.id == id
    return envelope.message


@given(
    st.dictionaries(st.text(), arrays.arrays(KINDS, arrays.array_shapes(min_dims=0, min_side=0))), st.integers(1, 50)
)
def test_whatever_the_pieces_the_messages_are_the_same(found: dict[str, Any], size: int) -> None:
    first = Sums(done=1, total=2, sums=found, names=("ä",), score=math.nan)
    data = encode(first, 7) + encode(AddUp())
    decoder = Decoder()
    got = [one for start in range(0, len(data), size) for one in decoder.feed(data[start : start + size])]
    assert [(type(one.message), one.id) for one in got] == [(Sums, 7), (AddUp, None)]
    message: Any = got[0].message
    assert message.names == ("ä",) and math.isnan(message.score)
    assert message.sums.keys() == found.keys()
    for name, array in found.items():
        assert message.sums[name].dtype == array.dtype
        np.testing.assert_array_equal(message.sums[name], array)


def test_a_reply_goes_back_within_the_next_request() -> None:
    so_far = Sums(done=1, total=2, sums={"a": np.arange(3, dtype=np.float32)})
    back = sent(AddUp(run=Path("runs/a"), so_far=so_far), 3)
    assert back.run == Path("runs/a") and back.so_far.done == 1 and not back.so_far.complete
    np.testing.assert_array_equal(back.so_far.sums["a"], [0, 1, 2])


def test_a_request_knows_what_answers_it() -> None:
    assert AddUp.reply_type() is Sums
    assert issubclass(Sums, RunReply)


def test_sections_pass_through_whatever_their_keys() -> None:
    section = {"$array": 3, "plan": {"epochs": [1, 2.5, None, True]}, "": {"$number": "x"}}
    assert sent(AddUp(section=section)).section == section


@pytest.mark.parametrize(
    "frame",
    [
        LENGTHS.pack(2**31, 0),
        LENGTHS.pack(2, 0) + b"[]",
        LENGTHS.pack(3, 0) + b"{x}",
        LENGTHS.pack(12, 1) + b'{"type":"a"}' + b"x",
        LENGTHS.pack(62, 0) + b'{"type":"a","arrays":[{"name":"a","dtype":"int8","shape":[9]}]}'[:62],
        encode(AddUp()).replace(b'"AddUp"', b'"AddIp"'),
        encode(AddUp()).replace(b'"section"', b'"sektion"'),
        encode(Sums(done=1, total=2)).replace(b'"done": 1', b'"done": {'[:9].replace(b"{", b"x")),
        encode(Sums(done=1, total=2, score=0.5)).replace(b"0.5", b'"a"'),
    ],
)
def test_a_garbled_frame_is_refused_and_nothing_after_it_is_read(frame: bytes) -> None:
    decoder = Decoder()
    with pytest.raises(NetloomError):
        decoder.feed(frame)
    with pytest.raises(NetloomError):
        decoder.feed(encode(AddUp()))


@pytest.mark.parametrize("place", [b"1", b"-1", b'"0"', b"null"])
def test_a_reference_to_an_array_that_did_not_come_is_refused(place: bytes) -> None:
    frame = encode(Sums(done=1, total=2, sums={"a": np.zeros(2)}))
    header, body = LENGTHS.unpack(frame[: LENGTHS.size])
    text = frame[LENGTHS.size : LENGTHS.size + header].replace(b'{"$array": 0}', b'{"$array": ' + place + b"}")
    with pytest.raises(NetloomError, match="an array is missing"):
        Decoder().feed(LENGTHS.pack(len(text), body) + text + frame[LENGTHS.size + header :])


def test_a_field_of_another_type_is_named() -> None:
    with pytest.raises(NetloomError, match=r"Sums\.score"):
        Decoder().feed(encode(Sums(done=1, total=2, score=0.5)).replace(b"0.5", b'"a"'))


def test_messages_of_modules_that_nobody_has_imported_are_understood() -> None:
    frame = encode(GradCam(run=Path("runs/a"), sample=3, layer="conv1")).hex()
    code = (
        "from app.protocol.framing import Decoder\n"
        f"(envelope,) = Decoder().feed(bytes.fromhex('{frame}'))\n"
        "print(type(envelope.message).__name__, envelope.message.layer)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["GradCam", "conv1"]


def test_names_that_are_no_text_pass_through() -> None:
    assert sent(AddUp(file=Path("/a/\udcff\udcfe"))).file == Path("/a/\udcff\udcfe")


@pytest.mark.parametrize(
    "header",
    [
        b'{"type": "Paused", "arrays": [{"dtype": ["int8"], "shape": [1]}], "fields": {}}',
        b'{"type": "Paused", "arrays": [{"dtype": {}, "shape": [1]}], "fields": {}}',
        b'{"type": "Paused", "fields": ' + b"[" * 900 + b"]" * 900 + b"}",
        b'{"type": "Paused", "fields": {"step": {"$number": []}}}',
        b"9" * 5000,
    ],
)
def test_odd_values_of_a_header_garble_the_message(header: bytes) -> None:
    with pytest.raises(NetloomError, match="was garbled"):
        Decoder().feed(LENGTHS.pack(len(header), 0) + header)
