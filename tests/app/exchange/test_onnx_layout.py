"""Axes of ONNX values are followed through every Reshape, and what cannot be followed is said."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.exchange.onnx_layout import Part, count, joined, natural, reshaped, sizes_of, stored

BATCH = 7919


def test_heads_are_parts_of_the_features_and_join_again() -> None:
    lies = natural((BATCH, 12, 16))
    apart = reshaped(lies, (BATCH, 12, 4, 4))
    assert apart == ((Part(0, BATCH),), (Part(1, 12),), (Part(2, 4, 4),), (Part(2, 4),))
    turned = (apart[0], apart[2], apart[1], apart[3])
    mixed = reshaped(turned, (BATCH * 4, 12, 4))
    assert mixed is not None and sizes_of(mixed) == (BATCH * 4, 12, 4)
    back = reshaped(mixed, (BATCH, 4, 12, 4))
    assert back == turned
    assert reshaped(apart, (BATCH, 12, 16)) == lies


def test_an_axis_that_would_mix_parts_is_none() -> None:
    assert reshaped(natural((BATCH, 3, 4)), (BATCH, 2, 6)) is None
    assert reshaped(natural((BATCH, 4, 6)), (BATCH, 24)) == ((Part(0, BATCH),), (Part(1, 4), Part(2, 6)))


def test_a_batch_of_one_is_never_lost() -> None:
    assert reshaped(natural((1, 3, 4)), (1, 12)) == ((Part(0, 1),), (Part(1, 3), Part(2, 4)))
    assert natural((1, 1, 4)) == ((Part(0, 1),), (), (Part(2, 4),))


@given(st.lists(st.integers(1, 4), min_size=1, max_size=4))
def test_a_reshape_keeps_every_part_and_their_order(sizes: list[int]) -> None:
    lies = natural((BATCH, *sizes))
    flat = reshaped(lies, (BATCH, count(tuple(part for axis in lies[1:] for part in axis))))
    assert flat is not None
    parts = [part for axis in flat for part in axis]
    assert parts == stored(parts)
    assert joined(parts) == tuple(parts)
    assert reshaped(flat, (BATCH, *sizes)) == lies
