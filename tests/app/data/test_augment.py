"""Augmentation: what each setting does, on NumPy arrays and on tensors alike."""

from typing import Any

import numpy as np
import pytest
import torch

from app.data.augment import Augment, alter, augment

PICTURES = np.random.default_rng(1).random((40, 3, 9, 11), dtype=np.float32)
SERIES = np.random.default_rng(1).random((40, 20, 2), dtype=np.float32)


def altered(values: Any, seed: int = 0, **settings: Any) -> Any:
    return augment([values], Augment(**settings), np.random.default_rng(seed)).inputs[0]


EACH: list[tuple[str, Any]] = [
    ("flip", True), ("flip_vertical", True), ("shift", 0.3), ("rotate", 30.0), ("zoom", 0.3), ("crop", 2),
    ("brightness", 0.5), ("noise", 0.2), ("cutout", 4), ("mixup", 0.4),
]  # fmt: skip
OVER_TIME: list[tuple[str, Any]] = [("jitter", 0.2), ("scale", 0.3), ("window_shift", 4), ("mixup", 0.4)]


@pytest.mark.parametrize(("name", "value"), [*EACH, *OVER_TIME])
def test_tensors_are_altered_as_arrays_are(name: str, value: Any) -> None:
    given = SERIES if (name, value) in OVER_TIME else PICTURES
    before = given.copy()
    here = altered(given, **{name: value})
    there = altered(torch.from_numpy(given.copy()), **{name: value})
    assert here.shape == given.shape and here.dtype == np.float32 and there.dtype == torch.float32
    assert not np.array_equal(here, given)
    np.testing.assert_array_equal(given, before)
    np.testing.assert_allclose(there.numpy(), here, atol=1e-5)
    np.testing.assert_array_equal(altered(given, **{name: value}), here)


def test_nothing_is_altered_without_a_setting() -> None:
    assert not Augment().active and Augment(flip=True).active
    for values in (PICTURES, SERIES):
        assert altered(values) is values
    numbers = np.arange(40).reshape(10, 4)
    assert altered(numbers, mixup=1.0, flip=True) is numbers
    assert altered(PICTURES[:0], flip=True).shape == (0, 3, 9, 11)


def test_flips_are_mirror_pictures_of_about_every_other() -> None:
    moved = altered(PICTURES, flip=True)
    same = np.isclose(moved, PICTURES, atol=1e-5).all(axis=(1, 2, 3))
    mirrored = np.isclose(moved, PICTURES[..., ::-1], atol=1e-5).all(axis=(1, 2, 3))
    assert (same ^ mirrored).all() and 8 < same.sum() < 32
    upside = altered(PICTURES, flip_vertical=True)
    assert (np.isclose(upside, PICTURES[:, :, ::-1], atol=1e-5).all(axis=(1, 2, 3)) | same).any()


def test_a_crop_moves_by_whole_pixels_and_brings_in_black() -> None:
    moved = altered(PICTURES, crop=2)
    wide = np.pad(PICTURES, ((0, 0), (0, 0), (2, 2), (2, 2)))
    for before, after in zip(wide, moved, strict=True):
        places = [(up, left) for up in range(5) for left in range(5)]
        assert any(np.allclose(before[:, up : up + 9, left : left + 11], after, atol=1e-5) for up, left in places)


def test_a_quarter_turn_is_a_quarter_turn() -> None:
    square = np.random.default_rng(0).random((1, 1, 8, 8), dtype=np.float32)

    class Quarter:
        def __getattr__(self, name: str) -> Any:
            plain = getattr(np.random.default_rng(0), name)
            if name != "uniform":
                return plain
            return lambda low, high, size: np.broadcast_to(high, size) if high == 90.0 else plain(low, high, size)

    moved = augment([square], Augment(rotate=90.0), Quarter()).inputs[0]  # type: ignore[arg-type]
    turned = [np.rot90(square, times, axes=(2, 3)) for times in (1, 3)]
    assert any(np.allclose(moved, one, atol=1e-4) for one in turned)


@pytest.mark.parametrize("setting", [{"rotate": 40.0}, {"shift": 0.2}, {"zoom": 0.2}])
def test_what_lies_between_pixels_is_weighed_so_that_an_even_picture_stays_even(setting: dict[str, Any]) -> None:
    even = np.ones((20, 1, 21, 21), np.float32)
    found = altered(even, **setting)
    np.testing.assert_allclose(found[:, :, 7:14, 7:14], 1.0, atol=1e-5)


def test_a_square_is_blotted_out() -> None:
    gone = altered(PICTURES + 1, cutout=4) == 0
    sizes = gone[:, 0].sum(axis=(1, 2))
    assert sizes.max() == 16 and sizes.min() >= 4
    assert (gone == gone[:, :1]).all()


def test_mixed_samples_say_what_they_are_made_of() -> None:
    values = np.arange(40, dtype=np.float32)[:, None]
    mixed = augment([values], Augment(mixup=1.0), np.random.default_rng(0))
    expected = mixed.share * values + (1 - mixed.share) * values[mixed.partner]
    np.testing.assert_allclose(mixed.inputs[0], expected, rtol=1e-6)
    assert 0.5 <= mixed.share < 1.0


def test_inputs_of_a_batch_are_altered_together_and_alike_each_time() -> None:
    words = np.arange(80).reshape(40, 2)
    moved = alter((PICTURES, SERIES, words), Augment(shift=0.3, jitter=0.2), (1, 2, 3))
    again = alter((PICTURES, SERIES, words), Augment(shift=0.3, jitter=0.2), (1, 2, 3))
    later = alter((PICTURES, SERIES, words), Augment(shift=0.3, jitter=0.2), (1, 2, 4))
    for one, same, other, given in zip(
        moved.inputs, again.inputs, later.inputs, (PICTURES, SERIES, words), strict=True
    ):
        np.testing.assert_array_equal(one, same)
        assert (one is given) == (given is words) and np.array_equal(one, other) == (given is words)
    assert moved.partner is None


def test_a_batch_is_mixed_as_one() -> None:
    mixed = alter((PICTURES, SERIES), Augment(mixup=1.0), (0, 0, 0))
    for one, given in zip(mixed.inputs, (PICTURES, SERIES), strict=True):
        np.testing.assert_allclose(one, mixed.share * given + (1 - mixed.share) * given[mixed.partner], rtol=1e-5)


def test_series_move_in_time_and_repeat_their_ends() -> None:
    steps = np.broadcast_to(np.arange(20, dtype=np.float32)[None, :, None], (40, 20, 2)).copy()
    moved = altered(steps, window_shift=4)
    by = moved[:, 10, 0] - 10
    assert set(by) <= set(range(-4, 5)) and len(set(by)) > 4
    np.testing.assert_array_equal(moved, np.clip(steps + by[:, None, None], 0, 19))
