"""Files of other programs: workbooks, safetensors, CIFAR's binary files, run-to-failure records."""

import gzip
import io
import json
import struct
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from app.data.data_choice import DataChoice
from app.data.dataset import Array, Task
from app.data.inspect import inspect
from app.data.prepare import prepare
from app.data.readers.tables import workbook_file
from app.data.sources import cifar
from app.data.sources.arrays import Arrays
from app.data.sources.cifar import Cifar
from app.data.sources.cmapss import Cmapss
from app.data.sources.table import Table
from app.inference.new_inputs import read_samples
from graph.errors import NetloomError
from graph.shapes import image, sequence
from tests.app.conftest import Write

RNG = np.random.default_rng(0)


# Workbooks


def workbook(path: Path, rows: list[list[object]]) -> Path:
    import openpyxl

    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def test_a_workbook_is_a_table(tmp_path: Path) -> None:
    rows: list[list[object]] = [["size", "colour", "kind"]]
    rows += [[row / 2, "red" if row % 3 else None, "ab"[row % 2]] for row in range(20)]
    found = inspect(workbook(tmp_path / "t.xlsx", [[], *rows]))
    assert (found.source.kind, found.info.samples, found.info.classes) == ("table", 20, ("a", "b"))
    assert found.info.input_field().names == ("size", "colour = (missing)", "colour = red", "colour = (unknown)")


def test_a_workbook_of_numbers_needs_no_names(tmp_path: Path) -> None:
    path = workbook(tmp_path / "t.xlsx", [[row, row * 2.5] for row in range(12)])
    assert Table(path=str(path), task="regression").load().samples == 12


def test_cells_with_a_formula_hold_no_value_until_it_was_computed(tmp_path: Path) -> None:
    path = workbook(tmp_path / "t.xlsx", [["a", "b", "y"], *([row, "=A2*2", row * 0.5] for row in range(12))])
    assert "Column “b” is empty and is left out." in Table(path=str(path)).load().notes


def test_workbooks_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04 and no more")
    with pytest.raises(NetloomError, match="damaged or no Excel workbook"):
        Table(path=str(tmp_path / "broken.xlsx")).load()
    with pytest.raises(NetloomError, match="is empty"):
        Table(path=str(workbook(tmp_path / "empty.xlsx", []))).load()
    with zipfile.ZipFile(tmp_path / "other.xlsx", "w") as archive:
        archive.writestr("a.txt", "hello")
    with pytest.raises(NetloomError, match="damaged or no Excel workbook"):
        Table(path=str(tmp_path / "other.xlsx")).load()
    monkeypatch.setattr(workbook_file, "UNFOLDED", 100)
    with pytest.raises(NetloomError, match="unfolds to more than"):
        Table(path=str(workbook(tmp_path / "large.xlsx", [["a", "b"], [1, 2]]))).load()


def test_a_parquet_table_gives_what_its_csv_gives(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "size": RNG.normal(size=60).round(3),
            "town": RNG.choice(["Ulm", "Köln", "Trier"], 60),
            "sold": RNG.choice(["yes", "no"], 60),
        }
    )
    frame.loc[3, "size"] = np.nan
    frame.to_parquet(tmp_path / "t.parquet")
    frame.to_csv(tmp_path / "t.csv", index=False)
    found = [
        prepare(DataChoice.of("table", path=str(tmp_path / name), target="sold")) for name in ("t.parquet", "t.csv")
    ]
    assert found[0].dataset.info.task is Task.CLASSIFICATION
    assert found[0].dataset.target_field().classes == ("no", "yes")
    assert found[0].fingerprint() == found[1].fingerprint()


def test_a_damaged_parquet_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "t.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(NetloomError, match="damaged or no Parquet file"):
        Table(path=str(tmp_path / "t.parquet")).load()


# safetensors


def safetensors(path: Path, header: object, body: bytes = b"") -> str:
    raw = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(raw)) + raw + body)
    return str(path)


def test_safetensors_are_arrays(tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    x, y = RNG.normal(size=(30, 6)).astype(np.float32), np.arange(30) % 3
    save_file({"x": x, "y": y}, tmp_path / "a.safetensors")
    dataset = Arrays(path=str(tmp_path / "a.safetensors")).load()
    np.testing.assert_array_equal(dataset.input_field().values, x)
    assert dataset.target_field().classes == ("0", "1", "2")
    assert inspect(tmp_path / "a.safetensors").source.kind == "arrays"


def test_bfloat16_is_read(tmp_path: Path) -> None:
    values = np.arange(12, dtype=np.float32).reshape(6, 2)
    body = (values.view(np.uint32) >> 16).astype(np.uint16).tobytes()
    path = safetensors(tmp_path / "a.safetensors", {"x": entry("BF16", [6, 2], 24)}, body)
    np.testing.assert_array_equal(Arrays(path=path).load().input_field().values, values)


def entry(kind: str, shape: list[int], end: int) -> dict[str, object]:
    return {"dtype": kind, "shape": shape, "data_offsets": [0, end]}


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ({"x": entry("F32", [10**9, 10**9], 4 * 10**18)}, "overflow computing buffer size"),
        ({"x": entry("F32", [3], 8)}, "invalid shape, data type, or offset"),
        ({"x": entry("F32", [-3, -1], 12)}, "integer `-3`, expected usize"),
        ({"x": {"dtype": "F32", "shape": [1], "data_offsets": [-4, 0]}}, "integer `-4`, expected usize"),
        ({"x": entry("os.system", [1], 4)}, "unknown variant `os.system`"),
        ({"x": 3}, "damaged"),
        ([1], "damaged"),
        ({}, "file not fully covered"),
    ],
)
def test_false_headers_are_refused(tmp_path: Path, header: object, reason: str) -> None:
    with pytest.raises(NetloomError, match=reason):
        Arrays(path=safetensors(tmp_path / "a.safetensors", header, b"0" * 16)).load()


# CIFAR


def records(count: int, classes: int, marks: int = 1) -> Array:
    raw = RNG.integers(0, 256, (count, marks + 3072), dtype=np.uint8)
    raw[:, marks - 1] = np.arange(count) % classes
    raw[:, 0] %= 20 if marks == 2 else classes
    return raw


def packed(path: Path, members: dict[str, bytes], links: tuple[str, ...] = ()) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        for name in links:
            member = tarfile.TarInfo(name)
            member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
            archive.addfile(member)
    return path


def test_an_archive_of_cifar_is_read_where_it_lies(tmp_path: Path) -> None:
    train, test = records(40, 10), records(20, 10)
    members = {"../../c/data_batch_1.bin": train.tobytes(), "../../c/test_batch.bin": test.tobytes()}
    (tmp_path / "in").mkdir()
    path = packed(tmp_path / "in" / "cifar.tar.gz", members, links=("data_batch_2.bin",))
    dataset = Cifar(path=str(path)).load()
    assert dataset.input_field().shape == image(3, 32, 32)
    np.testing.assert_allclose(dataset.input_field().values[0].ravel(), train[0, 1:] / 255, atol=1e-6)
    assert dataset.target_field().values.tolist() == [*train[:, 0], *test[:, 0]]
    assert prepare(DataChoice(source=Cifar(path=str(path)))).test.indices.tolist() == list(range(40, 60))
    assert [one.name for one in tmp_path.iterdir()] == ["in"]


def test_a_folder_of_cifar_100(tmp_path: Path) -> None:
    raw = records(200, 100, marks=2)
    (tmp_path / "train.bin").write_bytes(raw.tobytes())
    assert inspect(tmp_path).source.kind == "cifar"
    assert len(Cifar(path=str(tmp_path)).load().target_field().classes) == 100
    coarse = Cifar(path=str(tmp_path), labels="coarse").load().target_field()
    assert len(coarse.classes) == 20 and coarse.values.tolist() == raw[:, 0].tolist()


def test_the_names_of_classes_are_read_where_they_lie_beside(tmp_path: Path) -> None:
    coarse, fine = "\n".join(f"group {one}" for one in range(20)), "\n".join(f"thing {one}" for one in range(100))
    (tmp_path / "train.bin").write_bytes(records(40, 20, 2).tobytes())
    (tmp_path / "fine_label_names.txt").write_text(fine + "\n")
    (tmp_path / "coarse_label_names.txt").write_text(coarse + "\n\n")
    for path in (tmp_path, tmp_path / "train.bin"):
        assert Cifar(path=str(path)).load().target_field().classes[7] == "thing 7"
        assert Cifar(path=str(path), labels="coarse").load().target_field().classes[7] == "group 7"
    members = {"cifar-100-binary/train.bin": records(40, 20, 2).tobytes(), "fine_label_names.txt": fine.encode()}
    (tmp_path / "in").mkdir()
    archive = packed(tmp_path / "in" / "cifar.tar.gz", members)
    assert Cifar(path=str(archive)).load().target_field().classes[99] == "thing 99"
    (tmp_path / "fine_label_names.txt").write_text("only one")
    assert Cifar(path=str(tmp_path / "train.bin"), labels="fine").load().target_field().classes[7] == "class 7"


def test_bad_cifar_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data_batch_1.bin").write_bytes(b"x" * 4000)
    with pytest.raises(NetloomError, match="no whole number of pictures"):
        Cifar(path=str(tmp_path)).load()
    (tmp_path / "a.tar.gz").write_bytes(gzip.compress(b"hello"))
    with pytest.raises(NetloomError, match=r"damaged|cut off|holds no CIFAR"):
        Cifar(path=str(tmp_path / "a.tar.gz")).load()
    whole = packed(tmp_path / "b.tar.gz", {"data_batch_1.bin": records(40, 10).tobytes()}).read_bytes()
    (tmp_path / "b.tar.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(NetloomError, match=r"damaged|cut off"):
        Cifar(path=str(tmp_path / "b.tar.gz")).load()
    monkeypatch.setattr(cifar, "UNFOLDED", 100_000)
    bomb = packed(tmp_path / "c.tar.gz", {"zeros": bytes(10_000_000)})
    assert bomb.stat().st_size < 100_000
    with pytest.raises(NetloomError, match="unfolds to more than"):
        Cifar(path=str(bomb)).load()


# Run-to-failure records


def machines(lives: list[int]) -> str:
    lines = []
    for number, life in enumerate(lives, 1):
        for cycle in range(1, life + 1):
            sensors = " ".join(f"{value:.4f}" for value in [cycle / life, 5.0, *RNG.normal(size=19)])
            lines.append(f"{number} {cycle} 0.1 0.2 100.0 {sensors}  ")
    return "\n".join(lines) + "\n"


def test_run_to_failure_records(write: Write) -> None:
    path = write("train_FD001.txt", machines([40, 35, 50, 45]))
    source = Cmapss(path=str(path), window=30, cap=15)
    dataset = source.load()
    assert dataset.task is Task.REGRESSION
    assert dataset.input_field().shape == sequence(30, 20)
    assert "sensor 2" not in dataset.input_field().names and "setting 3" not in dataset.input_field().names
    assert dataset.samples == 11 + 6 + 21 + 16
    left = dataset.target_field().values[:, 0]
    np.testing.assert_array_equal(left[:11], np.arange(10, -1, -1))
    assert left.max() == 15
    assert source.info() == dataset.info
    assert inspect(path).source.kind == "cmapss"


def test_test_machines_and_what_they_had_left(write: Write) -> None:
    path = write("train_FD001.txt", machines([40, 35, 50, 45]))
    write("test_FD001.txt", machines([31, 20, 33]))
    write("RUL_FD001.txt", "7\n8\n9\n")
    prepared = prepare(DataChoice(source=Cmapss(path=str(path), window=30, stride=2), standardise=False))
    left = prepared.test.arrays["remaining life"][:, 0]
    np.testing.assert_array_equal(left, [7, 8, 11, 9])
    assert prepared.validation.samples > 0
    write("RUL_FD001.txt", "7\n8\n")
    with pytest.raises(NetloomError, match="2 lines for 3 machines"):
        Cmapss(path=str(path), stride=2).load()
    write("RUL_FD001.txt", "-1\n8\n9\n")
    with pytest.raises(NetloomError, match="each needs one"):
        Cmapss(path=str(path), stride=2).load()
    write("RUL_FD001.txt", "0\n8\n9\n")  # one that failed at the end of its record
    failed = prepare(DataChoice(source=Cmapss(path=str(path), window=30, stride=2), standardise=False))
    assert failed.test.arrays["remaining life"][0, 0] == 0


def test_the_latest_window_of_each_machine_is_asked_about(write: Write) -> None:
    path = write("train_FD001.txt", machines([40, 35, 50, 45]))
    three = machines([31, 20, 40])
    all_three = write("train_all.txt", three)
    new = write("new.txt", "".join(f"{line}\n" for line in three.splitlines() if not line.startswith("3 ")))
    for layout in ("sequence", "picture"):
        source = Cmapss(path=path.name, window=30, layout=layout)
        field = source.load(path.parent).input_field()
        found = read_samples(str(new), [field.info], source, path.parent)
        values = np.asarray(found.arrays["window"])
        assert found.names == ("machine 1", "machine 2")
        assert values.shape == (2, *field.shape.sizes)
        whole = Cmapss(path=str(all_three), window=30, layout=layout).load()
        windows = np.asarray(whole.input_field().values)
        np.testing.assert_array_equal(values, windows[[1, 2]])
    with pytest.raises(NetloomError, match="has not 26 numbers"):
        read_samples(str(write("odd.txt", "1 2 3\n")), [field.info], source, path.parent)


@pytest.mark.parametrize("content", ["", "1 2 3\n", "hello world\n", "1 1 " + "nan " * 24 + "\n"])
def test_bad_records(write: Write, content: str) -> None:
    with pytest.raises(NetloomError, match=r"has not 26 numbers|cannot be read"):
        Cmapss(path=str(write("train_FD001.txt", content))).load()


def test_frames_are_the_same_whichever_way_they_were_saved(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": np.arange(30) * 0.5, "b": ["x", "y", "z"] * 10, "y": np.arange(30) % 2})
    frame.to_csv(tmp_path / "t.tsv", sep="\t", index=False)
    frame.to_excel(tmp_path / "t.xlsx", index=False)
    one, other = (Table(path=str(tmp_path / f"t.{suffix}"), target="y").load() for suffix in ("tsv", "xlsx"))
    np.testing.assert_array_equal(one.input_field().values, other.input_field().values)
    assert one.input_field().names == other.input_field().names
