"""Random layers and random shapes, drawn from what the layers declare about themselves."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from graph.layers.base import Layer
from graph.layers.lengths import LENGTHS
from graph.layers.settings import Setting
from graph.shapes import AXES, Kind, Shape

SMALL = 6
"""Largest size drawn, small enough that refusals are about as frequent as fits."""


def shapes(kinds: tuple[Kind, ...] = tuple(Kind)) -> st.SearchStrategy[Shape]:
    """Small shapes of the given kinds; now and then with an unknown time."""

    def sizes(kind: Kind) -> st.SearchStrategy[Shape]:
        known = st.integers(1, 9)
        axes = [st.one_of(known, known, known, st.none()) if axis == "T" else known for axis in AXES[kind]]
        return st.tuples(*axes).map(lambda drawn: Shape(kind, drawn))

    return st.sampled_from(kinds).flatmap(sizes)


def _whole(setting: Setting) -> st.SearchStrategy[int]:
    least = int(setting.minimum or 0)
    return st.integers(least, int(min(setting.maximum or SMALL, max(least + 1, SMALL))))


def _fraction(setting: Setting) -> st.SearchStrategy[float]:
    least, most = setting.minimum or 0.0, setting.maximum if setting.maximum is not None else 1.0
    return st.floats(least, min(most, least + 1.0))


def _matrix(setting: Setting) -> st.SearchStrategy[Any]:
    numbers = _fraction(setting) if setting.minimum is not None else st.sampled_from([-1.0, 0.0, 0.5, 2.0])
    widths = st.tuples(st.integers(1, 4), st.integers(1, 4))
    return widths.flatmap(lambda size: st.tuples(*[st.tuples(*[numbers] * size[1])] * size[0]))


def _required(setting: Setting) -> st.SearchStrategy[Any]:
    kinds: dict[str, Any] = {
        "bool": st.booleans(),
        "choice": st.sampled_from(setting.choices or ("",)),
        "text": st.sampled_from(["", "pixels"]),
        "shape": shapes(),
    }
    if setting.type in kinds:
        return kinds[setting.type]  # type: ignore[no-any-return]
    if setting.type == "size":
        return st.tuples(_whole(setting), _whole(setting))
    if setting.type == "sizes":
        return st.lists(_whole(setting), min_size=1, max_size=3).map(tuple)
    if setting.type == "matrix":
        return _matrix(setting)
    if setting.type == "matrices":
        return _matrix(setting).flatmap(lambda rows: st.integers(1, 4).map(lambda count: count * (rows,)))
    return _whole(setting) if setting.type == "int" else _fraction(setting)


def values(setting: Setting) -> st.SearchStrategy[Any]:
    """Allowed values of a setting, its default among the likeliest."""
    drawn = _required(setting)
    return st.one_of(st.just(setting.default), drawn, st.none()) if setting.optional else drawn


@st.composite
def layers(draw: st.DrawFn, kind: type[Layer]) -> Layer:
    """A layer of this kind with random settings."""
    settings = kind.settings()
    altered = draw(st.sets(st.sampled_from([each.name for each in settings]))) if settings else set()
    return kind().changed(**{each.name: draw(values(each)) for each in settings if each.name in altered})


@st.composite
def cases(draw: st.DrawFn, kind: type[Layer], *, fitting: bool = True) -> tuple[Layer, dict[str, Shape]]:
    """A random layer and random shapes at its inputs; ``fitting``: of kinds that it accepts.

    Several inputs mostly get the same shape, since a merge of unlike shapes is hardly ever possible.
    """
    layer = draw(layers(kind))
    allowed = shapes(kind.accepts if fitting else tuple(Kind))
    first = draw(allowed)
    alike = draw(st.booleans())
    drawn = {port.name: first if alike else draw(allowed) for port in layer.input_ports()}
    if LENGTHS.name in drawn and draw(st.booleans()):
        drawn[LENGTHS.name] = Shape(Kind.VECTOR, (1,))
    return layer, drawn
