"""How much is seen of cards: names as long as they can be read, tiles from far."""

from __future__ import annotations

import pytest

from tests.widgets.canvas.conftest import OpenCanvas, build
from widgets.canvas.level_of_detail import FEW, MID_FROM, NAMES_FROM, NEAR_FROM, Level, level_at
from widgets.look.theme import PROJECTOR_SCALE
from widgets.tour.painted_text import painted_texts


@pytest.mark.parametrize(
    ("zoom", "cards", "level"),
    [
        (NEAR_FROM, FEW + 1, Level.NEAR),
        (MID_FROM, FEW + 1, Level.MID),
        (NAMES_FROM, FEW + 1, Level.FAR),
        (NAMES_FROM, FEW, Level.MID),
        (0.99 * NAMES_FROM, 1, Level.FAR),
    ],
)
def test_few_cards_keep_their_names_from_further_away(zoom: float, cards: int, level: Level) -> None:
    assert level_at(zoom, cards=cards) is level


@pytest.mark.parametrize("scale", [1.0, PROJECTOR_SCALE])
def test_a_network_of_six_rows_bears_all_its_names_in_a_low_canvas(open_canvas: OpenCanvas, scale: float) -> None:
    """As in the workspace Train of a window of 1024 x 700."""
    document = build("input", *["conv2d", "relu"] * 13, "flatten", "dense", "output")
    with document.transaction("Fold"):
        rows = {id_: (224.0 * (at % 5), 154.0 * (at // 5)) for at, id_ in enumerate(document.network.ids)}
        document.move(rows)
    canvas = open_canvas(document)
    canvas.context._themes.set_scale(scale)
    canvas.resize(480, 176)
    canvas.context.frame_all()
    assert NAMES_FROM <= canvas.navigation.zoom < MID_FROM
    texts = [each for each in painted_texts(canvas) if each.text in rows]
    assert {each.text for each in texts} == set(rows)
    at = {each.text: (each.x, each.y) for each in texts}
    assert len(set(at.values())) == len(rows)
    canvas.navigation.set_zoom(0.9 * NAMES_FROM)
    assert not [each for each in painted_texts(canvas) if each.text in rows], "too small to be read"
