"""Whatever is in a file, a reader gives samples or one sentence: no other error may escape."""

import contextlib
import gzip
import io
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.data.dataset import Array, Field
from app.data.inspect import inspect, suggest
from app.data.readers import decoded_pictures
from app.data.readers.picture_boxes import find_boxes
from app.data.sources import file_source
from app.data.sources.arrays import Arrays
from app.data.sources.cifar import Cifar
from app.data.sources.cmapss import Cmapss
from app.data.sources.file_source import FileSource
from app.data.sources.images import Images
from app.data.sources.recordings import Recordings
from app.data.sources.sequences import Sequences
from app.data.sources.series import Series
from app.data.sources.table import Table
from app.data.sources.texts import Text
from app.inference.new_inputs import read_inputs, read_samples
from graph.errors import NetloomError
from graph.shapes import image
from tests.app.conftest import idx, packed_idx

pytestmark = pytest.mark.fuzz

CELLS = st.one_of(
    st.sampled_from(["", "nan", "inf", "-1e400", "1e39", "True", "2024-01-01", '"', '"a\nb"', "=1+1", "1,5", "٣"]),
    st.integers().map(str),
    st.floats().map(repr),
    st.text(max_size=6),
)
USUAL = settings.default
assert USUAL is not None
FEW = settings(max_examples=max(8, USUAL.max_examples // 4))
"""There are many readers."""
TABLES = st.lists(st.lists(CELLS, min_size=1, max_size=5), max_size=12)


def saved(save: Callable[[io.BytesIO], object]) -> bytes:
    stream = io.BytesIO()
    save(stream)
    return stream.getvalue()


def workbook() -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    assert book.active is not None
    for row in range(9):
        book.active.append(["a", "y"] if row == 0 else [row, row * 0.5])
    return saved(book.save)


def archive() -> bytes:
    records = np.arange(12 * 3073, dtype=np.int64).reshape(12, 3073).astype(np.uint8)
    records[:, 0] %= 10
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as packed:
        member = tarfile.TarInfo("c/data_batch_1.bin")
        member.size = records.nbytes
        packed.addfile(member, io.BytesIO(records.tobytes()))
    return stream.getvalue()


def picture(kind: str) -> bytes:
    from PIL import Image

    values = np.random.default_rng(0).integers(0, 256, (9, 7, 3)).astype(np.uint8)
    exif = Image.Exif()
    exif[0x0112] = 6
    options = {"exif": exif} if kind in ("JPEG", "PNG", "WEBP", "TIFF") else {}
    written = "JPEG2000" if kind == "JP2" else kind
    return saved(lambda stream: Image.fromarray(values).save(stream, written, **options))


def arrays() -> dict[str, Array]:
    return {"x": np.arange(36.0).reshape(9, 4), "y": np.arange(9) % 2}


def records() -> bytes:
    raw = np.arange(9 * 3074, dtype=np.int64).reshape(9, 3074).astype(np.uint8)
    raw[:, :2] %= 10
    return raw.tobytes()


def zipped(name: str, text: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(name, text)
    return stream.getvalue()


def safe() -> bytes:
    from safetensors.numpy import save

    return save(arrays())


def matlab() -> bytes:
    from scipy.io import savemat

    return saved(lambda stream: savemat(stream, arrays(), do_compression=True))


def deep() -> bytes:
    from PIL import Image

    values = np.random.default_rng(0).integers(0, 4096, (9, 7)).astype(np.uint16)
    return saved(lambda stream: Image.fromarray(values).save(stream, "PNG"))


FRAME = pd.DataFrame({"a": range(12), "b": np.arange(12) * 0.5, "c": ["red", "blue"] * 6})
PIXELS = np.arange(9 * 16).reshape(9, 4, 4) % 256
FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "TIFF", "GIF", "PPM", "JP2", "AVIF")
ROWS = "".join(f"{row},{row * 0.5},{('red', 'blue')[row % 2]}\n" for row in range(12))
DAYS = "".join(f"2024-01-{row + 1:02},{row * 0.5}\n" for row in range(28))
WORDS = "".join(f"it was a very {('good', 'bad')[row % 2]} film {row},{row % 2}\n" for row in range(12))
STEPS = "".join(f"{row // 4},{row % 4},{row * 0.5},{('walk', 'sit')[row // 4 % 2]}\n" for row in range(24))


def sound() -> bytes:
    from scipy.io import wavfile

    return saved(lambda stream: wavfile.write(stream, 100, np.arange(40, dtype=np.int16)))


VALID = {
    "npy": saved(lambda stream: np.save(stream, arrays()["x"])),
    "npz": saved(lambda stream: np.savez_compressed(stream, x=arrays()["x"], y=arrays()["y"])),
    "idx": idx(PIXELS),
    "idx.gz": packed_idx(PIXELS),
    "safetensors": safe(),
    "mat": matlab(),
    "deep.png": deep(),
    "xlsx": workbook(),
    "tar.gz": archive(),
    "bin": records(),
    "machines": "\n".join(f"{row // 4} {row % 4} " + "1.5 " * 24 for row in range(16)).encode(),
    "csv": f"a,b,c\n{ROWS}".encode(),
    "quoted": b'a,b\n"x\ny",1\n"say ""so""",2\n"z",3\n"w",4\n',
    "semicolon": f"a;b;c\n{ROWS}".replace(",", ";").replace(".", ",").encode("cp1252"),
    "utf-16": f"a,b,c\n{ROWS}".encode("utf-16"),
    "series": f"day,load\n{DAYS}".encode(),
    "texts": f"text,label\n{WORDS}".encode(),
    "sequences": f"id,step,x,label\n{STEPS}".encode(),
    "wav": sound(),
    "jsonl": "".join(f'{{"a": {row}, "b": {row * 0.5}, "c": "x{row % 2}"}}\n' for row in range(12)).encode(),
    "json": b"[" + b",".join(b'{"a": %d, "c": "x%d"}' % (row, row % 2) for row in range(12)) + b"]",
    "arff": f"@relation t\n@attribute a numeric\n@attribute b real\n@attribute c {{red,blue}}\n@data\n{ROWS}".encode(),
    "csv.gz": gzip.compress(f"a,b,c\n{ROWS}".encode(), mtime=0),
    "zip": zipped("t.csv", f"a,b,c\n{ROWS}"),
    "dta": saved(lambda stream: FRAME.to_stata(stream, write_index=False)),
    "feather": saved(FRAME.to_feather),
    "row names": b'"a" "b" "c"\n' + b"".join(b'"%d" %d.5 2 "x%d"\n' % (row, row, row % 2) for row in range(1, 13)),
    "units": f"Logger\n\na,b,c\ns,m/s,\n{ROWS}\nTotal,1,2\n".encode(),
    "latin": f"a,b,c\n{ROWS}".replace("red", "\u0159eka").encode("cp1250"),
    "orange": f"a\tb\tc\ncontinuous\tc\tdiscrete\n\t\tclass\n{ROWS}".replace(",", "\t").encode(),
    **{kind: picture(kind) for kind in FORMATS},
}


@st.composite
def damaged(draw: st.DrawFn, first: str = "") -> bytes:
    """A good file with bytes altered, pieces moved, doubled, cut out or put in from another, and the end cut off."""
    name = first if first and draw(st.integers(0, 3)) else draw(st.sampled_from(sorted(VALID)))
    content = bytearray(VALID[name])
    for _ in range(draw(st.integers(0, 4))):
        low, high = sorted(draw(st.integers(0, len(content))) for _ in range(2))
        match draw(st.sampled_from(["flip", "flip", "cut", "double", "zero", "other", "number"])):
            case "flip" if low < len(content):
                content[low] ^= 1 << draw(st.integers(0, 7))
            case "cut":
                del content[low:high]
            case "double":
                content[low:low] = content[low : min(high, low + 2000)]
            case "zero":
                content[low:high] = bytes(high - low)
            case "other":
                other = VALID[draw(st.sampled_from(sorted(VALID)))]
                content[low:high] = other[draw(st.integers(0, len(other))) :][:2000]
            case "number":  # sizes are told in four bytes
                content[low : low + 4] = draw(st.sampled_from([b"\xff" * 4, b"\0\0\0\x80", b"\x7f\xff\xff\xff"]))
    return bytes(content[: draw(st.integers(0, len(content)))]) if draw(st.booleans()) else bytes(content)


def read_all(name: str, content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        for kind in (Table, Series, Text):
            with contextlib.suppress(NetloomError):
                kind(path=str(path)).load()
        with contextlib.suppress(NetloomError):
            inspect(path)


@given(TABLES, st.sampled_from([",", ";", "\t", " "]), st.sampled_from(["utf-8", "utf-16", "cp1252"]))
def test_tables_of_anything(rows: list[list[str]], delimiter: str, encoding: str) -> None:
    read_all("t.csv", "\n".join(delimiter.join(row) for row in rows).encode(encoding, errors="replace"))


@given(st.binary(max_size=200))
def test_tables_of_any_bytes(content: bytes) -> None:
    read_all("t.csv", content)


ROLES: dict[type[FileSource], dict[str, object]] = {Sequences: {"sequence": "id", "order": "step", "target": "label"}}
OPTIONS = {Series: {"window": 2}, Cmapss: {"window": 2}} | ROLES
"""Settings without which a kind of data cannot be read, and with which these small files can be."""
READERS: list[tuple[str, type[FileSource], str]] = [
    ("a.jsonl", Table, "jsonl"),
    ("a.json", Table, "json"),
    ("a.arff", Table, "arff"),
    ("t.csv.gz", Table, "csv.gz"),
    ("a.zip", Table, "zip"),
    ("a.dta", Table, "dta"),
    ("a.feather", Table, "feather"),
    ("r.txt", Table, "row names"),
    ("u.csv", Table, "units"),
    ("l.csv", Table, "latin"),
    ("o.tab", Table, "orange"),
    ("a.npy", Arrays, "npy"),
    ("a.npz", Arrays, "npz"),
    ("train-images-idx3-ubyte", Arrays, "idx"),
    ("train-images-idx3-ubyte.gz", Arrays, "idx.gz"),
    ("a.safetensors", Arrays, "safetensors"),
    ("a.mat", Arrays, "mat"),
    ("a.xlsx", Table, "xlsx"),
    ("a.parquet", Table, "csv"),
    ("a.tar.gz", Cifar, "tar.gz"),
    ("data_batch_1.bin", Cifar, "bin"),
    ("train_FD001.txt", Cmapss, "machines"),
    ("a.csv", Table, "csv"),
    ("a.tsv", Table, "quoted"),
    ("a.txt", Table, "semicolon"),
    ("b.csv", Table, "utf-16"),
    ("c.csv", Series, "series"),
    ("d.csv", Text, "texts"),
    ("f.csv", Sequences, "sequences"),
    ("e.csv", Images, "csv"),
]


@pytest.mark.parametrize(("name", "kind", "first"), READERS)
def test_good_files_are_read(name: str, kind: type[FileSource], first: str, tmp_path: Path) -> None:
    """The fuzzing below starts from files that can be read."""
    path = tmp_path / name
    path.write_bytes(VALID[first])
    if name == "a.parquet" or kind is Images:
        pytest.skip("nothing that these read is among the files to start from")
    assert kind.parse({"path": str(path)} | OPTIONS.get(kind, {}), "test").load().samples


@pytest.mark.parametrize(("name", "kind", "first"), READERS)
@FEW
@given(data=st.data())
def test_damaged_files_of_every_kind(name: str, kind: type[FileSource], first: str, data: st.DataObject) -> None:
    content = data.draw(damaged(first))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        for budget in ("1", "1e-6"):  # and read row by row, where that is possible
            with pytest.MonkeyPatch.context() as context:
                context.setenv("NETLOOM_MEMORY", budget)
                with contextlib.suppress(NetloomError):
                    dataset = kind.parse({"path": str(path)} | ROLES.get(kind, {}), "test").load()
                    np.asarray(dataset.input_field().values[:2])
        with contextlib.suppress(NetloomError):
            suggest(path)


@pytest.mark.parametrize("kind", FORMATS)
@FEW
@given(data=st.data())
def test_damaged_pictures_of_every_format(kind: str, data: st.DataObject) -> None:
    content = data.draw(damaged(kind))
    with tempfile.TemporaryDirectory() as folder:
        for number, name in enumerate(("a/1", "a/2", "b/1", "b/2", "b/3")):
            path = Path(folder) / "pictures" / f"{name}.{kind.lower()}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if number % 2 else VALID[kind])
        for fit in ("crop", "pad"):
            dataset = Images.parse({"path": str(path.parents[1]), "fit": fit, "height": 5, "width": 8}, "test").load()
            assert np.isfinite(dataset.input_field().values[:]).all()
            assert dataset.samples in (3, 5)
        with contextlib.suppress(NetloomError):
            read_inputs(str(path), [Field("image", image(3, 4, 4), values=np.zeros((1, 3, 4, 4)))], Images())


@FEW
@given(data=st.data())
def test_damaged_deep_pictures_that_a_table_names(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for number in range(5):
            path = Path(folder) / "train" / f"{number}.png"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(data.draw(damaged("deep.png")) if number % 2 else VALID["deep.png"])
        table = Path(folder) / "train.csv"
        cells = data.draw(st.lists(CELLS.filter(lambda cell: '"' not in cell), min_size=5, max_size=5))
        table.write_text("\n".join(["id,label", *(f"{number},{cell}" for number, cell in enumerate(cells))]), "utf-8")
        with contextlib.suppress(NetloomError):
            source = Images(path=str(table)).suggest(table, "").source
            assert np.isfinite(source.load().input_field().values[:]).all()
        with contextlib.suppress(NetloomError):
            suggest(Path(folder))


BOXES = {
    "labels/{}.txt": "0 .5 .5 .2 .2\n1 .5 .5 .1 .3\n1 .1 .1 .2 .1 .2 .2\n",
    "{}.xml": "<annotation><filename>{}.png</filename><size><width>7</width><height>9</height></size><object><name>a"
    "</name><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>5</xmax><ymax>6</ymax></bndbox></object></annotation>",
    "{}.json": '{{"images": [{{"id": {}, "file_name": "{}.png"}}], "categories": [{{"id": 1, "name": "a"}}], '
    '"annotations": [{{"id": 1, "image_id": {}, "category_id": 1, "bbox": [1, 2, 3, 4]}}]}}',
    "_{}.json": '{{"imagePath": "{}.png", "shapes": [{{"label": "a", "points": [[1, 2], [3, {}]]}}]}}',
    "of {}.json": '[{{"image": "{}.png", "annotations": [{{"label": "a", "coordinates": {{"x": {}, "y": 2, "width": 2, '
    '"height": 1}}}}]}}]',
    "{}.csv": "file,xmin,ymin,xmax,ymax,class\n{}.png,1,2,3,4,a\n{}.png,2,2,5,5,b\n",
}
"""Files of boxes of a picture that is called by a number."""
ODD = (
    "nan",
    "-1",
    "1e308",
    "9" * 400,
    "{}",
    "[[1]]",
    '""',
    "null",
    "<!ENTITY a 'b'>",
    "</",
    ",",
    "\n",
    "names: [",
    "true",
)


@pytest.mark.parametrize("name", BOXES)
@FEW
@given(data=st.data())
def test_damaged_files_of_boxes(name: str, data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for number in range(5):
            path = Path(folder) / "boxes" / name.format(number)
            path.parent.mkdir(parents=True, exist_ok=True)
            text = BOXES[name].format(number, number, number)
            low, high = sorted(data.draw(st.integers(0, len(text))) for _ in range(2))
            odd = data.draw(st.sampled_from(ODD) | st.text(max_size=4))
            damage = data.draw(st.sampled_from(["none", "put", "cut"])) if number else "none"
            text = text if damage == "none" else text[:low] + odd + text[high if damage == "cut" else low :]
            path.write_bytes(text.encode("utf-8", "replace"))
            picture_path = Path(folder) / "boxes" / "images" / f"{number}.png"
            picture_path.parent.mkdir(exist_ok=True)
            picture_path.write_bytes(VALID["PNG"])
        place = Path(folder) / "boxes"
        (place / "data.yaml").write_text(data.draw(st.sampled_from(["", "names: [a, b]", *ODD])))
        known = find_boxes(place)
        for picture_ in known.pictures if known else ():
            for box in picture_.boxes:
                assert 0 <= box.x < box.x + box.width < 9.001 and 0 <= box.y < box.y + box.height < 7.001
        for task in ("auto", "largest", "number", "sides"):
            with contextlib.suppress(NetloomError):
                Images.parse({"path": str(place), "boxes": task, "fit": "crop"}, "test").load()
        with contextlib.suppress(NetloomError):
            suggest(place)


@FEW
@given(data=st.data())
def test_damaged_texts_in_folders(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name in ("a/1", "a/2", "b/1", "b/2"):
            path = Path(folder) / "texts" / f"{name}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data.draw(damaged("texts")))
        for unit in ("word", "byte"):
            with contextlib.suppress(NetloomError):
                Text.parse({"path": str(path.parents[1]), "unit": unit}, "test").load()
        with contextlib.suppress(NetloomError):
            suggest(path.parents[1])


QUESTIONS: list[tuple[str, str, str, type[FileSource]]] = [
    ("csv", "csv", "a.csv", Table),
    ("csv", "xlsx", "a.xlsx", Table),
    ("csv", "npy", "a.npy", Table),
    ("csv", "npz", "a.npz", Table),
    ("csv", "csv", "a.json", Table),
    ("series", "series", "a.csv", Series),
    ("texts", "texts", "a.csv", Text),
    ("sequences", "sequences", "a.csv", Sequences),
]


@pytest.mark.parametrize(("first", "ending"), [("wav", "wav"), ("series", "csv")])
@FEW
@given(data=st.data())
def test_damaged_recordings_in_folders(first: str, ending: str, data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for number, name in enumerate(("a/1", "a/2", "a/3", "b/1", "b/2", "b/3")):
            path = Path(folder) / "recordings" / f"{name}.{ending}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data.draw(damaged(first)) if number % 2 else VALID[first])
        source = Recordings(path=str(path.parents[1]))
        with contextlib.suppress(NetloomError):
            dataset = source.load()
            assert np.isfinite(np.asarray(dataset.input_field().values)).all()
            read_samples(str(path), [dataset.info.input_field()], source)
        with contextlib.suppress(NetloomError):
            suggest(path.parents[1])


@pytest.mark.parametrize(("learned", "asked", "name", "kind"), QUESTIONS)
@FEW
@given(data=st.data())
def test_damaged_files_of_new_rows(
    learned: str, asked: str, name: str, kind: type[FileSource], data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path, new = Path(folder) / "learned.csv", Path(folder) / name
        path.write_bytes(VALID[learned])
        new.write_bytes(data.draw(damaged(asked)))
        source = kind.parse({"path": str(path)} | OPTIONS.get(kind, {}), "test")
        dataset = source.load()
        with contextlib.suppress(NetloomError):
            read_inputs(str(new), [dataset.info.input_field()], source)
        with contextlib.suppress(NetloomError):
            read_samples(str(new), [dataset.info.input_field()], source)


@FEW
@given(data=st.data())
def test_damaged_notes_about_decoded_pictures(data: st.DataObject) -> None:
    """What Netloom has written itself may be damaged as well."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as context:
        context.setenv("NETLOOM_HOME", folder)
        context.setattr(decoded_pictures, "SMALL", 0)
        for name in ("a/1", "a/2", "b/1", "b/2"):
            path = Path(folder) / "pictures" / f"{name}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(VALID["PNG"] if name != "b/2" else b"x")
        source = Images(path=str(path.parents[1]), height=4, width=4)
        assert source.load().samples == 3
        for one in sorted((Path(folder) / "cache").rglob("*")):
            if one.is_file() and data.draw(st.booleans()):
                content = bytearray(one.read_bytes())
                content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
                one.write_bytes(content[: data.draw(st.integers(0, len(content)))])
        file_source._loaded.cache_clear()
        with contextlib.suppress(NetloomError):
            source.load()
            source.info()


def test_files_that_vanish_or_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between being found and being read, a file may go away or be locked."""
    for name, kind, _ in READERS:
        path = tmp_path / name
        path.write_bytes(b"1,2\n")
        for trouble in (FileNotFoundError(2, "No such file or directory"), PermissionError(13, "Permission denied")):
            with monkeypatch.context() as context:
                context.setattr(Path, "open", refusal(trouble))
                context.setattr(io, "open", refusal(trouble))
                context.setattr("builtins.open", refusal(trouble))
                with pytest.raises(NetloomError):
                    kind(path=str(path)).load()


def refusal(trouble: OSError) -> Callable[..., None]:
    def refuse(*_: object, **__: object) -> None:
        raise trouble

    return refuse


def test_a_hundred_thousand_classes_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("x,name\n" + "\n".join(f"{row},name {row}" for row in range(100_000)))
    with pytest.raises(NetloomError, match="100000 different values; at most 1000 classes"):
        Table(path=str(path), target="name").load()
