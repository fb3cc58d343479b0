"""Windows of machines that ran until they failed."""

from __future__ import annotations

import pytest

from app.data.readers.life_windows import WindowCut, lives_info
from graph.shapes import image, sequence


@pytest.mark.parametrize(
    ("life", "stride", "count"), [(30, 1, 1), (31, 1, 2), (10, 1, 1), (35, 5, 2), (34, 5, 1), (130, 10, 11)]
)
def test_windows_are_counted_and_a_short_life_is_one(life: int, stride: int, count: int) -> None:
    assert WindowCut(30, stride, 125).count(life) == count


@pytest.mark.parametrize("picture", [False, True])
def test_the_description_names_what_the_windows_hold(picture: bool) -> None:
    cut = WindowCut(30, 1, 125, picture)
    info = lives_info(("id", "Engines", "Two engines."), cut, [30, 40], ("s1", "s2"), ("K", "bar"))
    assert (info.id, info.title, info.summary, info.samples) == ("id", "Engines", "Two engines.", 12)
    window, life = info.fields
    assert window.shape == (image(1, 30, 2) if picture else sequence(30, 2))
    assert (window.names, window.units) == (((), ()) if picture else (("s1", "s2"), ("K", "bar")))
    assert (life.shape.elements, life.units) == (1, ("cycles",))
