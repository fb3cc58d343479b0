"""Boxes as a grid of cells and back: what is encoded is decoded, alone and in a batch."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.numerics.box_grid import CHANNELS, GridBox, decode, encode, grid_boxes, grid_detections, is_grid
from app.numerics.detections import suppress

SHARES = st.floats(0.01, 1.0)


@st.composite
def boxes(draw: st.DrawFn) -> GridBox:
    """A box within its picture."""
    width, height = draw(SHARES), draw(SHARES)
    x, y = draw(st.floats(0.0, 1.0)) * (1 - width), draw(st.floats(0.0, 1.0)) * (1 - height)
    return GridBox(draw(st.integers(0, 2)), x, y, width, height)


@given(st.lists(boxes(), max_size=5), st.integers(1, 9))
def test_what_is_encoded_is_decoded(given_: list[GridBox], cells: int) -> None:
    grid, lost = encode(given_, cells, 3)
    assert grid.shape == (len(CHANNELS) + 3, cells, cells) and grid.dtype == np.float32
    assert grid[0].sum() == len(given_) - lost
    [said] = decode(grid[None])
    for box in said:
        near = [max(abs(one - other) for one, other in zip(box[1:5], whole[1:5], strict=True)) for whole in given_]
        assert min(near) < 1e-5 and given_[int(np.argmin(near))].kind in {whole.kind for whole in given_}


def test_a_cell_holds_the_centre_of_its_box() -> None:
    grid, lost = encode([GridBox(1, 0.5, 0.0, 0.25, 0.5)], 4, 2)
    assert lost == 0
    np.testing.assert_allclose(grid[:, 1, 2], [1, 0.5, 0.0, 0.25, 0.5, 0, 1])
    assert grid.sum() == pytest.approx(3.25)


def test_of_two_boxes_in_a_cell_the_larger_is_kept() -> None:
    small, large = GridBox(0, 0.45, 0.45, 0.1, 0.1), GridBox(1, 0.25, 0.25, 0.5, 0.5)
    grid, lost = encode([small, large], 1, 2)
    assert lost == 1 and decode(grid[None]) == [[large]]
    [both] = decode(encode([small, large._replace(x=0.0, y=0.0)], 4, 2)[0][None])
    assert len(both) == 2


def test_less_sure_cells_say_nothing_and_boxes_end_at_the_edge() -> None:
    grid = np.zeros((6, 2, 2), np.float32)
    grid[:, 0, 0] = 0.6, 0.5, 0.5, 1.0, -0.2, 1.0
    grid[:, 0, 1] = 0.4, 0.5, 0.5, 0.1, 0.1, 1.0
    grid[:, 1, 1] = 1.0, 0.5, 0.5, 1.0, 0.2, 0.8
    assert [box[1:] for [box] in decode(grid[None])] == [pytest.approx((0.25, 0.65, 0.75, 0.2, 0.8))]


def test_the_channels_of_a_grid_are_known() -> None:
    assert is_grid((*CHANNELS, "cat")) and not is_grid(CHANNELS) and not is_grid(("cat", "dog"))


def test_a_box_is_as_sure_as_its_cell_holds_one_times_as_its_class_is_likely() -> None:
    grid = np.zeros((7, 2, 2), np.float32)
    grid[:, 1, 0] = 0.8, 0.5, 0.5, 0.5, 0.5, 0.25, 0.75
    [[box]] = decode(grid[None])
    assert box.kind == 1 and box.score == pytest.approx(0.6)
    assert decode(grid[None], threshold=0.7) == [[]]


def test_a_batch_of_grids_is_decoded_as_each_alone() -> None:
    grids = np.random.default_rng(1).random((5, 8, 3, 3), np.float32)
    both = grid_boxes(grid_detections(grids, 0.3))
    each = [grid_boxes(suppress(grid_detections(grid[None], 0.3), 1.0)) for grid in grids]
    assert [len(own) for own in both] == [len(own) for [own] in each]
    assert decode(grids, 0.3) == [own for grid in grids for own in decode(grid[None], 0.3)]
