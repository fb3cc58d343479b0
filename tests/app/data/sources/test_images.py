"""Pictures in a folder per class: any format, upright, one size; damaged ones are listed, never fatal."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from PIL import Image

from app.data.data_choice import DataChoice
from app.data.dataset import Array
from app.data.inspect import inspect
from app.data.prepare import prepare
from app.data.readers import decoded_pictures, picture_file, picture_listing
from app.data.readers.file_access import content_hash, relative
from app.data.readers.picture_file import GreyScale, picture_array
from app.data.sources.file_source import _loaded
from app.data.sources.images import Images
from app.data.split import Split
from app.system.home import home
from app.system.progress import UnfinishedError, for_now, run_by
from graph.errors import NetloomError
from graph.shapes import image

RNG = np.random.default_rng(0)


class DiskUsage(NamedTuple):
    total: int
    used: int
    free: int


def save(path: Path, values: Array, **options: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(values).save(path, **options)
    return path


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    for kind in ("cat", "dog"):
        for number in range(4):
            save(tmp_path / "pets" / kind / f"{number}.png", RNG.integers(0, 255, (9, 12, 3), dtype=np.uint8))
    return tmp_path / "pets"


def test_a_folder_per_class_becomes_pictures(pets: Path) -> None:
    source = Images(path="pets", height=8, width=10)
    dataset = source.load(pets.parent)
    assert source.info(pets.parent) == dataset.info
    assert dataset.input_field().shape == image(3, 8, 10)
    assert dataset.input_field().values.shape == (8, 3, 8, 10)
    assert dataset.target_field().classes == ("cat", "dog")
    assert dataset.target_field().values.tolist() == [0, 0, 0, 0, 1, 1, 1, 1]


def test_grey_pictures_have_one_channel_unless_asked(pets: Path) -> None:
    assert Images(path=str(pets), colour="grey").load().input_field().shape == image(1, 32, 32)
    for kind in ("cat", "dog"):
        for number in range(4):
            save(pets / kind / f"{number}.png", RNG.integers(0, 255, (9, 12), dtype=np.uint8))
    assert Images(path=str(pets)).load().input_field().shape == image(1, 32, 32)
    assert Images(path=str(pets), colour="colour").info().shape == image(3, 32, 32)


def test_damaged_pictures_are_listed_and_left_out(pets: Path) -> None:
    whole = (pets / "cat" / "0.png").read_bytes()
    (pets / "cat" / "cut.png").write_bytes(whole[: len(whole) // 2])
    (pets / "dog" / "words.jpg").write_bytes(b"not a picture")
    (pets / "dog" / "empty.jpg").write_bytes(b"")
    dataset = Images(path=str(pets)).load()
    assert dataset.samples == 8
    (note,) = dataset.notes
    assert note.startswith("3 pictures were left out: cat/cut.png is damaged")
    assert "dog/empty.jpg is empty" in note
    assert "dog/words.jpg is not a picture" in note


def test_a_picture_that_would_fill_the_memory_is_left_out(pets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_file, "PIXELS", 1000)
    save(pets / "cat" / "bomb.png", np.zeros((40, 40), dtype=np.uint8))
    assert "cat/bomb.png has more than" in Images(path=str(pets)).load().notes[0]


def test_the_real_limit_is_40_megapixels(tmp_path: Path) -> None:
    Image.new("1", (8000, 5001)).save(tmp_path / "large.png")
    with pytest.raises(picture_file.PictureError, match="more than 40 megapixels"):
        picture_array(tmp_path / "large.png", (8, 8), False, "stretch")


def test_hidden_files_and_links_are_passed_over(pets: Path, tmp_path: Path) -> None:
    save(pets / "cat" / ".hidden.png", np.zeros((4, 4), dtype=np.uint8))
    (pets / "cat" / "link.png").symlink_to(pets / "dog" / "0.png")
    (pets / "notes.txt").write_text("mine")
    assert Images(path=str(pets)).load().samples == 8


def test_names_that_are_no_text_are_written_as_numbers(pets: Path) -> None:
    odd = Path(os.fsdecode(os.fsencode(pets) + b"/\xff\xfe"))
    try:
        (pets / "dog").rename(odd)
    except OSError:
        pytest.skip("this system has no such names")
    (odd / os.fsdecode(b"\xe9.png")).write_bytes(b"")
    dataset = Images(path=str(pets)).load()
    assert dataset.target_field().classes == ("cat", "\\xff\\xfe")
    assert dataset.notes == ("1 picture was left out: \\xff\\xfe/\\xe9.png is empty.",)
    with pytest.raises(NetloomError, match=r"holds signs that are no text; rename the file or folder"):
        relative(odd, pets)


def test_a_picture_that_may_not_be_read_does_not_spoil_the_folder(pets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, plain = content_hash(pets), Path.open

    def refusing(self: Path, *given: Any, **named: Any) -> Any:
        if self.name == "3.png":
            raise PermissionError(13, "Permission denied")
        return plain(self, *given, **named)

    monkeypatch.setattr(Path, "open", refusing)
    assert content_hash(pets) not in ("", whole)
    with pytest.raises(PermissionError):
        content_hash(pets / "cat" / "3.png")


def test_exif_orientation_is_obeyed(tmp_path: Path) -> None:
    values = np.zeros((16, 16), dtype=np.uint8)
    values[:8] = 255  # white above
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter clockwise: white goes to the right
    upright = picture_array(save(tmp_path / "a.jpg", values, exif=exif), (16, 16), False, "stretch")[0]
    assert upright[:, 10:].mean() > 0.9 and upright[:, :6].mean() < 0.1


@pytest.mark.parametrize("suffix", ["png", "jpg", "bmp", "tiff", "webp", "gif"])
def test_every_format_is_read(tmp_path: Path, suffix: str) -> None:
    path = save(tmp_path / f"a.{suffix}", np.full((6, 6), 128, dtype=np.uint8))
    values = picture_array(path, (4, 4), False, "stretch")
    assert values.dtype == np.float32
    np.testing.assert_allclose(values, 128 / 255, atol=0.02)


def test_deep_grey_values_keep_their_steps(tmp_path: Path) -> None:
    values = np.full((4, 4), 32768, dtype=np.uint16)
    values[0] = 65535
    seen = picture_array(save(tmp_path / "a.png", values), (4, 4), False, "stretch")[0]
    np.testing.assert_allclose(seen[[0, 3]].mean(axis=1), [1.0, 0.5], atol=0.01)


def test_the_black_and_the_white_of_training_are_obeyed(tmp_path: Path) -> None:
    values = np.array([[100, 300], [200, 500]], np.uint16)
    for number in range(4):
        save(tmp_path / "pets" / "ab"[number % 2] / f"{number}.png", values)
    source = Images(path=str(tmp_path / "pets"), height=2, width=2, black=100.0, white=300.0)
    assert source.grey_scale() == GreyScale(100.0, 300.0)
    seen = np.asarray(source.load().input_field().values)
    np.testing.assert_allclose(seen[0, 0], [[0.0, 1.0], [0.5, 2.0]], atol=1e-6)
    assert source.changed(black=None).grey_scale() == GreyScale(0.0, 300.0)


def test_what_is_transparent_becomes_white(tmp_path: Path) -> None:
    clear = np.zeros((4, 4, 4), dtype=np.uint8)
    np.testing.assert_array_equal(picture_array(save(tmp_path / "a.png", clear), (4, 4), True, "stretch"), 1.0)


@pytest.mark.parametrize(("fit", "white"), [("stretch", 1.0), ("crop", 1.0), ("pad", 0.5)])
def test_other_proportions_are_fitted_as_chosen(tmp_path: Path, fit: str, white: float) -> None:
    path = save(tmp_path / "a.png", np.full((8, 16), 255, dtype=np.uint8))
    assert picture_array(path, (16, 16), False, fit).mean() == pytest.approx(white, abs=0.01)


def test_folders_that_are_no_data_are_refused(tmp_path: Path, pets: Path) -> None:
    (tmp_path / "bare").mkdir()
    with pytest.raises(NetloomError, match="no folder in it holds pictures"):
        Images(path="bare").load(tmp_path)
    (tmp_path / "bare" / "train-images-idx3-ubyte.gz").write_bytes(b"x")
    with pytest.raises(NetloomError, match=r"to read a file such as train-images-idx3-ubyte\.gz, choose that file"):
        Images(path="bare").load(tmp_path)
    with pytest.raises(NetloomError, match="only the folder “cat” holds pictures"):
        save(tmp_path / "one" / "cat" / "0.png", np.zeros((4, 4), dtype=np.uint8))
        Images(path="one").load(tmp_path)
    (tmp_path / "one" / "labels.csv").write_text("a,b\n")
    with pytest.raises(NetloomError, match=r"only the folder “cat” .* such as labels\.csv, choose that file"):
        Images(path="one").load(tmp_path)
    with pytest.raises(NetloomError, match="is not a folder"):
        Images(path=str(pets / "cat" / "0.png")).load()
    for file in pets.rglob("*.png"):
        file.write_bytes(b"x")
    with pytest.raises(NetloomError, match=r"None of the pictures in pets can be read: cat/0\.png is not a picture"):
        Images(path=str(pets)).load()


def test_pictures_for_which_there_is_no_room_are_refused(pets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoded_pictures, "SMALL", 0)
    monkeypatch.setattr("shutil.disk_usage", lambda _: DiskUsage(0, 0, 0))
    assert Images(path=str(pets)).load().samples == 8
    _loaded.cache_clear()
    monkeypatch.setenv("NETLOOM_MEMORY", "1e-6")
    with pytest.raises(NetloomError, match=r"for which there is no room in .*pictures \(no space left on device\)"):
        Images(path=str(pets)).load()


def test_a_disk_that_fills_up_while_pictures_are_decoded_costs_time_only(
    pets: Path, cached: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = decoded_pictures._to_write

    def full(path: Path, length: int) -> Any:
        stream = plain(path, length)
        if path.name == "notes":
            return stream
        stream.close()
        return Path("/dev/full").open("r+b")

    monkeypatch.setattr(decoded_pictures, "_to_write", full)
    if not Path("/dev/full").exists():
        pytest.skip("only Linux has a disk that is always full")
    dataset = Images(path=str(pets)).load()
    assert dataset.samples == 8
    first = picture_array(pets / "cat" / "0.png", (32, 32), True, "stretch")
    np.testing.assert_allclose(dataset.input_field().values[0], first, atol=1e-6)


def test_a_table_names_pictures_and_labels(pets: Path, tmp_path: Path) -> None:
    rows = [f"pets/{kind}/{number}.png,{kind}" for number in range(4) for kind in ("dog", "cat")]
    table = tmp_path / "pets.csv"
    table.write_text("\n".join(["file,label", *rows, "pets/none.png,cat"]))
    dataset = Images(path=str(table)).load()
    assert (dataset.samples, dataset.target_field().classes) == (8, ("cat", "dog"))
    assert "pets/none.png" in dataset.notes[0]
    same = Images(path=str(pets)).load()
    np.testing.assert_array_equal(dataset.input_field().values, same.input_field().values)
    assert inspect(table).source.kind == "images"
    table.write_text("\n".join(["file,label", *rows, "../secret.png,cat"]))
    with pytest.raises(NetloomError, match="leads out of the table's folder"):
        Images(path=str(table)).load()


@pytest.fixture
def cached(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Pictures are kept however small, and the numbers of those that were decoded."""
    seen: list[int] = []
    plain = decoded_pictures.DecodedPictures._decode
    monkeypatch.setattr(decoded_pictures, "SMALL", 0)
    monkeypatch.setattr(decoded_pictures, "BATCH", 2)
    monkeypatch.setattr(
        decoded_pictures.DecodedPictures, "_decode", lambda self, number: (seen.append(number), plain(self, number))[1]
    )
    return seen


def parted(folder: Path, *parts: str) -> Path:
    for place, part in enumerate(parts):
        for kind in ("cat", "dog"):
            for number in range(4 - place):
                pixels = np.full((6, 6), 20 * number + 100 * (kind == "dog") + place, np.uint8)
                save(folder / part / kind / f"{number}.png", pixels)
    return folder


@pytest.mark.parametrize(
    ("parts", "given"),
    [
        (("train", "valid", "test"), [0] * 8 + [1] * 6 + [2] * 4),
        (("Train", "Test"), [0] * 8 + [2] * 6),
    ],
)
def test_folders_of_parts_are_the_parts_of_the_data(tmp_path: Path, parts: tuple[str, ...], given: list[int]) -> None:
    dataset = Images(path=str(parted(tmp_path / "pets", *parts))).load()
    assert dataset.target_field().classes == ("cat", "dog")
    assert dataset.given is not None and dataset.given.tolist() == given
    values = dataset.input_field().values[:].mean((1, 2, 3))
    assert ((np.asarray(dataset.target_field().values) == 1) == (values * 255 >= 100)).all()
    prepared = prepare(DataChoice(source=Images(path=str(tmp_path / "pets")), split=Split(validation=0.0, test=0.3)))
    assert (prepared.test.samples, prepared.train.samples) == (given.count(2), given.count(0))


def test_parts_without_classes_are_left_out(tmp_path: Path) -> None:
    folder = parted(tmp_path / "pets", "train")
    save(folder / "test" / "1.png", np.zeros((4, 4), np.uint8))
    dataset = Images(path=str(folder)).load()
    assert (dataset.samples, dataset.given) == (8, None)
    assert dataset.notes == ("test holds no folders of classes and is left out.",)


def test_classes_may_be_called_as_parts_are(tmp_path: Path) -> None:
    for kind in ("test", "train"):
        for number in range(3):
            save(tmp_path / "pets" / kind / f"{number}.png", np.zeros((4, 4), np.uint8))
    dataset = Images(path=str(tmp_path / "pets")).load()
    assert dataset.target_field().classes == ("test", "train") and dataset.given is None
    assert any(note.startswith("The folders “test” and “train” are read as classes.") for note in dataset.notes)


def test_one_class_may_be_called_as_a_part_is(pets: Path) -> None:
    (pets / "cat").rename(pets / "test")
    dataset = Images(path=str(pets)).load()
    assert dataset.target_field().classes == ("dog", "test") and dataset.notes == ()


def test_a_table_may_say_the_part_of_each_picture(pets: Path) -> None:
    rows = [f"pets/{kind}/{n}.png,{n},{kind},{('train', 'test')[n == 3]}" for n in range(4) for kind in ("dog", "cat")]
    table = pets.parent / "pets.csv"
    table.write_text("\n".join(["file,age,kind,split", *rows]))
    dataset = Images(path=str(table), parts="split").load()
    assert dataset.target_field().classes == ("cat", "dog")
    assert dataset.given is not None and dataset.given.tolist() == [0, 0, 0, 2] * 2
    with pytest.raises(NetloomError, match="has no column “part”"):
        Images(path=str(table), parts="part").load()


@pytest.mark.parametrize(
    ("head", "target"),
    [("file,kind,age", "kind"), ("file,age,kind", "kind"), ("file,kind,label", "label"), ("file,split,kind", "kind")],
)
def test_the_column_of_labels_is_found(pets: Path, head: str, target: str) -> None:
    cells: dict[str, Callable[[int, str], object]] = {
        "kind": lambda n, kind: kind,
        "age": lambda n, kind: n,
        "label": lambda n, kind: f"l{n % 3}",
        "split": lambda n, kind: ("train", "test")[n == 3],
    }
    rows = [
        ",".join([f"pets/{kind}/{n}.png", *(str(cells[name](n, kind)) for name in head.split(",")[1:])])
        for n in range(4)
        for kind in ("dog", "cat")
    ]
    table = pets.parent / "pets.csv"
    table.write_text("\n".join([head, *rows]))
    classes = Images(path=str(table)).load().target_field().classes
    assert classes == (("cat", "dog") if target == "kind" else ("l0", "l1", "l2"))


def test_a_picture_that_cannot_be_read_says_why_in_few_words(tmp_path: Path) -> None:
    (tmp_path / "empty.png").write_bytes(b"")
    (tmp_path / "words.png").write_text("no picture")
    for name, why in (("empty", "is empty"), ("words", "is not a picture"), ("gone", "is not there")):
        with pytest.raises(picture_file.PictureError, match=f"^{why}$"):
            picture_array(tmp_path / f"{name}.png", (8, 8), False, "stretch")


def test_too_many_files_are_refused(pets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_listing, "MOST", 3)
    with pytest.raises(NetloomError, match="cat holds more than 3 files"):
        Images(path=str(pets)).load()


def test_far_too_many_classes_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_listing, "CLASSES", 4)
    for number in range(5):
        save(tmp_path / "pets" / f"{number}" / "0.png", np.zeros((4, 4), np.uint8))
    with pytest.raises(NetloomError, match="pets has 5 folders; at most 4 classes can be told apart"):
        Images(path=str(tmp_path / "pets")).load()


def test_pictures_are_decoded_once(pets: Path, cached: list[int]) -> None:
    (pets / "cat" / "9.png").write_bytes(b"x")
    first = Images(path=str(pets)).load()
    assert sorted(cached) == list(range(9))
    _loaded.cache_clear()
    again = Images(path=str(pets)).load()
    assert len(cached) == 9
    assert again.notes == first.notes and "cat/9.png" in first.notes[0]
    np.testing.assert_array_equal(again.input_field().values, first.input_field().values)


@pytest.mark.parametrize("left", [None, 10])
def test_pictures_whose_pixels_were_lost_are_decoded_anew(pets: Path, cached: list[int], left: int | None) -> None:
    first = np.asarray(Images(path=str(pets)).load().input_field().values)
    (kept,) = (home() / "cache" / "pictures").iterdir()
    pixels = (kept / "pixels").read_bytes()
    (kept / "pixels").unlink()
    if left is not None:
        (kept / "pixels").write_bytes(pixels[:left])
    _loaded.cache_clear()
    again = Images(path=str(pets)).load()
    assert sorted(cached) == sorted([*range(8)] * 2)
    np.testing.assert_array_equal(again.input_field().values, first)


def test_an_interrupted_decoding_is_gone_on_with(
    pets: Path, cached: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = decoded_pictures.DecodedPictures._decode

    def stopped(self: decoded_pictures.DecodedPictures, number: int) -> tuple[Array, int] | str:
        if number == 5:
            raise KeyboardInterrupt
        return whole(self, number)

    monkeypatch.setattr(decoded_pictures.DecodedPictures, "_decode", stopped)
    with pytest.raises(KeyboardInterrupt):
        Images(path=str(pets)).load()
    cached.clear()
    monkeypatch.setattr(decoded_pictures.DecodedPictures, "_decode", whole)
    dataset = Images(path=str(pets)).load()
    assert sorted(cached) == [5, 6, 7]
    np.testing.assert_allclose(
        dataset.input_field().values[0], picture_array(pets / "cat" / "0.png", (32, 32), True, "stretch"), atol=1e-6
    )


def test_decoding_in_pieces_is_told_and_kept(pets: Path, cached: list[int]) -> None:
    source, told = Images(path=str(pets)), []
    with run_by(for_now(0)):
        for _ in range(3):
            with pytest.raises(UnfinishedError) as caught:
                source.load()
            told.append(str(caught.value))
            caught.value.work.close()
            del caught  # nobody waits for it any more
    assert told == [f"Decoding pictures {number} of 8" for number in (1, 2, 3)]
    with pytest.raises(UnfinishedError) as caught, run_by(for_now(0)):
        source.load()
    while not caught.value.work.advance(0):
        pass
    with run_by(for_now(0)):
        dataset = source.load()
    assert sorted(set(cached)) == list(range(8))
    first = picture_array(pets / "cat" / "0.png", (32, 32), True, "stretch")
    np.testing.assert_allclose(dataset.input_field().values[0], first, atol=1e-6)


@pytest.mark.usefixtures("cached")
def test_the_memory_takes_over_in_pieces_too(pets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: DiskUsage(0, 0, 0))
    with run_by(for_now(0)):
        with pytest.raises(UnfinishedError) as caught:
            Images(path=str(pets)).load()
        while not caught.value.work.advance(0):
            pass
        assert Images(path=str(pets)).load().samples == 8


def test_old_pictures_make_room(pets: Path, cached: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    Images(path=str(pets)).load()
    (kept,) = (home() / "cache" / "pictures").iterdir()
    monkeypatch.setattr(decoded_pictures, "LIMIT", 1000)
    Images(path=str(pets), height=8, width=8).load()
    assert not kept.exists()


def test_a_full_disk_costs_time_only(pets: Path, cached: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(decoded_pictures, "make_room", full)
    assert Images(path=str(pets)).load().samples == 8
