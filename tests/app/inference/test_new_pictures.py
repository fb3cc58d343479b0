"""New pictures in a folder, or named in a table: decoded as those of the training were, the damaged ones told of."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.data.dataset import Field
from app.data.lazy_array import LazyArray, RowFile
from app.data.readers import decoded_pictures
from app.data.sources.images import Images
from app.inference.new_inputs import Samples, read_inputs, read_samples
from graph.errors import NetloomError
from graph.shapes import Shape, image, sequence, vector


@pytest.fixture
def shapes(tmp_path: Path) -> Path:
    for number in range(6):
        place = tmp_path / "shapes" / ("a", "b")[number % 2]
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((6, 9, 3), 40 * number, np.uint8)).save(place / f"{number}.png")
    (tmp_path / "shapes" / "a" / "bad.png").write_bytes(b"")
    return tmp_path / "shapes"


PICTURE = image(3, 4, 4)


def read(given: object, shape: Shape = PICTURE, source: Images | None = None) -> Samples:
    field = Field("image", shape, values=np.zeros((1, *(size or 1 for size in shape.sizes)), np.float32))
    return read_samples(str(given), [field.info], source or Images())


def table(shapes: Path, *rows: str) -> Path:
    file = shapes.parent / "asked.csv"
    file.write_text("\n".join(["name,weight", *rows]))
    return file


def test_a_folder_of_pictures_is_read(shapes: Path) -> None:
    found = read(shapes)
    assert found.names == ("a/0.png", "a/2.png", "a/4.png", "b/1.png", "b/3.png", "b/5.png")
    assert found.problems == ("a/bad.png is empty",)
    assert found.arrays["image"].shape == (6, 3, 4, 4)
    single = read_inputs(str(shapes / "b" / "3.png"), [Field("image", image(3, 4, 4), values=np.zeros(1))], Images())
    np.testing.assert_allclose(found.arrays["image"][4], single["image"][0], atol=1e-6)


def test_pictures_are_fitted_as_those_of_the_training_were(shapes: Path) -> None:
    padded, stretched = (read(shapes, source=Images(fit=fit)).arrays["image"][5] for fit in ("pad", "stretch"))
    assert padded.min() == 0.0 and padded.max() == stretched.min() == stretched.max()


def test_a_table_names_pictures(shapes: Path) -> None:
    found = read(table(shapes, "shapes/b/5.png,1", "shapes/a/0.png,2", ",3", "shapes/gone.png,4"))
    assert found.names == ("shapes/b/5.png", "shapes/a/0.png")
    assert found.problems == ("shapes/gone.png is not there",)
    assert found.arrays["image"][0].max() > found.arrays["image"][1].max()


def test_the_column_that_was_trained_on_comes_first(shapes: Path) -> None:
    file = shapes.parent / "asked.csv"
    file.write_text("thumb,full\nshapes/a/0.png,shapes/b/5.png\n")
    assert read(file).names == ("shapes/a/0.png",)
    assert read(file, source=Images(column="full")).names == ("shapes/b/5.png",)


@pytest.mark.parametrize("path", ["../secret.png", "/etc/secret.png", "shapes\\..\\..\\secret.png"])
def test_paths_that_lead_out_are_refused(shapes: Path, path: str) -> None:
    with pytest.raises(NetloomError, match="leads out of the table's folder"):
        read(table(shapes, f"{path},1"))


@pytest.mark.parametrize("shape", [vector(16), sequence(4, 4)])
def test_networks_that_read_pictures_as_rows_or_lists_get_them_so(shapes: Path, shape: Shape) -> None:
    found = read(shapes, shape).arrays["image"]
    assert found.shape == (6, *shape.sizes)
    assert isinstance(found, np.ndarray)


def test_more_pictures_than_fit_into_memory_stay_in_their_file(shapes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoded_pictures, "SMALL", 0)
    found = read(shapes).arrays["image"]
    assert isinstance(found, LazyArray) and isinstance(found.store.rows, RowFile)


def test_what_holds_no_pictures_is_refused_in_a_sentence(shapes: Path, tmp_path: Path) -> None:
    (tmp_path / "bare").mkdir()
    with pytest.raises(NetloomError, match="bare holds no pictures; PNG, JPEG"):
        read(tmp_path / "bare")
    with pytest.raises(NetloomError, match=r"None of the pictures of asked\.csv can be read: gone\.png is not there"):
        read(table(shapes, "gone.png,1"))
    with pytest.raises(NetloomError, match="which a picture cannot be made into"):
        read(shapes, vector(7))


def test_a_table_of_numbers_stays_one(tmp_path: Path) -> None:
    (tmp_path / "new.csv").write_text("\n".join([",".join("abcd"), "1,2,3,4"]))
    found = read(tmp_path / "new.csv", vector(4))
    assert found.names == () and np.asarray(found.arrays["image"]).tolist() == [[1, 2, 3, 4]]
