"""Boxes without a detector: the usual ones, and a classifier of crops, slid over the picture or of proposed regions.

The latter two bring crops to one size and ask a linear classifier of edges whether one is background, or of which
class; they differ in where they look. A sliding window looks everywhere (Dalal and Triggs, 2005); region proposals are
the boxes around connected regions of like colour, with which selective search begins for R-CNN (Girshick and others,
2014).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from app.data.dataset import Array
from app.data.prepare import Part, Prepared
from app.numerics.box_grid import grid_detections, true_boxes
from app.numerics.detections import Detections, box_iou, suppress

CROP = 8
"""Height and width of all crops once they are warped, in pixels."""
SCALES = (0.2, 0.5, 0.8)
"""Windows have the sizes of the training set's boxes at these quantiles."""
STEP = 0.25
"""A window moves by this share of its width."""
LIKE = (0.06, 0.1, 0.16)
"""Neighbouring pixels that differ by less are one region; each of these gives proposals."""
SMALLEST = 4
"""Pixels that a proposed region is wide and high at least."""
FINDS, MISSES = 0.5, 0.3
"""A crop teaches the class of a box that it overlaps so much at least (IoU), and background where it is less."""
FITTED = 4_000
"""Crops that the classifier learns from, at most."""
MOST_VALUES = 50_000_000
"""Values of all pictures of a part, at most; larger sets have only the usual boxes beside them."""
MOST_CROPS = 400_000
"""Crops that are looked at, at most; larger sets have no such baseline."""
SHRINKAGE = 0.1
"""How far the covariance of edges is drawn towards an even one."""
UNSURE = 0.02
"""Crops that are less sure to be of a class are not said."""


class Crops(NamedTuple):
    """Places in pictures: ``picture`` int (k,) their numbers, ``corners`` float (k, 4) in shares of the picture."""

    picture: Array
    corners: Array


def box_guesses(prepared: Prepared) -> Iterator[tuple[str, Detections]]:
    """What is said of the test set's pictures, by the name of the rule, which tells how many crops it classifies.

    The usual boxes come first. Crops are left out where the pictures are too many or too large. Nothing where the
    training set has no box.
    """
    source, target = prepared.dataset.input_field(), prepared.dataset.target_field()
    grids = np.asarray(prepared.train.arrays[target.name])
    true = suppress(true_boxes(grids), 1.0)  # all of them, in as few places as they need
    if not true.there.any():
        return
    yield "usual boxes", suppress(usual_boxes(grids, prepared.test.samples))
    seen, asked = (_pictures(part, source.name) for part in (prepared.train, prepared.test))
    if seen is None or asked is None:
        return
    for name, crops_of in _rules(true, seen.shape[2:]).items():
        places, places_asked = crops_of(seen), crops_of(asked)
        if not len(places_asked.picture) or len(places.picture) + len(places_asked.picture) > MOST_CROPS:
            continue
        guess = _CropClassifier(seen, places, true)
        each = len(places_asked.picture) / len(asked)
        yield f"{name} ({each:.3g} crops a picture)", suppress(guess.said(asked, places_asked))


def usual_boxes(grids: Array, pictures: int) -> Detections:
    """The mean box of each cell of the training set's ``grids``, as sure as it is often there: the same everywhere."""
    often = grids[:, :1].mean(0)
    mean = grids.mean(0) / np.maximum(often, 1e-9)
    usual = np.concatenate([often, mean[1:]])[None]
    return grid_detections(np.repeat(usual, pictures, axis=0), 0.0)


def _pictures(part: Part, name: str) -> Array | None:
    """The pictures of a part, float32 (n, C, H, W); None where they are too much to be read at once, or none."""
    values = part.arrays[name]
    fitting = len(values.shape) == 4 and math.prod(values.shape) <= MOST_VALUES
    return np.asarray(values, np.float32) if fitting else None


def _rules(true: Detections, size: tuple[int, ...]) -> dict[str, Callable[[Array], Crops]]:
    sides = np.sqrt((true.corners[..., 2:] - true.corners[..., :2]).prod(-1))[true.there]
    windows = sliding_windows(np.unique(np.quantile(sides, SCALES).round(3)), size)
    return {
        "sliding window": lambda pictures: Crops(
            np.repeat(np.arange(len(pictures)), len(windows)), np.tile(windows, (len(pictures), 1))
        ),
        "region proposals": proposals,
    }


def sliding_windows(sides: Array, size: tuple[int, ...]) -> Array:
    """Corners (k, 4) of square windows of some ``sides`` all over a picture, in shares of it."""
    found = []
    for side in sides.tolist():
        steps = max(1, round((1 - side) / (side * STEP))) + 1
        starts = np.linspace(0.0, 1.0 - side, steps)
        top, left = (each.ravel() for each in np.meshgrid(starts, starts, indexing="ij"))
        found.append(np.stack([left, top, left + side, top + side], axis=1))
    return np.concatenate(found)


def proposals(pictures: Array) -> Crops:
    """The boxes around connected regions of like colour in pictures (n, C, H, W), each once."""
    from scipy.ndimage import find_objects, median_filter

    high, wide = pictures.shape[2:]
    low, spread = pictures.min(), np.ptp(pictures) or 1.0
    smooth = median_filter((pictures - low) / spread, (1, 1, 3, 3))
    found: set[tuple[int, int, int, int, int]] = set()
    for like in LIKE:
        for number, regions in enumerate(_regions(smooth, like)):
            for rows, columns in find_objects(regions):
                box = (number, columns.start, rows.start, columns.stop, rows.stop)
                across, down = box[3] - box[1], box[4] - box[2]
                if min(across, down) >= SMALLEST and across * down < 0.5 * wide * high:
                    found.add(box)
    boxes = np.array(sorted(found), np.float64).reshape(-1, 5)
    return Crops(boxes[:, 0].astype(np.int64), boxes[:, 1:] / (wide, high, wide, high))


def _regions(pictures: Array, like: float) -> Array:
    """The number of the region of each pixel, from 1 in each picture, int (n, H, W)."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    count, _, high, wide = pictures.shape
    places = np.arange(count * high * wide).reshape(count, high, wide)
    right = np.abs(np.diff(pictures, axis=3)).max(1) < like
    below = np.abs(np.diff(pictures, axis=2)).max(1) < like
    ends = np.concatenate([places[:, :, :-1][right], places[:, :-1][below]])
    others = np.concatenate([places[:, :, 1:][right], places[:, 1:][below]])
    links = coo_array((np.ones(len(ends), np.int8), (ends, others)), shape=(places.size, places.size))
    regions = connected_components(links, directed=False)[1].reshape(count, -1)
    return np.stack([np.unique(own, return_inverse=True)[1].reshape(high, wide) + 1 for own in regions])


class _CropClassifier:
    """A linear classifier of the edges in crops; background is its class 0."""

    def __init__(self, pictures: Array, places: Crops, true: Detections) -> None:
        kinds = _taught(places, true)
        known = np.flatnonzero(kinds >= 0)
        boxes, ground = known[kinds[known] > 0], known[kinds[known] == 0]
        some = np.random.default_rng(0).permutation(ground)[: max(FITTED - len(boxes), len(boxes))]
        own = Crops(np.nonzero(true.there)[0], true.corners[true.there])
        rows = np.concatenate([boxes[:FITTED], some])
        inputs = np.concatenate(
            [edges_of(pictures, Crops(places.picture[rows], places.corners[rows])), edges_of(pictures, own)]
        )
        wanted = np.concatenate([kinds[rows], true.kinds[true.there] + 1])
        self._classes = np.unique(wanted)
        self._weights, self._bias = discriminants(inputs.astype(np.float64), wanted)

    def said(self, pictures: Array, places: Crops) -> Detections:
        """Each crop of pictures (n, C, H, W) as a box of its likeliest class."""
        values = edges_of(pictures, places) @ self._weights.T + self._bias
        shares = np.exp(values - values.max(1, keepdims=True))
        shares /= shares.sum(1, keepdims=True)
        classes = self._classes
        shares = shares[:, classes > 0]
        kinds, scores = classes[classes > 0][shares.argmax(1)] - 1, shares.max(1)
        kept = np.flatnonzero(scores >= UNSURE)
        return _padded(len(pictures), Crops(places.picture[kept], places.corners[kept]), kinds[kept], scores[kept])


def discriminants(inputs: Array, kinds: Array) -> tuple[Array, Array]:
    """Linear discriminant analysis: weights (classes, d) and biases (classes,) whose softmax tells the classes.

    ``inputs`` are float64 (n, d), ``kinds`` (n,). The classes share one covariance, shrunk by `SHRINKAGE` as in
    scikit-learn's solver ``lsqr``.
    """
    classes, counts = np.unique(kinds, return_counts=True)
    shares = counts / len(kinds)
    means = np.stack([inputs[kinds == kind].mean(0) for kind in classes])
    spread = np.zeros((inputs.shape[1], inputs.shape[1]))
    for kind, share, mean in zip(classes, shares, means, strict=True):
        off = inputs[kinds == kind] - mean
        spread += share * (off.T @ off) / len(off)
    even = np.trace(spread) / len(spread) * np.eye(len(spread))
    weights = np.linalg.lstsq((1 - SHRINKAGE) * spread + SHRINKAGE * even, means.T, rcond=None)[0].T
    return weights, np.log(shares) - 0.5 * (means * weights).sum(1)


def _taught(places: Crops, true: Detections) -> Array:
    """What each crop teaches, int (k,): 0 background, the class and 1, or -1 nothing."""
    found = np.zeros(len(places.picture), np.int64)
    for at in range(0, len(found), 10_000):
        rows = slice(at, at + 10_000)
        own = places.picture[rows]
        iou = box_iou(places.corners[rows, None], true.corners[own])[:, 0] * true.there[own]
        best = iou.argmax(1)
        most = np.take_along_axis(iou, best[:, None], 1)[:, 0]
        kind = np.take_along_axis(true.kinds[own], best[:, None], 1)[:, 0]
        found[rows] = np.where(most >= FINDS, kind + 1, np.where(most < MISSES, 0, -1))
    return found


def edges_of(pictures: Array, places: Crops) -> Array:
    """How much the picture changes across and down at each pixel of crops, float32 (k, 2 · CROP²), at most 1."""
    high, wide = pictures.shape[2:]
    steps = (np.arange(CROP) + 0.5) / CROP
    left, top, right, bottom = places.corners.T[:, :, None]
    columns = ((left + steps * (right - left)) * wide).astype(np.int64).clip(0, wide - 1)
    rows = ((top + steps * (bottom - top)) * high).astype(np.int64).clip(0, high - 1)
    across = np.abs(np.diff(pictures, axis=3, append=pictures[..., -1:])).max(1)
    down = np.abs(np.diff(pictures, axis=2, append=pictures[:, :, -1:])).max(1)
    place = (places.picture[:, None, None], rows[:, :, None], columns[:, None, :])
    found = np.stack([across[place], down[place]], 1).reshape(len(places.picture), -1)
    return np.asarray(found / np.maximum(found.max(1, keepdims=True), 1e-6), np.float32)


def _padded(count: int, places: Crops, kinds: Array, scores: Array) -> Detections:
    """Boxes of ``count`` pictures, in the order of these, as arrays of so many places in each."""
    each = np.bincount(places.picture, minlength=count)
    place = np.arange(len(kinds)) - (np.cumsum(each) - each)[places.picture]
    shape = (count, max(1, int(each.max(initial=0))))
    found = Detections(np.zeros((*shape, 4)), np.zeros(shape, np.int64), np.zeros(shape))
    for values, own in zip(found, (places.corners, kinds, scores), strict=True):
        values[places.picture, place] = own
    return found
