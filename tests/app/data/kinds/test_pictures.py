"""Pictures as people have them: deep, of every mode, half of them unreadable, with what systems put beside them."""

from __future__ import annotations

import importlib.util
import struct
import unicodedata
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from app.data.data_choice import DataChoice
from app.data.dataset import Array
from app.data.inspect import inspect
from app.data.lazy_array import LazyArray
from app.data.leakage import duplicates
from app.data.prepare import prepare
from app.data.readers import picture_file
from app.data.readers.picture_file import GreyScale, find_grey_scale, picture_array
from app.data.sources.images import Images
from app.inference.new_inputs import read_samples

CASES = Path(__file__).resolve().parents[3] / "cases"
RNG = np.random.default_rng(0)


def save(path: Path, values: Array | Image.Image, **options: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = values if isinstance(values, Image.Image) else Image.fromarray(values)
    picture.save(path, **options)
    return path


def two_classes(folder: Path, draw: Callable[[int], Array | Image.Image], ending: str = "png", count: int = 6) -> Path:
    for number in range(count):
        save(folder / ("a", "b")[number % 2] / f"{number}.{ending}", draw(number))
    return folder


def levels(values: Any) -> int:
    return len(np.unique(np.asarray(values)))


# The cases


def test_twelve_bits_keep_all_levels() -> None:
    found = inspect(CASES / "deep12")
    raw = [np.asarray(Image.open(file)) for file in sorted((CASES / "deep12").rglob("*.png"), key=lambda p: p.parts)]
    values = np.asarray(found.source.load().input_field().values)
    assert found.source.white == 4095.0  # type: ignore[attr-defined]
    np.testing.assert_allclose(values[:, 0] * 4095, np.stack(raw), atol=1e-3)
    assert levels(values) == levels(np.stack(raw)) > 100
    assert duplicates(prepare(found.choice())) == ()
    assert any("more than 8 bits: in all of them 0 becomes 0 and 4,095 becomes 1" in note for note in found.problems)


def test_pictures_that_cannot_be_read_are_counted_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_file, "heic_is_read", lambda: False)
    found = inspect(CASES / "half_heic")
    assert found.info.samples == 8
    (note,) = (note for note in found.problems if "left out" in note)
    assert note.startswith("8 pictures were left out, because each is a HEIC picture, which the library pillow-heif")
    assert "cat/IMG_1.HEIC" in note and note.endswith("and 3 more.")


@pytest.mark.skipif(importlib.util.find_spec("pillow_heif") is None, reason="pillow-heif is not installed")
def testheic_is_read_where_its_library_is_there() -> None:
    dataset = Images(path=str(CASES / "half_heic")).load()
    assert dataset.samples == 16 and not any("left out" in note for note in dataset.notes)


def test_what_systems_put_beside_pictures_is_no_class() -> None:
    found = inspect(CASES / "mixed")
    assert (found.info.classes, found.info.samples) == (("blue", "red"), 120)
    assert any("__MACOSX" in note for note in found.problems)
    assert any(note.startswith("24 pictures are animated or have several pages") for note in found.problems)
    colours = np.asarray(found.source.load().input_field().values).mean((2, 3))
    names = np.asarray(found.source.load().target_field().values)
    coloured = np.ptp(colours, axis=1) > 0.1
    assert ((colours[:, 0] > colours[:, 2])[coloured] == (names == 1)[coloured]).all()


def test_numbers_in_names_of_classes_sort_as_numbers() -> None:
    folder = str(CASES / "numbered")
    assert Images(path=folder).load().target_field().classes == ("1", "2", "10", "11")
    assert Images(path=folder, rules=1).load().target_field().classes == ("1", "10", "11", "2")


# Ten more of their kind


@pytest.mark.parametrize(
    ("values", "white"),
    [
        (np.array([[0, 1023], [5, 700]], np.uint16), 1023.0),
        (np.array([[0, 9000], [5, 700]], np.uint16), 16383.0),
        (np.array([[0, 65535], [5, 700]], np.uint16), 65535.0),
        (np.array([[0, 200], [5, 7]], np.uint16), 255.0),
        (np.array([[0, 70000], [5, 7]], np.int32), 70000.0),
        (np.array([[0.0, 0.9], [0.5, 0.25]], np.float32), 1.0),
        (np.array([[0.0, 240.0], [0.5, 99.5]], np.float32), 255.0),
        (np.array([[0.0, 812.5], [0.5, 99.5]], np.float32), 812.5),
    ],
)
def test_the_scale_of_deep_pictures_follows_the_brightest(tmp_path: Path, values: Array, white: float) -> None:
    folder = two_classes(tmp_path / "deep", lambda number: (values * ((number + 1) / 6)).astype(values.dtype), "tiff")
    dataset = Images(path=str(folder), height=2, width=2).load()
    assert find_grey_scale(sorted(folder.rglob("*.tiff"))) == GreyScale(0.0, white)
    np.testing.assert_allclose(dataset.input_field().values[-1][0], values / white, rtol=1e-6)


def test_depths_below_nought_are_kept(tmp_path: Path) -> None:
    folder = two_classes(tmp_path / "sea", lambda number: np.full((4, 4), -100.0 + 40 * number, np.float32), "tif")
    dataset = Images(path=str(folder), height=4, width=4).load()
    assert np.asarray(dataset.input_field().values).min() == 0.0
    assert find_grey_scale(sorted(folder.rglob("*.tif"))) == GreyScale(-100.0, 255.0)


def test_eight_bits_among_deep_pictures_go_to_255_as_ever(tmp_path: Path) -> None:
    folder = two_classes(
        tmp_path / "both", lambda n: np.full((4, 4), 4095 if n % 2 else 255, (np.uint8, np.uint16)[n % 2])
    )
    values = np.asarray(Images(path=str(folder), height=4, width=4).load().input_field().values)
    np.testing.assert_array_equal(values, 1.0)


def test_the_scale_of_training_holds_for_a_dimmer_new_picture(tmp_path: Path) -> None:
    folder = two_classes(tmp_path / "deep", lambda number: np.full((4, 4), 600 * (number + 1), np.uint16))
    source = inspect(folder).source.changed(height=4, width=4)
    dim = save(tmp_path / "dim.png", np.full((4, 4), 300, np.uint16))
    seen = read_samples(str(dim), [source.load().input_field().info], source).arrays["image"]
    np.testing.assert_allclose(np.asarray(seen), 300 / 4095, rtol=1e-6)


def test_a_scale_that_was_not_saved_is_found_from_the_training_pictures(tmp_path: Path) -> None:
    folder = two_classes(tmp_path / "deep", lambda number: np.full((4, 4), 600 * (number + 1), np.uint16))
    assert Images(path="deep").resolved(tmp_path).grey_scale() == GreyScale(0.0, 4095.0)
    folder.rename(tmp_path / "gone")
    assert Images(path="deep").resolved(tmp_path).grey_scale() == GreyScale()


def test_by_the_first_rules_each_deep_picture_is_brought_to_eight_bits(tmp_path: Path) -> None:
    folder = two_classes(tmp_path / "deep", lambda number: np.full((4, 4), 1000 * number, np.uint16))
    values = Images(path=str(folder), height=4, width=4, rules=1).load().input_field().values
    assert isinstance(values, LazyArray) and values.store.rows.dtype == np.uint8
    assert np.asarray(values)[-1].max() == pytest.approx(5000 // 257 / 255, abs=1 / 255)


def test_sixteen_bits_per_colour_are_told(tmp_path: Path) -> None:
    folder = two_classes(tmp_path / "pets", lambda number: np.full((4, 4, 3), 30 * number, np.uint8))

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    rows = b"".join(b"\0" + bytes([128, 7] * 6) for _ in range(2))
    header = struct.pack(">IIBBBBB", 2, 2, 16, 2, 0, 0, 0)
    (folder / "a" / "deep.png").write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    )
    assert (
        "a/deep.png is of 16 bits per colour, of which the upper eight are read."
        in Images(path=str(folder)).load().notes
    )


@pytest.mark.parametrize("junk", ["__MACOSX", "@eaDir", "Thumbnails", ".ipynb_checkpoints", "b/.thumbs", "b/thumbs"])
def test_folders_of_systems_are_passed_over(tmp_path: Path, junk: str) -> None:
    folder = two_classes(tmp_path / "pets", lambda number: np.full((4, 4), 30 * number, np.uint8))
    save(folder / junk / "0.png", np.zeros((4, 4), np.uint8))
    (folder / "a" / "Thumbs.db").write_bytes(b"x")
    (folder / "a" / ".DS_Store").write_bytes(b"x")
    dataset = Images(path=str(folder)).load()
    assert (dataset.samples, dataset.target_field().classes) == (6, ("a", "b"))
    assert any("left out" in note for note in dataset.notes) == ("." not in junk)


def test_composed_and_decomposed_names_are_one_class(tmp_path: Path) -> None:
    spelled = {"train": unicodedata.normalize("NFC", "été"), "test": unicodedata.normalize("NFD", "été")}
    for part, count in (("train", 5), ("test", 3)):
        for kind in (spelled[part], "hiver"):
            for number in range(count):
                path = tmp_path / "saisons" / part / kind / f"{number}.png"
                save(path, RNG.integers(0, 255, (4, 4), dtype=np.uint8))
    dataset = Images(path=str(tmp_path / "saisons")).load()
    assert dataset.target_field().classes == ("hiver", unicodedata.normalize("NFC", "été"))
    assert dataset.given is not None and dataset.given.tolist() == [0] * 10 + [2] * 6


def test_films_and_drawings_among_pictures_are_named(tmp_path: Path) -> None:
    folder = two_classes(tmp_path / "pets", lambda number: np.full((4, 4), 30 * number, np.uint8))
    for name in ("film.mp4", "drawing.svg"):
        (folder / "a" / name).write_bytes(b"x")
    assert any(
        note == "2 files are left out, of formats that are not read (.mp4, .svg): a/drawing.svg, a/film.mp4."
        for note in Images(path=str(folder)).load().notes
    )


@pytest.mark.parametrize("ending", ["pgm", "ppm", "jp2", "avif"])
def test_more_formats_are_read(tmp_path: Path, ending: str) -> None:
    mode = "RGB" if ending in ("ppm", "avif") else "L"
    folder = two_classes(tmp_path / "pets", lambda number: Image.new(mode, (6, 6), "#808080"), ending)
    values = np.asarray(Images(path=str(folder)).load().input_field().values)
    np.testing.assert_allclose(values, 128 / 255, atol=0.02)


def test_flat_folders_of_parts_are_told_of(tmp_path: Path) -> None:
    for part in ("train", "test"):
        for number in range(4):
            save(tmp_path / "pets" / part / f"{number}.png", RNG.integers(0, 255, (4, 4), dtype=np.uint8))
    notes = Images(path=str(tmp_path / "pets")).load().notes
    assert any(note.startswith("The folders “test” and “train” are read as classes.") for note in notes)


MODES: dict[str, Callable[[Array], Image.Image]] = {
    "1": lambda v: Image.fromarray(v).convert("1"),
    "L": Image.fromarray,
    "LA": lambda v: Image.merge("LA", (Image.fromarray(v), Image.fromarray(255 - v))),
    "P": lambda v: Image.fromarray(np.stack([v, 255 - v, v], axis=2)).convert("P"),
    "RGB": lambda v: Image.fromarray(np.stack([v, 255 - v, v // 2], axis=2)),
    "RGBA": lambda v: Image.fromarray(np.stack([v, 255 - v, v // 2, v], axis=2)),
    "CMYK": lambda v: Image.fromarray(np.stack([v, 255 - v, v // 2, v // 4], axis=2), mode="CMYK"),
    "I;16": lambda v: Image.fromarray(v.astype(np.uint16) * 17),
    "I": lambda v: Image.fromarray(v.astype(np.int32) * 300 - 7),
    "F": lambda v: Image.fromarray(v.astype(np.float32) / 99 - 0.5),
}


copied_pictures = given(
    mode=st.sampled_from(sorted(MODES)),
    other=st.sampled_from(sorted(MODES)),
    fit=st.sampled_from(["stretch", "crop", "pad"]),
    size=st.tuples(st.integers(2, 9), st.integers(2, 9)),
    seed=st.integers(0, 2**32),
)


@settings(max_examples=25)
@copied_pictures
def test_a_copy_of_a_training_picture_is_seen_as_in_training(
    tmp_path_factory: pytest.TempPathFactory, mode: str, other: str, fit: str, size: tuple[int, int], seed: int
) -> None:
    seen_as_in_training(tmp_path_factory.mktemp("pictures"), (mode, other), fit, size, seed)


@pytest.mark.slow
@settings(max_examples=400)
@copied_pictures
def test_copies_of_many_training_pictures_are_seen_as_in_training(
    tmp_path_factory: pytest.TempPathFactory, mode: str, other: str, fit: str, size: tuple[int, int], seed: int
) -> None:
    seen_as_in_training(tmp_path_factory.mktemp("pictures"), (mode, other), fit, size, seed)


def seen_as_in_training(folder: Path, modes: tuple[str, str], fit: str, size: tuple[int, int], seed: int) -> None:
    """To the last bit, standardised as well: alone, and in a folder with others."""
    rng = np.random.default_rng(seed)
    for number in range(6):
        picture = MODES[modes[number % 2]](rng.integers(0, 256, (size[0] + number % 3, size[1]), dtype=np.uint8))
        save(folder / "set" / "ab"[number % 2] / f"{number}.tiff", picture)
    source = inspect(folder / "set").source.changed(height=size[0], width=5, fit=fit)
    prepared = prepare(DataChoice(source=source))
    field, scaler = prepared.dataset.input_field(), prepared.scalers["image"]
    trained = prepared.dataset.fields["image"].values
    asked = read_samples(str(folder / "set"), [field.info], source).arrays["image"]
    np.testing.assert_array_equal(np.asarray(asked), np.asarray(trained))
    assert isinstance(asked, LazyArray) and isinstance(trained, LazyArray)
    np.testing.assert_array_equal(
        np.asarray(asked.scaled(scaler.mean, scaler.scale)), np.asarray(trained.scaled(scaler.mean, scaler.scale))
    )
    alone = read_samples(str(folder / "set" / "b" / "3.tiff"), [field.info], source).arrays["image"]
    np.testing.assert_array_equal(np.asarray(alone)[0], np.asarray(trained)[4])


def test_a_single_picture_is_the_same_as_in_a_folder(tmp_path: Path) -> None:
    path = save(tmp_path / "a.png", RNG.integers(0, 255, (8, 8), dtype=np.uint8))
    single = picture_array(path, (8, 8), False, "stretch")
    np.testing.assert_array_equal(single[0], np.asarray(Image.open(path)) * np.float32(1 / 255))
