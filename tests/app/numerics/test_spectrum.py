"""Pictures as frequencies: the textbook's numbers, and rules that hold for every picture and kernel."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.numerics import spectrum
from app.numerics.spectrum import Floats
from graph.errors import NetloomError
from graph.layers.image_kernels import KERNELS


def drawn(most: int, channels: bool = False) -> st.SearchStrategy[Floats]:
    """Random numbers of a random size up to ``most`` a side."""

    def fill(size: tuple[int, ...]) -> Floats:
        seed = sum(size) * 7919
        return np.random.default_rng(seed).normal(scale=10.0, size=size)

    sides = st.integers(1, most)
    sizes = st.tuples(st.integers(1, 3), sides, sides) if channels else st.tuples(sides, sides)
    return sizes.map(fill)


@given(picture=drawn(40, channels=True), kernel=drawn(12))
def test_convolving_in_space_is_multiplying_in_frequency(picture: Floats, kernel: Floats) -> None:
    in_space, in_frequency = spectrum.convolve(picture, kernel), spectrum.multiply(picture, kernel)
    assert in_space.shape == (
        *picture.shape[:1],
        *(a + b - 1 for a, b in zip(picture.shape[1:], kernel.shape, strict=True)),
    )
    assert spectrum.difference(in_space, in_frequency) <= 1e-5
    assert np.abs(in_space - in_frequency).max() <= 1e-5


@given(picture=drawn(24), kernel=drawn(9))
def test_without_padding_what_leaves_on_one_side_comes_in_on_the_other(picture: Floats, kernel: Floats) -> None:
    full = spectrum.convolve(picture, kernel)
    ring = spectrum.wrapped(full, *picture.shape)
    assert np.allclose(spectrum.multiply(picture, kernel, padded=False), ring, atol=1e-8)


@given(picture=drawn(24), kernel=drawn(9))
def test_correlation_is_convolution_with_the_kernel_turned(picture: Floats, kernel: Floats) -> None:
    reference = np.zeros(np.array(picture.shape) + kernel.shape - 1)
    around = np.pad(picture, [(size - 1, size - 1) for size in kernel.shape])
    for row, column in np.ndindex(*reference.shape):
        seen = around[row : row + kernel.shape[0], column : column + kernel.shape[1]]
        reference[row, column] = (seen * kernel).sum()
    assert np.allclose(spectrum.correlate(picture, kernel), reference)
    assert np.array_equal(spectrum.correlate(picture, kernel), spectrum.convolve(picture, np.rot90(kernel, 2)))
    assert np.array_equal(spectrum.turned(spectrum.turned(kernel)), kernel)


def test_a_layer_computes_the_correlation() -> None:
    torch = pytest.importorskip("torch")
    picture, kernel = np.random.default_rng(0).normal(size=(9, 7)), np.array(KERNELS["Sobel across"])
    theirs = torch.nn.functional.conv2d(
        torch.from_numpy(picture)[None, None], torch.from_numpy(kernel)[None, None], padding=1
    )[0, 0].numpy()
    ours = spectrum.middle(spectrum.correlate(picture, kernel), kernel)
    assert np.allclose(ours, theirs)
    assert not np.allclose(spectrum.middle(spectrum.convolve(picture, kernel), kernel), theirs)


def test_the_edge_kernels_softmax_keeps_0_9990_in_its_middle() -> None:
    chances = spectrum.propagator(np.array(KERNELS["edge"]))
    assert f"{chances[1, 1]:.4f}" == "0.9990"
    assert chances[1, 1] == pytest.approx(np.exp(9) / (np.exp(9) + 8))
    assert chances.sum() == pytest.approx(1)


@given(picture=drawn(20), kernel=drawn(5), steps=st.integers(0, 40))
def test_a_propagator_moves_things_and_loses_nothing(picture: Floats, kernel: Floats, steps: int) -> None:
    moved = spectrum.propagated(picture, spectrum.propagator(kernel), steps)
    assert moved.shape == picture.shape
    assert moved.sum() == pytest.approx(picture.sum(), abs=1e-6)
    assert moved.max() <= picture.max() + 1e-8
    if steps == 0:
        assert np.allclose(moved, picture)


def test_one_step_of_a_propagator_spreads_a_point_by_its_chances() -> None:
    point = np.zeros((7, 7))
    point[3, 3] = 1
    chances = spectrum.propagator(np.array(KERNELS["Sobel across"]))
    moved = spectrum.propagated(point, chances, 1)
    assert np.allclose(moved[2:5, 2:5], chances)
    assert np.allclose(moved.sum(), 1)


@given(picture=drawn(30, channels=True), radius=st.floats(0, 0.8))
def test_what_is_slow_and_what_is_fast_make_the_picture(picture: Floats, radius: float) -> None:
    waves = spectrum.Waves(picture)
    slow, fast = waves.passed(radius), waves.passed(radius, high=True)
    assert np.allclose(slow + fast, picture, atol=1e-8)
    shares = [waves.share(radius, high=high) for high in (False, True)]
    spread = np.square(picture - picture.mean(axis=(-2, -1), keepdims=True)).sum()
    if spread > 1e-9:
        assert sum(shares) == pytest.approx(1)
        kept = np.square(slow - slow.mean(axis=(-2, -1), keepdims=True)).sum()
        assert shares[0] == pytest.approx(kept / spread, abs=1e-6)


@given(picture=drawn(30))
def test_the_ends_of_the_circle(picture: Floats) -> None:
    waves = spectrum.Waves(picture)
    assert np.allclose(waves.passed(spectrum.CORNER), picture)
    assert np.allclose(waves.passed(0.0), picture.mean())
    assert waves.share(spectrum.CORNER) == pytest.approx(1)


def test_an_even_picture_keeps_all_that_it_has() -> None:
    waves = spectrum.Waves(np.full((6, 5), 3.0))
    assert [waves.share(radius, high=high) for radius in (0.0, 0.3) for high in (False, True)] == [1.0] * 4
    assert spectrum.Waves(np.zeros((1, 1))).share(0.1) == 1.0


def test_a_wave_stands_at_its_own_place_in_the_spectrum() -> None:
    across = np.arange(32)
    wave = np.cos(2 * np.pi * across * 4 / 32)[None, :] * np.ones((16, 1))
    found = spectrum.magnitude(wave)
    assert sorted(map(tuple, np.argwhere(found > 1e-6).tolist())) == [(8, 12), (8, 20)]
    assert spectrum.frequencies(16, 32)[8, 20] == pytest.approx(4 / 32)
    waves = spectrum.Waves(wave)
    assert np.allclose(waves.passed(0.1), 0, atol=1e-12)
    assert np.allclose(waves.passed(0.13), wave)
    assert (waves.share(0.1), waves.share(0.13)) == (pytest.approx(0), pytest.approx(1))
    assert spectrum.log_magnitude(np.zeros((4, 4))).max() == 0


def test_a_blur_keeps_the_mean_and_an_edge_kernel_takes_it_away() -> None:
    blur = spectrum.kernel_magnitude(np.array(KERNELS["Gaussian blur"]))
    edge = spectrum.kernel_magnitude(np.array(KERNELS["edge"]))
    assert blur.shape == (64, 64)
    assert (blur[32, 32], edge[32, 32]) == (pytest.approx(1), pytest.approx(0))
    assert blur[32, 0] < 0.1 < edge[32, 0]


@pytest.mark.parametrize(("size", "shrunk", "times"), [((8, 8), (8, 8), 1), ((600, 300), (300, 150), 2)])
def test_large_pictures_are_shrunk(size: tuple[int, int], shrunk: tuple[int, int], times: int) -> None:
    picture = np.full((2, *size), 3.0)
    picture[0, 0, 0] = np.inf
    small, by = spectrum.bounded(picture)
    assert (small.shape, by) == ((2, *shrunk), times)
    assert small[1].min() == small[1].max() == 3


@given(height=st.integers(1, 3000), width=st.integers(1, 3000))
def test_no_picture_stays_too_large(height: int, width: int) -> None:
    small, _ = spectrum.bounded(np.zeros((height, width)))
    assert min(small.shape) >= 1
    assert max(small.shape) <= spectrum.LARGEST


@given(rows=st.integers(1, 32), columns=st.integers(1, 32))
def test_a_large_kernel_slides_over_a_small_picture(rows: int, columns: int) -> None:
    most = spectrum.most_pixels(np.ones((rows, columns)))
    assert 16 <= most <= spectrum.LARGEST
    assert most == 16 or most**2 * rows * columns <= spectrum.PRODUCTS


@pytest.mark.parametrize("kernel", [[], [1.0, 2.0], np.zeros((0, 3)), [[np.nan]], np.zeros((33, 1))])
def test_what_is_no_kernel_is_refused(kernel: object) -> None:
    with pytest.raises(NetloomError, match=r"[Aa] kernel"):
        spectrum.checked_kernel(kernel)  # type: ignore[arg-type]
    assert spectrum.checked_kernel([[1, 2]]).shape == (1, 2)
