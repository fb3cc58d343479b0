"""Pictures with boxes: YOLO, Pascal VOC, COCO and tables, each with the right pixels, and what is learned of them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pytest import approx

from app.data.data_choice import DataChoice
from app.data.dataset import Task
from app.data.inspect import inspect
from app.data.readers.box_targets import fitted_boxes
from app.data.readers.boxes.annotation import Box
from app.data.readers.picture_boxes import BoxedPicture, BoxSet, find_boxes, turned_upright
from app.data.readers.picture_file import picture_values
from app.data.sources.file_source import Candidate
from app.data.sources.images import Images
from app.inference.new_pictures import named_pictures
from app.inference.predict import boxes_said
from app.numerics.box_grid import CHANNELS, decode
from app.project.project_check import check_project
from graph.errors import NetloomError
from graph.project import Project
from graph.shapes import image
from tests.graph.networks import chain, layer

WIDE, HIGH = 40, 20
"""Size of the pictures, in pixels."""


def picture(path: Path, wide: int = WIDE, high: int = HIGH, **options: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    values = np.random.default_rng(len(path.name)).integers(0, 256, (high, wide, 3)).astype(np.uint8)
    Image.fromarray(values).save(path, **options)
    return path


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def voc(*things: tuple[str, int, int, int, int], size: tuple[int, int] = (WIDE, HIGH), more: str = "") -> str:
    objects = "".join(
        f"<object><name>{name}</name>{more}<bndbox><xmin>{left}</xmin><ymin>{top}</ymin><xmax>{right}</xmax>"
        f"<ymax>{bottom}</ymax></bndbox></object>"
        for name, left, top, right, bottom in things
    )
    return f"<annotation><size><width>{size[0]}</width><height>{size[1]}</height></size>{objects}</annotation>"


def coco(names: list[str], annotations: list[dict[str, Any]], classes: dict[int, str], **size: int) -> str:
    sizes = {"width": WIDE, "height": HIGH} | size
    images = [{"id": 10 + number, "file_name": name, **sizes} for number, name in enumerate(names)]
    kinds = [{"id": number, "name": name} for number, name in classes.items()]
    return json.dumps({"images": images, "annotations": annotations, "categories": kinds})


def boxes_in(folder: Path) -> BoxSet:
    found = find_boxes(folder)
    assert found is not None
    return found


def by_name(found: BoxSet) -> dict[str, list[tuple[Any, ...]]]:
    """Boxes of each picture, rounded to a thousandth of a pixel."""
    return {
        known.picture.name: [(box.name, *(round(side, 3) for side in box[1:])) for box in known.boxes]
        for known in found.pictures
    }


# Ways of writing the same: a box of the class "cat" from pixel 10 to 20 across and from 5 to 15 down, none in b.png.

SAME = {"a.png": [("cat", 10.0, 5.0, 10.0, 10.0)], "b.png": []}
YOLO_LINE = f"1 {15 / WIDE} {10 / HIGH} {10 / WIDE} {10 / HIGH}\n"


def two_pictures(folder: Path) -> None:
    for name in ("a", "b"):
        picture(folder / f"{name}.png")


def yolo_beside_images(folder: Path, place: str = "{kind}/{name}") -> None:
    for name in ("a", "b"):
        picture(folder / place.format(kind="images", name=f"{name}.png"))
    write(folder / place.format(kind="labels", name="a.txt"), YOLO_LINE)
    write(folder / "data.yaml", "path: .\nnames: [dog, cat]\n")


def yolo_of_parts(folder: Path) -> None:
    yolo_beside_images(folder, "{kind}/train/{name}")


def yolo_of_roboflow(folder: Path) -> None:
    yolo_beside_images(folder, "train/{kind}/{name}")


def yolo_beside_each(folder: Path) -> None:
    two_pictures(folder)
    write(folder / "a.txt", YOLO_LINE)
    write(folder / "b.txt", "")
    write(folder / "classes.txt", "dog\ncat\n")


def yolo_outline(folder: Path) -> None:
    yolo_beside_images(folder)
    corners = [(10, 5), (20, 5), (20, 15), (10, 15)]
    write(folder / "labels/a.txt", "1 " + " ".join(f"{x / WIDE} {y / HIGH}" for x, y in corners))


def yolo_names_by_number(folder: Path) -> None:
    yolo_beside_images(folder)
    write(folder / "data.yaml", "names:\n  0: dog\n  1: cat\n")


def voc_of_pascal(folder: Path) -> None:
    two_pictures(folder / "JPEGImages")
    write(folder / "Annotations/a.xml", voc(("cat", 11, 6, 20, 15)))
    write(folder / "Annotations/b.xml", voc())


def voc_beside_each(folder: Path) -> None:
    two_pictures(folder / "train")
    write(folder / "train/a.xml", voc(("cat", 11, 6, 20, 15)))
    write(folder / "train/b.xml", voc())


def voc_named_inside(folder: Path) -> None:
    voc_of_pascal(folder)
    text = (folder / "Annotations/a.xml").read_text()
    (folder / "Annotations/a.xml").unlink()
    write(folder / "Annotations/1.xml", text.replace("<annotation>", "<annotation><filename>a.png</filename>"))


def voc_of_larger_pictures(folder: Path) -> None:
    voc_of_pascal(folder)
    write(folder / "Annotations/a.xml", voc(("cat", 21, 11, 40, 30), size=(2 * WIDE, 2 * HIGH)))


def coco_beside_images(folder: Path, name: str = "a.png") -> None:
    two_pictures(folder / "images")
    boxes = [{"id": 1, "image_id": 10, "category_id": 7, "bbox": [10, 5, 10.0, 10]}]
    write(folder / "annotations.json", coco([name, "b.png"], boxes, {3: "dog", 7: "cat"}))


def coco_of_other_folders(folder: Path) -> None:
    coco_beside_images(folder, "data/train/a")


def coco_outline(folder: Path) -> None:
    coco_beside_images(folder)
    outlines = [[10, 5, 20, 5, 20, 12], [12, 10, 15, 15, 14, 15]]
    boxes = [
        {"id": 1, "image_id": 10, "category_id": 7, "segmentation": outlines},
        {"id": 2, "image_id": 10, "category_id": 3, "bbox": [0, 0, 4, 4], "iscrowd": 1},
    ]
    write(folder / "annotations.json", coco(["a.png", "b.png"], boxes, {3: "dog", 7: "cat"}))


def labelme(folder: Path) -> None:
    two_pictures(folder)
    shape = {"label": "cat", "points": [[20, 15], [10, 5]], "shape_type": "rectangle"}
    about = {"imageHeight": HIGH, "imageWidth": WIDE}
    write(folder / "a.json", json.dumps({"shapes": [shape], "imagePath": "a.png", **about}))
    write(folder / "b.json", json.dumps({"shapes": [], "imagePath": "../b.png", **about}))


def labelme_outline(folder: Path) -> None:
    labelme(folder)
    points = {"label": "cat", "points": [[10, 5], [20, 9], [12, 15]], "shape_type": "polygon"}
    write(folder / "a.json", json.dumps({"shapes": [points], "imagePath": "a.png"}))


def createml(folder: Path) -> None:
    two_pictures(folder / "train")
    boxes = [{"label": "cat", "coordinates": {"x": 15, "y": 10, "width": 10, "height": 10}}]
    entries = [{"image": "a.png", "annotations": boxes}, {"image": "b.png", "annotations": []}]
    write(folder / "train/_annotations.createml.json", json.dumps(entries))


def voc_beside_masks(folder: Path) -> None:
    voc_of_pascal(folder)
    two_pictures(folder / "SegmentationClass")
    two_pictures(folder / "Annotations/trimaps")


def coco_with_keypoints(folder: Path) -> None:
    coco_beside_images(folder)
    text = (folder / "annotations.json").read_text()
    write(folder / "annotations/instances_train2017.json", text)
    write(folder / "annotations/keypoints_train2017.json", text.replace("cat", "person"))
    write(folder / "annotations/captions_train2017.json", text.replace("bbox", "caption"))
    (folder / "annotations.json").unlink()


def table_of_open_images(folder: Path) -> None:
    a_table(folder, "ImageID,LabelName,XMin,XMax,YMin,YMax", "a,cat,0.25,0.5,0.25,0.75", "b,,,,,")


def table_of_numbers(folder: Path) -> None:
    a_table(folder, "image_id,xmin,ymin,xmax,ymax,class", "7,10,5,20,15,cat", "8,,,,,")
    (folder / "images/a.png").rename(folder / "images/007.png")
    (folder / "images/b.png").rename(folder / "images/008.png")


def a_table(folder: Path, header: str, *rows: str) -> None:
    two_pictures(folder / "images")
    write(folder / "boxes.csv", "\n".join([header, *rows, ""]))


def table_of_corners(folder: Path) -> None:
    a_table(folder, "file,xmin,ymin,xmax,ymax,class", "a.png,10,5,20,15,cat", "b.png,,,,,")


def table_of_tensorflow(folder: Path) -> None:
    a_table(folder, "filename,width,height,class,xmin,ymin,xmax,ymax", "a.png,40,20,cat,10,5,20,15", "b.png,40,20,,,,,")


def table_of_sizes(folder: Path) -> None:
    a_table(folder, "image_id,x,y,width,height,label", "a,10,5,10,10,cat", "b,,,,,")


def table_of_cells(folder: Path) -> None:
    a_table(folder, "image_id,bbox,label", 'a,"[10.0, 5.0, 10.0, 10.0]",cat', "b,,")


def table_of_shares(folder: Path) -> None:
    a_table(folder, "file,x_center,y_center,width,height,class", "a.png,0.375,0.5,0.25,0.5,cat", "b.png,,,,,")


WAYS = [
    yolo_beside_images, yolo_of_parts, yolo_of_roboflow, yolo_beside_each, yolo_outline, yolo_names_by_number,
    voc_of_pascal, voc_beside_each, voc_named_inside, voc_of_larger_pictures, coco_beside_images,
    coco_of_other_folders, coco_outline, labelme, labelme_outline, createml, table_of_corners,
    table_of_tensorflow, table_of_sizes, table_of_cells, table_of_shares, table_of_open_images,
    voc_beside_masks, coco_with_keypoints,
]  # fmt: skip


@pytest.mark.parametrize("make", WAYS)
def test_the_same_box_is_read_from_all_formats(make: Callable[[Path], None], tmp_path: Path) -> None:
    make(tmp_path)
    found = boxes_in(tmp_path)
    assert by_name(found) == SAME and found.classes == ("cat",)
    assert found.pictures[0].shares()[0][1:] == pytest.approx((0.25, 0.25, 0.25, 0.5))


@pytest.mark.parametrize("make", WAYS)
def test_a_folder_of_any_format_is_recognised(make: Callable[[Path], None], tmp_path: Path) -> None:
    make(tmp_path)
    assert Images.recognises(Candidate(tmp_path))
    dataset = Images(path=str(tmp_path)).suggest(tmp_path, "").source.load()
    assert dataset.target_field().names == ("number of boxes",)
    np.testing.assert_array_equal(np.asarray(dataset.target_field().values), [[1], [0]])
    ((box,), empty) = dataset.boxes
    assert (box.x, box.y, box.width, box.height) == pytest.approx((0.25, 0.25, 0.25, 0.5)) and empty == ()


# Kinds of their own


def test_numbers_name_pictures_with_zeros_in_front(tmp_path: Path) -> None:
    table_of_numbers(tmp_path)
    assert by_name(boxes_in(tmp_path)) == {"007.png": SAME["a.png"], "008.png": []}


def test_a_picture_that_two_files_describe_is_told(tmp_path: Path) -> None:
    coco_beside_images(tmp_path)
    write(tmp_path / "other.json", (tmp_path / "annotations.json").read_text())
    found = boxes_in(tmp_path)
    assert by_name(found) == SAME
    assert "2 pictures are described twice; the first is read: images/a.png, images/b.png." in found.notes


def test_pictures_in_folders_without_annotations_are_left_out_and_told(tmp_path: Path) -> None:
    table_of_cells(tmp_path)
    picture(tmp_path / "test/c.png")
    picture(tmp_path / "images/d.png")
    found = boxes_in(tmp_path)
    assert by_name(found) == SAME | {"d.png": []}
    assert "Pictures that no annotation names are read as having no boxes (1)." in found.notes
    assert "Pictures in folders without annotations are left out (1)." in found.notes


def test_annotations_of_pictures_of_another_size_are_told(tmp_path: Path) -> None:
    voc_of_larger_pictures(tmp_path)
    note = "1 picture is not of the size that its annotation says; its boxes are scaled to it: Annotations/a.xml."
    assert note in boxes_in(tmp_path).notes


def test_corners_that_begin_at_0_are_told(tmp_path: Path) -> None:
    voc_of_pascal(tmp_path)
    write(tmp_path / "Annotations/b.xml", voc(("cat", 0, 0, 40, 20)))
    found = boxes_in(tmp_path)
    assert by_name(found)["a.png"] == [("cat", 11.0, 6.0, 9.0, 9.0)] and by_name(found)["b.png"] == [
        ("cat", 0, 0, 40, 20)
    ]
    assert any(
        note.startswith("Some corners of boxes are 0, so all are read as counting pixels from 0")
        for note in found.notes
    )


def test_a_class_keeps_its_spelling_and_classes_their_natural_order(tmp_path: Path) -> None:
    yolo_beside_images(tmp_path)
    write(tmp_path / "data.yaml", "names: [no, 'class 10', class 2, 007, unused]")
    write(tmp_path / "labels/a.txt", "".join(f"{kind} .5 .5 .{kind + 1} .5\n" for kind in range(4)))
    assert boxes_in(tmp_path).classes == ("007", "class 2", "class 10", "no")


def test_classes_without_names_are_called_by_their_numbers(tmp_path: Path) -> None:
    yolo_beside_images(tmp_path)
    (tmp_path / "data.yaml").unlink()
    found = boxes_in(tmp_path)
    assert found.classes == ("1",)
    assert "No classes.txt or data.yaml names the class, so it is called by its number." in found.notes


PROBLEMS: list[tuple[str, str, str]] = [
    ("1 .5 .5 0 .5", "1 box has no width or height and is left out: labels/b.txt “cat”.", ""),
    ("1 2 2 .1 .1", "1 box lies outside its picture and is left out: labels/b.txt “cat”.", ""),
    ("1 0 .5 .5 .5", "1 box reaches out of its picture and is cut at the edge: labels/b.txt “cat”.", "0 5 10 10"),
    ("1 .5 .5 .5 .5\n1 .5 .5 .5 .5", "1 box is written again and counts once: labels/b.txt “cat”.", "10 5 20 10"),
    ("1 .5 .5 .5 .5\nnan 1 2 3 4", "1 entry is no box and is left out: labels/b.txt line 2.", "10 5 20 10"),
    ("1 .5 .5 .5 .5 .9", "1 box has a sixth number, which is not read: labels/b.txt line 1.", "10 5 20 10"),
]


@pytest.mark.parametrize(("line", "note", "kept"), PROBLEMS)
def test_what_is_wrong_with_a_box_is_told_by_name(line: str, note: str, kept: str, tmp_path: Path) -> None:
    yolo_beside_images(tmp_path)
    write(tmp_path / "labels/b.txt", line)
    found = boxes_in(tmp_path)
    assert note in found.notes
    assert [box[1:] for box in by_name(found)["b.png"]] == ([tuple(map(float, kept.split()))] if kept else [])


def test_marks_of_boxes_and_missing_pictures_are_counted(tmp_path: Path) -> None:
    voc_of_pascal(tmp_path)
    write(tmp_path / "Annotations/b.xml", voc(("dog", 1, 1, 9, 9), more="<difficult>1</difficult>"))
    write(tmp_path / "Annotations/gone.xml", voc(("dog", 1, 1, 9, 9)))
    picture(tmp_path / "JPEGImages/c.png")
    notes = boxes_in(tmp_path).notes
    assert "1 box is marked as difficult, and kept: Annotations/b.xml object 1." in notes
    assert "1 annotation names a picture that is not there: Annotations/gone.xml." in notes
    assert "Pictures that no annotation names are left out (1)." in notes


def test_boxes_around_crowds_are_left_out_and_told(tmp_path: Path) -> None:
    coco_outline(tmp_path)
    found = boxes_in(tmp_path)
    assert found.classes == ("cat",)
    assert "1 box around a crowd (iscrowd) is left out, as is usual: annotations.json annotation 2." in found.notes


def test_parts_come_from_folders_lists_and_names_of_files(tmp_path: Path) -> None:
    for name, part in (("a", "train2017"), ("b", "val2017")):
        picture(tmp_path / "coco" / part / f"{name}.png")
        boxes = [{"id": 1, "image_id": 10, "category_id": 1, "bbox": [1, 2, 3, 4]}]
        write(tmp_path / f"coco/annotations/instances_{part}.json", coco([f"{name}.png"], boxes, {1: "cat"}))
    assert boxes_in(tmp_path / "coco").parts == (0, 1)
    voc_of_pascal(tmp_path / "voc")
    write(tmp_path / "voc/ImageSets/Main/train.txt", "a\n")
    write(tmp_path / "voc/ImageSets/Main/test.txt", "b 1\n")
    write(tmp_path / "voc/ImageSets/Layout/train.txt", "b\n")
    assert boxes_in(tmp_path / "voc").parts == (0, 2)
    yolo_of_parts(tmp_path / "yolo")
    assert boxes_in(tmp_path / "yolo").parts == ()


def test_pictures_of_the_same_name_in_two_parts_keep_their_own_boxes(tmp_path: Path) -> None:
    yolo_of_roboflow(tmp_path)
    picture(tmp_path / "valid/images/a.png")
    write(tmp_path / "valid/labels/a.txt", "0 .5 .5 1 1")
    write(tmp_path / "valid/labels/b.txt", "0 .5 .5 1 1")
    found = boxes_in(tmp_path)
    assert [[box.name for box in known.boxes] for known in found.pictures] == [["cat"], [], ["dog"]]
    assert found.parts == (0, 0, 1)
    assert "1 annotation names a picture that is not there: valid/labels/b.txt." in found.notes


@pytest.mark.parametrize("orientation", range(1, 9))
def test_boxes_of_a_stored_picture_turn_with_it(orientation: int, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    values = np.zeros((HIGH, WIDE), np.uint8)
    values[5:15, 10:14] = 255
    folder = tmp_path / "JPEGImages"
    folder.mkdir()
    Image.fromarray(values).save(folder / "a.png", exif=exif)
    picture(folder / "b.png")
    write(tmp_path / "Annotations/a.xml", voc(("cat", 11, 6, 14, 15)))
    write(tmp_path / "Annotations/b.xml", voc(("cat", 11, 6, 14, 15)))
    found = boxes_in(tmp_path).pictures[0]
    source = Images(path=str(tmp_path), width=found.width, height=found.height, boxes="sides")
    pixels = np.asarray(source.load().input_field().values)[0, 0]
    rows, columns = np.nonzero(pixels)
    if orientation > 4:  # those that only mirror a picture leave its size, so nothing says how boxes were drawn
        (box,) = found.boxes
        drawn = (round(box.x), round(box.y), round(box.x + box.width), round(box.y + box.height))
        assert drawn == (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    turned = turned_upright(Box("", 10 / WIDE, 5 / HIGH, 4 / WIDE, 10 / HIGH), orientation)
    across, down = pixels.shape[::-1]
    assert (round(turned.x * across), round(turned.y * down)) == (columns.min(), rows.min())
    assert (round(turned.width * across), round(turned.height * down)) == (np.ptp(columns) + 1, np.ptp(rows) + 1)


@pytest.mark.parametrize("fit", ["stretch", "crop", "pad"])
@pytest.mark.parametrize("size", [(20, 40), (30, 30), (16, 50), (64, 24), (7, 9)])
@pytest.mark.parametrize("own", [(40, 20), (30, 60), (33, 33)])
def test_boxes_follow_when_pictures_are_resized(
    fit: str, size: tuple[int, int], own: tuple[int, int], tmp_path: Path
) -> None:
    values = np.zeros((own[1], own[0]), np.uint8)
    left, top, right, bottom = own[0] // 3, own[1] // 4, own[0] // 3 * 2, own[1] // 4 * 3
    values[top:bottom, left:right] = 255
    path = tmp_path / "a.png"
    Image.fromarray(values).save(path)
    pixels = picture_values(path, size, False, fit, None)[..., 0].astype(float) / 255
    box = Box("cat", left, top, right - left, bottom - top)
    ((fitted,),), cut = fitted_boxes([BoxedPicture(path, *own, (box,))], size, fit)
    assert cut == 0
    columns, rows = pixels.max(axis=0), pixels.max(axis=1)
    # Half bright pixels are where the edge goes through.
    assert fitted.width * size[1] == pytest.approx(columns.sum(), abs=1.5)
    assert fitted.height * size[0] == pytest.approx(rows.sum(), abs=1.5)
    middle = np.average(np.arange(size[1]) + 0.5, weights=columns)
    assert (fitted.x + fitted.width / 2) * size[1] == pytest.approx(middle, abs=0.75)
    middle = np.average(np.arange(size[0]) + 0.5, weights=rows)
    assert (fitted.y + fitted.height / 2) * size[0] == pytest.approx(middle, abs=0.75)


def test_what_is_cropped_away_has_no_box(tmp_path: Path) -> None:
    box, edge = Box("cat", 0, 0, 5, 20), Box("dog", 8, 0, 4, 20)
    ((kept,),), cut = fitted_boxes([BoxedPicture(tmp_path, 40, 20, (box, edge))], (10, 10), "crop")
    assert cut == 1 and (kept.name, kept.x, kept.width) == ("dog", 0.0, pytest.approx(0.1))


# What is learned


def several(folder: Path, count: int = 12) -> Path:
    """YOLO labels: a dog in every second picture, a smaller cat in every third, and one without."""
    write(folder / "data.yaml", "names: [dog, cat]")
    for number in range(count):
        picture(folder / f"images/{number}.png")
        lines = ["0 .25 .5 .5 1"] * (number % 2) + ["1 .75 .75 .1 .2"] * (number % 3 > 0)
        write(folder / f"labels/{number}.txt", "\n".join(lines))
    return folder


def test_classes_that_are_present_are_labels(tmp_path: Path) -> None:
    found = inspect(several(tmp_path))
    dataset = found.source.load()
    assert found.source.values()["boxes"] == "present" and dataset.task is Task.LABELS
    assert dataset.target_field().names == ("cat", "dog")
    wanted = [[number % 3 > 0, number % 2] for number in range(12)]
    np.testing.assert_array_equal(np.asarray(dataset.target_field().values), wanted)


def test_the_largest_box_is_a_class_and_the_number_an_amount(tmp_path: Path) -> None:
    source = Images(path=str(several(tmp_path)), boxes="largest")
    dataset = source.load()
    assert dataset.task is Task.CLASSIFICATION and dataset.target_field().classes == ("cat", "dog")
    wanted = [number % 2 for number in range(12) if number % 2 or number % 3]
    np.testing.assert_array_equal(np.asarray(dataset.target_field().values), wanted)
    assert "Pictures without a box have no largest one and are left out (2)." in dataset.notes
    dataset = source.changed(boxes="number").load()
    assert dataset.task is Task.REGRESSION
    np.testing.assert_array_equal(
        np.asarray(dataset.target_field().values)[:, 0], [number % 2 + (number % 3 > 0) for number in range(12)]
    )
    with pytest.raises(NetloomError, match=r"6 of 12 pictures have no box or several"):
        source.changed(boxes="sides").load()


def test_a_grid_holds_all_boxes_of_a_picture(tmp_path: Path) -> None:
    source = Images(path=str(several(tmp_path)), boxes="grid", cells=5)
    assert source.values()["cells"] == 5 and "cells" in {spec.name for spec in source.shown()}
    dataset = source.load()
    field = dataset.target_field()
    assert (dataset.task, field.shape, field.fixed) == (Task.REGRESSION, image(7, 5, 5), True)
    assert field.names == (*CHANNELS, "cat", "dog")
    for own, boxes in zip(decode(np.asarray(field.values)), dataset.boxes, strict=True):
        said = sorted((field.names[5 + box.kind], *(round(side, 5) for side in box[1:5])) for box in own)
        known = sorted((box.name, *(round(side, 5) for side in (box.x, box.y, box.width, box.height))) for box in boxes)
        assert said == known
    single = source.changed(cells=1).load()
    assert "Boxes in a cell with a larger one are not learned (4); more cells hold more boxes." in single.notes
    assert boxes_said(np.asarray(field.values)[:2], field.names) == [
        {"boxes": []},
        {
            "boxes": [
                {"class": "dog", "x": 0.0, "y": 0.0, "width": 0.5, "height": 1.0, "score": 1.0},
                {"class": "cat", "x": approx(0.7), "y": approx(0.65), "width": approx(0.1), "height": approx(0.2),
                 "score": 1.0},
            ]
        },
    ]  # fmt: skip


def test_the_sides_of_a_single_box_are_shares_of_the_fitted_picture(tmp_path: Path) -> None:
    for number in range(6):
        picture(tmp_path / f"JPEGImages/{number}.png")
        write(tmp_path / f"Annotations/{number}.xml", voc(("cat", 11, 1, 10 + 4 * (number + 1), 20)))
    dataset = inspect(tmp_path).source.load()
    assert dataset.task is Task.REGRESSION and dataset.target_field().names == ("xmin", "ymin", "xmax", "ymax")
    wanted = [[0.25, 0, 0.25 + (number + 1) / 10, 1] for number in range(6)]
    np.testing.assert_allclose(np.asarray(dataset.target_field().values), wanted, atol=1e-6)
    # Cropped to a square, half of the width is left, from a quarter on.
    cropped = Images(path=str(tmp_path), fit="crop").load().target_field()
    np.testing.assert_allclose(
        np.asarray(cropped.values), [[0, 0, min((number + 1) / 5, 1), 1] for number in range(6)], atol=1e-6
    )


def test_a_table_with_one_box_for_each_picture_has_amounts_that_follow_where_it_is_said(tmp_path: Path) -> None:
    for number in range(6):
        picture(tmp_path / f"images/{number}.png")
    rows = [f"{number}.png,{9 + number},{4 + number},{20 + number},{14 + number}" for number in range(6)]
    write(tmp_path / "boxes.csv", "\n".join(["file,xmin,ymin,xmax,ymax", *rows]))
    source = inspect(tmp_path).source
    np.testing.assert_array_equal(np.asarray(source.load().target_field().values)[1], [10, 5, 21, 15])
    assert "boxes" in {spec.name for spec in source.shown()}
    sides = source.changed(boxes="sides").load()
    np.testing.assert_allclose(np.asarray(sides.target_field().values)[1], [0.25, 0.25, 21 / 40, 0.75], atol=1e-6)
    assert len(sides.boxes) == 6


def test_a_damaged_picture_is_left_out_with_its_boxes(tmp_path: Path) -> None:
    several(tmp_path)
    (tmp_path / "images/5.png").write_bytes(b"x")
    dataset = Images(path=str(tmp_path)).load()
    assert dataset.samples == len(dataset.boxes) == 11
    assert "1 picture was left out: images/5.png is not a picture." in dataset.notes


def test_pictures_are_in_natural_order(tmp_path: Path) -> None:
    assert [known.picture.stem for known in boxes_in(several(tmp_path)).pictures] == [str(n) for n in range(12)]


def test_a_stray_annotation_makes_no_set_of_boxes(tmp_path: Path) -> None:
    for kind in ("cats", "dogs"):
        for number in range(6):
            picture(tmp_path / kind / f"{number}.png")
    write(tmp_path / "cats/0.xml", voc(("cat", 1, 1, 5, 5)))
    assert Images(path=str(tmp_path)).load().target_field().classes == ("cats", "dogs")
    assert "boxes" not in Images(path=str(tmp_path)).values()


@pytest.mark.parametrize("table", [True, False])
def test_predicting_copies_of_the_pictures_sees_what_training_saw(table: bool, tmp_path: Path) -> None:
    rows = [f"{number}.png,{number % 3},1,{10 + place},9,c{place}" for number in range(12) for place in range(3)]
    folder = tmp_path / "old"
    for number in range(12):
        picture(folder / f"images/{number}.png", WIDE + number, HIGH)
    write(folder / "boxes.csv", "\n".join(["file,xmin,ymin,xmax,ymax,class", *rows]))
    source = inspect(folder).source.changed(fit="pad", height=24, width=24)
    dataset = source.load()
    copies = tmp_path / "new"
    shutil.copytree(folder, copies)
    seen = named_pictures(copies / "boxes.csv" if table else copies / "images", dataset.input_field(), source)
    assert seen is not None and len(seen.names) == 12
    order = sorted(range(12), key=lambda place: int(Path(seen.names[place]).stem))
    np.testing.assert_array_equal(np.asarray(seen.values)[order], np.asarray(dataset.input_field().values))


@pytest.mark.parametrize("task", ["grid", "present"])
def test_moving_pictures_is_offered_only_where_the_target_stays_true(task: str, tmp_path: Path) -> None:
    source = Images(path=str(several(tmp_path)), boxes=task)  # type: ignore[arg-type]
    start = layer("input", shape=image(3, 32, 32))
    drawn = chain([start, layer("flatten"), layer("dense", units=40), layer("relu"), layer("output")])
    report = check_project(Project(drawn.network, {"data": DataChoice(source=source).to_json()}), None)
    fixes = [fix.title for hint in report.hints for fix in hint.fixes]
    assert "Insert Dropout before dense1" in fixes
    assert ("Shift the pictures a little" in fixes) == (task == "present")
