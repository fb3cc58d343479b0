"""An image in a training step is drawn as the image, a map as the map, and a vector in rows of its first values."""

from __future__ import annotations

import pytest

from app.insight.backprop_step import BackpropSession, copy_of, record
from app.training.trainable import Model
from tests.app.training.projects import cnn, project
from widgets.charts.colour_maps import diverging, sequential
from widgets.look.theme import ThemeSource
from widgets.understand.backprop.recorded_step import StepSeen
from widgets.understand.backprop.step_pictures import picture_of, square_of, what_is_drawn

LIGHT = ThemeSource("light").theme


@pytest.fixture(scope="module")
def step() -> StepSeen:
    """A step of a small network with convolutions."""
    session = BackpropSession(copy_of(Model.build(project(cnn()))), 2)
    return StepSeen(record(session, session.step(0)), {node.id: node.layer for node in cnn()})


def hues(step: StepSeen, layer: str, *, back: bool = False) -> set[tuple[int, int, int]]:
    """The colours of a layer's picture."""
    drawn = picture_of(step, layer, 0, LIGHT, back=back)
    assert drawn is not None
    assert (drawn.width(), drawn.height()) == step.record.layers[layer].sizes[:0:-1]
    places = [(x, y) for x in range(drawn.width()) for y in range(drawn.height())]
    colours = (drawn.pixelColor(*place) for place in places)
    return {(colour.red(), colour.green(), colour.blue()) for colour in colours}


def test_an_image_that_enters_is_drawn_whole_in_its_own_colours(step: StepSeen) -> None:
    shown = hues(step, "input1")
    assert len(shown) > 2 and all(red == green == blue for red, green, blue in shown)
    assert what_is_drawn(step, "input1") == ""


def test_a_map_is_drawn_in_the_palette_of_its_layer(step: StepSeen) -> None:
    about_zero, rising = (
        {tuple(map(int, row[:3])) for row in table} for table in (diverging(LIGHT), sequential(LIGHT))
    )
    assert hues(step, "conv1") <= about_zero
    assert hues(step, "relu1") <= rising
    assert hues(step, "relu1", back=True) <= about_zero, "gradients have both signs"
    assert what_is_drawn(step, "relu1") == "The picture is map 1 of 4."


def test_a_vector_is_drawn_in_rows(step: StepSeen) -> None:
    assert picture_of(step, "flatten1", 0, LIGHT, back=False) is None
    square = square_of(step, "flatten1", step.value("flatten1", 0), LIGHT, back=False)
    assert (square.width(), square.height()) == (8, 8)
