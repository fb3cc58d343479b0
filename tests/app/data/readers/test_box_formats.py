"""What is said of boxes as they are read: outlines, small boxes, and texts beside them that hold none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.app.data.kinds.test_picture_boxes import (
    SAME,
    boxes_in,
    by_name,
    coco,
    coco_beside_images,
    labelme,
    labelme_outline,
    picture,
    voc,
    voc_of_pascal,
    write,
    yolo_beside_images,
    yolo_outline,
)  # fmt: skip


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (labelme, ""),
        (labelme_outline, "1 outline is read as the box around it: a.json shape 1."),
        (yolo_beside_images, ""),
        (yolo_outline, "1 outline is read as the box around it: labels/a.txt line 1."),
    ],
)
def test_outlines_that_become_boxes_are_told(make: Callable[[Path], None], told: str, tmp_path: Path) -> None:
    make(tmp_path)
    assert [note for note in boxes_in(tmp_path).notes if "outline" in note] == ([told] if told else [])


def test_texts_that_are_no_labels_are_passed_over(tmp_path: Path) -> None:
    yolo_beside_images(tmp_path)
    write(tmp_path / "labels/sizes.txt", "40 20\n40 20\n")
    write(tmp_path / "labels/about.txt", "taken in the garden last summer\n")
    found = boxes_in(tmp_path)
    assert by_name(found) == SAME
    assert not any("sizes.txt" in note or "about.txt" in note for note in found.notes)


@pytest.mark.parametrize(
    "text", ["no XML", '<!DOCTYPE a [<!ENTITY cat "cat">]>' + voc(("&cat;", 1, 1, 9, 9)), "<annotation>"]
)
def test_annotations_that_cannot_be_read_are_named(tmp_path: Path, text: str) -> None:
    voc_of_pascal(tmp_path)
    write(tmp_path / "Annotations/b.xml", text)
    found = boxes_in(tmp_path)
    assert "1 file of boxes cannot be read: Annotations/b.xml." in found.notes
    assert found.classes == ("cat",) and sum(len(known.boxes) for known in found.pictures) == 1


def test_a_column_that_names_few_of_the_pictures_does_not_name_them(tmp_path: Path) -> None:
    for name in ("left", "right", "1", "2"):
        picture(tmp_path / f"images/{name}.png")
    rows = [f"{number},{('left', 'right')[number % 2]},1,2,4,6,cat" for number in range(1, 6)]
    write(tmp_path / "boxes.csv", "\n".join(["frame,image,xmin,ymin,xmax,ymax,class", *rows, ""]))
    assert set(by_name(boxes_in(tmp_path))) == {"left.png", "right.png", "1.png", "2.png"}
    assert [len(known.boxes) for known in boxes_in(tmp_path).pictures if known.picture.stem in ("1", "2")] == [0, 0]


def test_a_box_of_one_pixel_is_a_box(tmp_path: Path) -> None:
    coco_beside_images(tmp_path)
    boxes = [{"id": 1, "image_id": 10, "category_id": 7, "bbox": [10, 5, 1, 1]}]
    write(tmp_path / "annotations.json", coco(["a.png", "b.png"], boxes, {7: "cat"}))
    assert by_name(boxes_in(tmp_path)) == {"a.png": [("cat", 10.0, 5.0, 1.0, 1.0)], "b.png": []}


def test_a_side_that_is_no_number_is_a_row_without_a_box(tmp_path: Path) -> None:
    for number in range(30):
        picture(tmp_path / f"{number}.png")
    rows = [f"{number}.png,1,2,4,6,cat" for number in range(29)]
    write(tmp_path / "boxes.csv", "\n".join(["file,xmin,ymin,xmax,ymax,class", *rows, "29.png,1,2,4,6(b", ""]))
    found = boxes_in(tmp_path)
    assert sum(len(known.boxes) for known in found.pictures) == 29
    assert any("boxes.csv row 30" in note for note in found.notes), found.notes
