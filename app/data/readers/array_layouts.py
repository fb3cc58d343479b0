"""Layouts of arrays of samples: which axis of an array means channels, height, width, time or features."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from app.data.dataset import Array
from app.data.lazy_array import LazyArray, RowFile, RowStore, Values
from app.data.readers.file_access import within_budget
from app.data.transforms import FEATURE_AXIS
from app.protocol.data_values import PossibleReading, Question
from graph.errors import NetloomError
from graph.shapes import Kind, Shape, image, sequence, vector, video

LOOKED_AT = 100
"""So many samples are looked at to find out whether their values are those of pictures."""
CHANNELS = (1, 3, 4)
"""How many channels pictures have: grey, in colours, and with transparency."""
DRAWN, CURVES = 160, 4
"""Pixels along a side of the sample that is drawn beside a question, and its features that are drawn as curves."""


def check_samples(file: Path, raw: Array | RowFile) -> None:
    """Raise `NetloomError` unless ``raw`` holds at least three samples of finite numbers."""
    if raw.dtype.kind not in "biuf":
        raise NetloomError(f"{file.name}: samples must be numbers, not {raw.dtype}.")
    if not raw.shape or raw.shape[0] < 3 or 0 in raw.shape:
        raise NetloomError(f"{file.name}: at least 3 samples are needed; the array is {raw.shape}.")
    for piece in RowStore(raw, 0).pieces() if raw.dtype.kind == "f" else ():
        check_finite(file, raw[piece])


def check_finite(file: Path, values: Array) -> None:
    """Raise `NetloomError` if a value is NaN, infinite, or too large for a 32-bit number."""
    if values.dtype.kind == "f":
        # NaN fails the comparison as well.
        wrong = int(values.size - (np.abs(values) <= np.finfo(np.float32).max).sum())
        if wrong:
            raise NetloomError(f"{file.name} holds {wrong} values that are NaN, infinite or too large; correct them.")


def shape_of(axes: tuple[int, ...], layout: str, file: Path) -> Shape:
    """The shape of one sample whose array has these ``axes``.

    Raises
    ------
    NetloomError
        if the number of axes does not fit the layout.
    """
    layout = likely_layout(axes, file) if layout == "auto" else layout
    needed = {"vector": None, "channels_first": 3, "channels_last": 3, "video": 4}.get(layout, 2)
    if needed is not None and len(axes) != needed:
        raise NetloomError(
            f"{file.name}: “{layout}” needs {needed} axes after the first; the samples have {len(axes)}."
        )
    if layout == "vector":
        return vector(int(np.prod(axes)))
    if layout in ("sequence", "steps_last"):
        return sequence(*(axes if layout == "sequence" else axes[::-1]))
    if layout == "grey":
        return image(1, *axes)
    if layout == "video":
        return video(*axes)
    return image(*axes) if layout == "channels_first" else image(axes[2], axes[0], axes[1])


def likely_layout(axes: tuple[int, ...], file: Path) -> str:
    """The layout that samples with these ``axes`` have, as their number and sizes look.

    Raises
    ------
    NetloomError
        if there are more axes than any layout has.
    """
    if len(axes) <= 1:
        return "vector"
    if len(axes) == 2:
        # Pictures are near square and not tiny; measurements over time seldom are.
        return "grey" if min(axes) >= 8 and max(axes) <= 2 * min(axes) else "sequence"
    if len(axes) == 3:
        return "channels_last" if axes[2] in (1, 3, 4) and axes[0] not in (1, 3) else "channels_first"
    if len(axes) == 4:
        return "video"
    raise NetloomError(f"{file.name}: samples with {len(axes)} axes cannot be used; four are the most.")


def layout_doubt(raw: Array | RowFile, file: Path) -> tuple[str, Question | None]:
    """A sentence with all readings where axes may mean something else, and the question where little decides.

    The sentence is empty where all is clear.
    """
    axes = raw.shape[1:]
    if len(axes) == 3:
        return _channel_doubt(raw, axes, file)
    if len(axes) != 2 or 1 in axes:
        return "", None
    likely = likely_layout(axes, file)
    if likely == "grey" and (raw.dtype == np.uint8 or (axes[0] == axes[1] and _looks_like_pixels(_some(raw)))):
        return "", None
    one, two = axes
    told = {
        "grey": f"grey pictures of {one} × {two} pixels",
        "sequence": f"{one} steps of {two} features",
        "steps_last": f"{two} steps of {one} features",
    }
    others = [layout for layout in told if layout not in (likely, "steps_last")]
    note = (
        f"The samples of {file.name} are read as {told[likely]}; choose the layout {others[0]} where they are "
        f"{told[others[0]]}, or steps_last for {told['steps_last']}."
    )
    # Many steps of few features are what measurements over time look like.
    doubtful = likely == "grey" or min(axes) >= 8 or one < two
    return note, _layout_question(raw, file, note, [likely, *others, "steps_last"], told) if doubtful else None


def _channel_doubt(raw: Array | RowFile, axes: tuple[int, ...], file: Path) -> tuple[str, Question | None]:
    """The same of pictures with channels, which stand first or last."""
    first, middle, last = axes
    both = first in CHANNELS and last in CHANNELS
    neither = first not in CHANNELS and last not in CHANNELS and last <= first
    if not (both or neither):
        return "", None
    likely = likely_layout(axes, file)
    told = {
        "channels_first": f"{_channels(first)} of {middle} × {last} pixels",
        "channels_last": f"{_channels(last)} of {first} × {middle} pixels",
    }
    other = next(layout for layout in told if layout != likely)
    note = (
        f"The samples of {file.name} are read as {told[likely]}; choose the layout {other} where they are "
        f"{told[other]}."
    )
    return note, _layout_question(raw, file, note, [likely, other], told)


def _channels(count: int) -> str:
    return "1 channel" if count == 1 else f"{count} channels"


def _layout_question(
    raw: Array | RowFile, file: Path, note: str, layouts: Sequence[str], told: Mapping[str, str]
) -> Question:
    examples = {**told, "grey": f"{raw.shape[1]} × {raw.shape[2]} pixels"}
    titles = {
        "grey": "Pictures",
        "sequence": "Curves",
        "steps_last": "Transposed",
        "channels_first": "Channels first",
        "channels_last": "Channels last",
    }
    samples = _some(raw)
    telling = samples[int(samples.reshape(len(samples), -1).std(axis=1).argmax())][None]  # a blank one tells nothing
    return Question(
        "The samples",
        tuple(
            PossibleReading(titles[layout], examples[layout], {"layout": layout}, _drawn(telling, layout, file))
            for layout in layouts
        ),
        note,
    )


def _drawn(sample: Array, layout: str, file: Path) -> Array:
    """One sample (1, ...) as a picture (C, H, W) of one or three channels, or as a few curves (T, F)."""
    shape = shape_of(sample.shape[1:], layout, file)
    values: Array = np.asarray(as_samples(sample, shape, layout, file), np.float32)[0]
    if shape.kind is not Kind.IMAGE:
        return values[:, :CURVES]
    values = values if len(values) in (1, 3) else values[:3] if len(values) > 3 else values.mean(0, keepdims=True)
    rows, columns = (max(1, -(-size // DRAWN)) for size in values.shape[1:])
    return np.ascontiguousarray(values[:, ::rows, ::columns])


def _some(raw: Array | RowFile) -> Array:
    """The first samples."""
    return raw[np.arange(min(len_of(raw), LOOKED_AT))]


def len_of(raw: Array | RowFile) -> int:
    """The number of samples."""
    return int(raw.shape[0])


def _looks_like_pixels(values: Array) -> bool:
    """Whether values go from 0 to 1, or are whole numbers from 0 to 255."""
    low, high = float(values.min()), float(values.max())
    return low >= 0 and (high <= 1 or (high <= 255 and bool((values == np.round(values)).all())))


def as_samples(raw: Array | RowFile, shape: Shape, layout: str, file: Path) -> Values:
    """``raw`` as float32 (N, *shape); pictures whose values are bytes become 0 to 1, when they are asked for."""
    layout = likely_layout(raw.shape[1:], file) if layout == "auto" else layout
    last = layout in ("channels_last", "steps_last")
    sizes = tuple(size or 1 for size in shape.sizes)
    whole = (raw.shape[0], *(raw.shape[1:] if last else sizes))
    shares = raw.dtype == np.uint8 and shape.kind in (Kind.IMAGE, Kind.VIDEO)
    if (isinstance(raw, RowFile) and layout != "steps_last") or shares:
        rows = raw.reshape(whole) if isinstance(raw, RowFile) else np.ascontiguousarray(raw).reshape(whole)
        return LazyArray.of(RowStore(rows, 3 if last else FEATURE_AXIS[shape.kind]), last, shares=shares)
    values = raw[np.arange(len_of(raw))] if isinstance(raw, RowFile) else raw
    within_budget(file, 4 * values.size)
    values = np.moveaxis(values, -1, 1) if last else values
    return np.ascontiguousarray(values).reshape(len(values), *sizes).astype(np.float32)
