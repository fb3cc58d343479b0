"""Masks that are to be predicted stand beside their pictures in the data view."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from app.data.data_choice import DataChoice
from app.data.data_preview import preview
from app.data.prepare import prepare
from app.data.sources.images import Images
from widgets.data.sample_views import drawable, with_targets


def masked(folder: Path, kinds: int) -> Path:
    for number in range(10):
        for name in ("images", "masks"):
            values = np.full((8, 8), 10 * number, np.uint8)
            if name == "masks":
                values[:] = 0
                values[number % 8] = 1 + number % (kinds - 1)
            (folder / name).mkdir(parents=True, exist_ok=True)
            Image.fromarray(values).save(folder / name / f"{number}.png")
    return folder


def test_a_mask_stands_at_the_right_of_its_picture(tmp_path: Path) -> None:
    shown = preview(prepare(DataChoice(source=Images(path=str(masked(tmp_path, 2)), height=8, width=8))))
    pictures = drawable(shown)
    both = with_targets(pictures, shown)
    assert both.shape == (10, 1, 8, 17)
    np.testing.assert_array_equal(both[..., :8], pictures)
    bright = both[:, 0, :, 9:] == pictures.max()
    np.testing.assert_array_equal(bright.all(axis=2).argmax(axis=1), shown.index % 8)


def test_kinds_of_masks_are_shades(tmp_path: Path) -> None:
    shown = preview(prepare(DataChoice(source=Images(path=str(masked(tmp_path, 3)), height=8, width=8))))
    assert len(np.unique(with_targets(drawable(shown), shown)[..., 9:])) == 3


def test_a_picture_that_is_its_own_target_stands_alone() -> None:
    choice = DataChoice.of("digits")
    shown = preview(prepare(choice))
    assert with_targets(drawable(shown), shown).shape == drawable(shown).shape
