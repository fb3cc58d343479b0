"""However large what arrives is, a layer takes it or refuses it in a sentence of its own."""

from __future__ import annotations

import contextlib

import pytest

from graph.errors import NetloomError
from graph.layers.base import Layer, ShapeError
from graph.layers.catalogue import catalogue
from graph.shapes import image, sequence, vector, video

LARGE = (
    vector(200_000),
    sequence(None, 200_000),
    image(70_000, 3, 3),
    image(1, 100_000, 100_000),
    video(None, 70_000, 2, 2),
)
SIZES = (1, 10_000, 65_536)


def with_each_size(kind: type[Layer]) -> list[Layer]:
    """The layer as it is by itself, and with small and large values of each of its whole numbers."""
    layer = kind()
    made = [layer]
    for setting in kind.settings():
        for size in SIZES if setting.type == "int" else ():
            with contextlib.suppress(NetloomError):  # not every setting goes so far
                made.append(layer.changed(**{setting.name: size}))
    return made


@pytest.mark.parametrize("kind", catalogue().values(), ids=lambda kind: kind.kind)
def test_a_large_shape_meets_no_other_error(kind: type[Layer]) -> None:
    for layer in with_each_size(kind):
        for shape in LARGE:
            with contextlib.suppress(ShapeError):
                layer.infer({port.name: shape for port in layer.input_ports()})


def test_a_remedy_that_no_setting_allows_is_not_offered() -> None:
    with pytest.raises(ShapeError) as refused:
        catalogue()["pad_channels"]().infer({"in": vector(200_000)})
    assert refused.value.remedies == ()
