"""Pictures with masks: pictures of 0 and 1 to be predicted; files of neither masks nor boxes are refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.data.dataset import Array, Task
from app.data.inspect import inspect
from app.data.sources.images import Images
from graph.errors import NetloomError
from graph.shapes import image


def save(path: Path, values: Array, mode: str = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = Image.fromarray(values)
    (picture.convert(mode) if mode else picture).save(path)


def spot(number: int, high: int = 255) -> Array:
    """A mask with a square that moves."""
    mask = np.zeros((8, 8), np.uint8)
    mask[number % 6 : number % 6 + 2, 2:4] = high
    return mask


def pictures(folder: Path, count: int = 8, ending: str = ".png") -> Path:
    for number in range(count):
        save(folder / f"cell_{number}{ending}", np.full((8, 8, 3), 20 * number, np.uint8))
    return folder


@pytest.mark.parametrize(
    ("where", "name"),
    [("masks", "cell_{}.png"), ("masks", "cell_{}_mask.png"), ("gt", "cell_{}_gt.png"), ("labels", "cell_{}.bmp")],
)
def test_masks_beside_pictures_are_to_be_predicted(tmp_path: Path, where: str, name: str) -> None:
    pictures(tmp_path / "cells" / "images")
    for number in range(8):
        save(tmp_path / "cells" / where / name.format(number), spot(number))
    found = inspect(tmp_path / "cells")
    dataset = found.source.changed(height=8, width=8).load()
    field = dataset.target_field()
    assert (found.source.kind, dataset.task, dataset.samples) == ("images", Task.REGRESSION, 8)
    assert (field.name, field.shape, field.fixed) == ("mask", image(1, 8, 8), True)
    np.testing.assert_array_equal(np.asarray(field.values)[:, 0], np.stack([spot(n) > 0 for n in range(8)]))


def test_masks_of_several_kinds_have_a_channel_for_each(tmp_path: Path) -> None:
    pictures(tmp_path / "images", 6)
    for number in range(6):
        save(tmp_path / "masks" / f"cell_{number}.png", spot(number, 1 + number % 2))
    field = Images(path=str(tmp_path), height=8, width=8).load().target_field()
    assert (field.shape, field.names) == (image(3, 8, 8), ("0", "1", "2"))
    values = np.asarray(field.values)
    assert set(np.unique(values)) == {0.0, 1.0} and (values.sum(axis=1) == 1).all()


def test_colours_of_masks_are_kinds(tmp_path: Path) -> None:
    pictures(tmp_path / "images", 4)
    for number in range(4):
        mask = np.zeros((8, 8, 3), np.uint8)
        mask[:4, :, 0], mask[4:, :2, 2] = 255, 255
        save(tmp_path / "masks" / f"cell_{number}.png", mask)
    field = Images(path=str(tmp_path), height=8, width=8).load().target_field()
    assert field.shape == image(3, 8, 8) and len(set(field.names)) == 3


def test_kinds_are_never_blended(tmp_path: Path) -> None:
    pictures(tmp_path / "images", 4)
    for number in range(4):
        save(tmp_path / "masks" / f"cell_{number}.png", spot(number, 2))
    for fit in ("stretch", "crop", "pad"):
        source = Images.parse({"path": str(tmp_path), "height": 13, "width": 5, "fit": fit}, "test")
        assert set(np.unique(np.asarray(source.load().target_field().values))) == {0.0, 1.0}


def test_shades_stay_shades(tmp_path: Path) -> None:
    pictures(tmp_path / "images", 4)
    for number in range(4):
        save(tmp_path / "masks" / f"cell_{number}.png", np.arange(64, dtype=np.uint8).reshape(8, 8) * 4)
    field = Images(path=str(tmp_path), height=8, width=8).load().target_field()
    assert not field.fixed and field.shape == image(1, 8, 8)
    np.testing.assert_allclose(np.asarray(field.values)[0, 0].ravel(), np.arange(64) * 4 / 255, atol=1e-6)


@pytest.mark.parametrize("outer", [True, False])
def test_parts_of_masks_are_the_parts_of_the_data(tmp_path: Path, outer: bool) -> None:
    for part, count in (("train", 5), ("test", 3)):
        for kind in ("images", "masks"):
            place = tmp_path / (f"{part}/{kind}" if outer else f"{kind}/{part}")
            for number in range(count):
                save(
                    place / f"{number}.png", spot(number) if kind == "masks" else np.full((8, 8), 9 * number, np.uint8)
                )
    dataset = Images(path=str(tmp_path)).load()
    assert sorted(np.asarray(dataset.given).tolist()) == [0] * 5 + [2] * 3


def test_pictures_without_a_mask_and_damaged_masks_are_told(tmp_path: Path) -> None:
    pictures(tmp_path / "images")
    for number in range(6):
        save(tmp_path / "masks" / f"cell_{number}.png", spot(number))
    (tmp_path / "masks" / "cell_3.png").write_bytes(b"x")
    dataset = Images(path=str(tmp_path)).load()
    assert dataset.samples == 5 and "Pictures without a mask are left out (2)." in dataset.notes
    assert "1 picture was left out: masks/cell_3.png is not a picture." in dataset.notes


def test_other_folders_of_two_classes_stay_classes(tmp_path: Path) -> None:
    pictures(tmp_path / "image")
    for number in range(8):
        save(tmp_path / "mask" / f"face {number}.png", spot(number))
    assert Images(path=str(tmp_path)).load().target_field().classes == ("image", "mask")
    for number in range(8):
        save(tmp_path / "mask" / f"cell_{number}.png", spot(number))
    assert Images(path=str(tmp_path), rules=1).load().target_field().classes == ("image", "mask")


@pytest.mark.parametrize(
    ("place", "name", "content"),
    [
        ("labels", "cell_0.txt", "a cell"),
        ("annotations", "cell_0.xml", "<annotation></annotation>"),
        ("annotations", "instances.json", '{"annotations": [{"bbox": [1, 2, 3, 4]}]}'),
    ],
)
@pytest.mark.parametrize("part", ["", "train/"])
def test_files_without_boxes_are_refused_in_a_sentence(
    tmp_path: Path, place: str, name: str, content: str, part: str
) -> None:
    pictures(tmp_path / "cars" / f"{part}images")
    (tmp_path / "cars" / f"{part}{place}").mkdir()
    (tmp_path / "cars" / f"{part}{place}" / name).write_text(content)
    with pytest.raises(
        NetloomError,
        match=r"cars holds pictures with files beside them .* in which no boxes of these pictures are found",
    ):
        inspect(tmp_path / "cars")
