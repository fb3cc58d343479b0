"""Tables in other formats than CSV: JSON, ARFF, archives, Parquet folders, Stata, and sentences for the rest."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from app.data.inspect import inspect, suggest
from app.data.readers.recipe import TableOptions
from app.data.readers.table_file import read_table
from app.data.readers.table_format import Reading
from app.data.sources.table import Table
from app.inference.new_inputs import read_samples
from app.protocol.data_values import ColumnType
from graph.errors import NetloomError
from tests.app.conftest import Write

CASES = Path(__file__).resolve().parents[3] / "cases"
RECORDS = [{"a": row * 0.5, "b": row, "kind": ("x", "y")[row % 2]} for row in range(12)]
CSV = "a,b,kind\n" + "".join(f"{record['a']},{record['b']},{record['kind']}\n" for record in RECORDS)
FRAME = pd.DataFrame(RECORDS)


def zipped(files: dict[str, str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return stream.getvalue()


def arff(rows: str, kind: str = "{y,x}") -> str:
    return (
        f"% made up\n@relation t\n@attribute a numeric\n@attribute 'b c' INTEGER\n@attribute kind {kind}\n@data\n{rows}"
    )


def test_the_case_of_json_lines() -> None:
    found = inspect(CASES / "records.jsonl")
    assert [column.name for column in found.columns] == ["a", "b", "kind"]
    assert found.info.samples == 60 and found.info.target_field().classes == ("x", "y")


SAME: dict[str, str | bytes] = {
    "lines.jsonl": "\n".join(map(json.dumps, RECORDS)),
    "lines.json": "\n\n".join(map(json.dumps, RECORDS)),
    "lines.csv": "\n".join(map(json.dumps, RECORDS)),
    "records.json": json.dumps(RECORDS, indent=2),
    "marked.json": "\ufeff" + json.dumps(RECORDS),
    "within.json": json.dumps({"count": 12, "items": RECORDS}),
    "columns.json": FRAME.to_json(orient="columns"),
    "lists.json": json.dumps({name: [record[name] for record in RECORDS] for name in RECORDS[0]}),
    "split.json": FRAME.to_json(orient="split"),
    "table.json": FRAME.to_json(orient="table", index=False),
    "rows.json": json.dumps([["a", "b", "kind"], *[list(record.values()) for record in RECORDS]]),
    "t.csv.gz": gzip.compress(CSV.encode()),
    "t.tsv.bz2": bz2.compress(CSV.replace(",", "\t").encode()),
    "t.csv.xz": lzma.compress(CSV.encode()),
    "t.gz": gzip.compress(CSV.encode()),
    "packed.csv": gzip.compress(CSV.encode()),
    "t.zip": zipped({"data/t.csv": CSV, "__MACOSX/data/._t.csv": "x", "README.txt": "about", ".DS_Store": "x"}),
    "one.zip": zipped({"measured": CSV}),
    "dense.arff": arff("".join(f"{r['a']},{r['b']},{r['kind']}\n" for r in RECORDS)).replace("'b c'", "b"),
    "quoted.arff": arff("".join(f"{r['a']}, {r['b']}, '{r['kind']}'\n\n" for r in RECORDS)).replace("'b c'", "b"),
    "sparse.arff": arff("".join(f"{{0 {r['a']}, 1 {r['b']}, 2 {r['kind']}}}\n" for r in RECORDS)).replace("'b c'", "b"),
    "text.txt": arff("".join(f"{r['a']},{r['b']},{r['kind']}\n" for r in RECORDS)).replace("'b c'", "b"),
}


@pytest.mark.parametrize("name", SAME)
def test_the_same_table_in_every_format(write: Write, name: str) -> None:
    path = write(name, SAME[name])
    table = read_table(path)
    assert list(table.names) == ["a", "b", "kind"]
    assert table["a"].tolist() == [record["a"] for record in RECORDS]
    assert table["kind"].tolist() == [record["kind"] for record in RECORDS]
    again = read_table(path, Reading(recipe=table.recipe))
    assert again.frame.equals(table.frame)
    assert suggest(path, kind="table", target="kind").source.load().samples == 12


@pytest.mark.parametrize("name", SAME)
def test_it_is_found_to_be_a_table_and_new_rows_are_read_from_it(write: Write, name: str) -> None:
    path = write(name, SAME[name])
    source = inspect(path, target="kind").source
    assert source.kind == "table"
    field = source.load().input_field()
    found = read_samples(str(path), [field.info], source)
    np.testing.assert_array_equal(np.asarray(found.arrays["features"]), np.asarray(field.values))


def test_a_parquet_folder_is_one_table(tmp_path: Path) -> None:
    folder = tmp_path / "parts"
    (folder / "deep").mkdir(parents=True)
    FRAME[:6].to_parquet(folder / "part-0.parquet")
    FRAME[6:].to_parquet(folder / "deep" / "part-1.parquet")
    (folder / "_SUCCESS").write_bytes(b"")
    found = inspect(folder, target="kind")
    assert (found.source.kind, found.info.samples) == ("table", 12)
    assert sorted(read_table(folder)["b"].tolist()) == list(range(12))


def test_what_parquet_nests_is_left_out(tmp_path: Path) -> None:
    images: list[Any] = [{"bytes": b"x", "path": "a.png"}] * 12
    frame = FRAME.assign(image=images, raw=[b"x"] * 12)
    frame.to_parquet(tmp_path / "t.parquet")
    table = read_table(tmp_path / "t.parquet")
    assert list(table.names) == ["a", "b", "kind"]
    assert len(table.notes) == 2 and "“image” holds lists, records or bytes" in table.notes[0]


@pytest.mark.parametrize(
    ("text", "names", "rows"),
    [
        ('[["a", "b"]]', ("column 1", "column 2"), 1),  # names without rows are values
        ('[["a", "b"], [1, 2]]', ("a", "b"), 1),
        ('[["a", 1], ["b", 2]]', ("column 1", "column 2"), 2),
        ('[["a", "b"], [1, 2, 3], [4]]', ("a", "b", "column 3"), 2),
    ],
)
def test_the_first_of_several_rows_of_json_may_name_the_columns(
    write: Write, text: str, names: tuple[str, ...], rows: int
) -> None:
    table = read_table(write("t.json", text))
    assert (table.names, len(table)) == (names, rows)


def test_json_may_also_name_the_inputs(write: Write) -> None:
    source = inspect(write("records.json", SAME["records.json"]), target="kind").source
    field = source.load().input_field()
    found = read_samples(str(write("new.json", '{"features": [[0.5, 1]]}')), [field.info], source)
    assert np.asarray(found.arrays["features"]).tolist() == [[0.5, 1.0]]


def test_feather_and_stata(tmp_path: Path) -> None:
    FRAME.to_feather(tmp_path / "t.feather")
    FRAME.assign(kind=FRAME["kind"].astype("category")).to_stata(tmp_path / "t.dta", write_index=False)
    for name in ("t.feather", "t.dta"):
        table = read_table(tmp_path / name)
        assert table["kind"].astype(str).tolist() == FRAME["kind"].tolist()
        assert table.recipe_of("kind").categories == ("x", "y")


def test_a_file_without_a_name_in_an_archive_is_none_of_the_users(write: Write) -> None:
    archive = zipped({"x": CSV})
    entry = archive.index(b"PK\x01\x02")
    nameless = archive[: entry + 28] + b"\0\0\1\0" + archive[entry + 32 :]  # its letter counts as said beside it
    with pytest.raises(NetloomError, match="holds no table; its files are none"):
        read_table(write("t.zip", nameless))


@pytest.mark.parametrize("end", [-1, 2**20, 2**40])
def test_texts_that_lie_outside_of_a_feather_file_are_refused(tmp_path: Path, end: int) -> None:
    pd.DataFrame({"kind": ["red", "blue"] * 4}).to_feather(tmp_path / "t.feather", compression="uncompressed")
    content = (tmp_path / "t.feather").read_bytes()
    ends = np.array([3, 7, 10], dtype="<i8").tobytes()
    assert content.count(ends) == 1
    (tmp_path / "t.feather").write_bytes(content.replace(ends, np.array([3, end, 10], dtype="<i8").tobytes()))
    with pytest.raises(NetloomError, match="damaged or no Feather file"):
        read_table(tmp_path / "t.feather")


@pytest.mark.parametrize(("times", "read"), [(7.5, False), (8.5, True)])
def test_a_file_of_stata_needs_eight_times_its_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, times: float, read: bool
) -> None:
    FRAME.to_stata(tmp_path / "t.dta", write_index=False)
    monkeypatch.setenv("NETLOOM_MEMORY", f"{times * (tmp_path / 't.dta').stat().st_size / 2**30:.12f}")
    if read:
        assert len(read_table(tmp_path / "t.dta")) == len(FRAME)
        return
    with pytest.raises(NetloomError, match="memory to be read; save a part as CSV"):
        read_table(tmp_path / "t.dta")


def test_types_and_categories_of_arff_are_believed(write: Write) -> None:
    rows = "".join(f"{row}.5,{'?' if row == 3 else row},1\n" for row in range(12))
    table = read_table(write("t.arff", arff(rows, "{2, 1, 'other one'}")))
    assert table.recipe_of("kind").type is ColumnType.CATEGORY
    assert table.recipe_of("kind").categories == ("2", "1", "other one")
    assert table["b c"].isna().sum() == 1 and table.type_of("b c") is ColumnType.NUMBER


def test_records_within_records_and_text_stay(write: Write) -> None:
    records = [
        {"place": {"city": "Berlin", "at": {"x": row}}, "tags": ["a", 1], "ok": True, "code": "007"} for row in range(9)
    ]
    table = read_table(write("t.json", json.dumps(records)))
    assert list(table.names) == ["place.city", "place.at.x", "tags", "ok", "code"]
    assert table["tags"][0] == '["a", 1]' and table["ok"][0] == "true" and table["code"][0] == "007"


def test_one_of_several_tables_in_an_archive(write: Write) -> None:
    path = write("t.zip", zipped({"train.csv": CSV, "test.csv": CSV[:60]}))
    with pytest.raises(NetloomError, match="holds 2 tables"):
        read_table(path)
    table = read_table(path, Reading(TableOptions(sheet="train.csv")))
    assert len(table) == 12 and table.recipe.dialect.sheet == "train.csv"
    assert len(read_table(path, Reading(TableOptions(sheet="train.csv"), recipe=table.recipe))) == 12


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("t.json", b"", "is empty"),
        ("t.json", b"[1, 2, 3]", "holds no table: a list of records"),
        ("t.json", b'{"a": {"b": 1}}', "holds no table"),
        ("t.jsonl", b'{"a": 1}\n{"a": \n', "line 2 cannot be read"),
        ("t.json", b"[" * 100_000, "cannot be read"),
        ("t.json", b'[{"a": "\xff"}]', "not written in utf-8"),
        ("t.arff", b"@relation x\n", "no “@attribute” or no “@data”"),
        ("t.arff", b"@relation x\n@attribute a numeric\n@data\n1,2\n", "line 4 has 2 values where 1 columns"),
        ("t.arff", b"@relation x\n@attribute a complex\n@data\n1\n", "line 2: .* declares no column"),
        ("t.csv.gz", b"\x1f\x8bnonsense", "damaged"),
        ("t.zip", b"PK\x03\x04nonsense", "damaged"),
        ("t.zip", zipped({"a.png": "x", "b.png": "y"}), "holds no table; its files are a.png, b.png"),
        ("t.zip", zipped({"a.zip": "x"}), "an archive within the archive"),
        ("t.dta", b"nonsense", "damaged or no Stata file"),
        ("t.sas7bdat", b"nonsense", "damaged or no SAS file"),
        ("t.xpt", b"nonsense", "damaged or no SAS file"),
        ("t.sav", b"nonsense", "needs the package pyreadstat|damaged or no SPSS file"),
        ("t.feather", b"nonsense", "damaged or no Feather file"),
        ("t.rds", b"x", "R's own format; save it in R with write.csv"),
        ("t.pkl", b"x", "may run anything when it is opened"),
        ("t.sqlite", b"x", "a database; save one of its tables as CSV"),
        ("t.csv", b"SQLite format 3\0", "a database; save one of its tables as CSV"),
    ],
)
def test_what_cannot_be_read_is_refused_in_a_sentence(write: Write, name: str, content: bytes, reason: str) -> None:
    with pytest.raises(NetloomError, match=reason):
        Table(path=str(write(name, content))).load()


def test_what_unfolds_too_far_is_refused(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("t.csv.gz", gzip.compress(b"a,b\n" + b"1,2\n" * 2_000_000))
    monkeypatch.setenv("NETLOOM_MEMORY", "0.005")
    with pytest.raises(NetloomError, match="unfolds to more than"):
        read_table(path)


def test_a_row_beyond_all_that_excel_has_is_refused(tmp_path: Path) -> None:
    import openpyxl

    path, other = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in ("a", "b"), (1, 2), (3, 4):
        book.active.append(row)
    book.save(path)
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(other, "w") as changed:
        for name in archive.namelist():
            content = archive.read(name).replace(b'"A1:B3"', b'"A1:B1000000000000"')
            changed.writestr(name, content.replace(b'r="3"', b'r="1000000000000"'))
    with pytest.raises(NetloomError, match="rows beyond 1,048,576"):
        read_table(other)


def test_a_parquet_file_of_lists_alone_is_told_as_that(tmp_path: Path) -> None:
    pd.DataFrame({"a": [[1], [2]]}).to_parquet(tmp_path / "a.parquet")
    with pytest.raises(NetloomError, match="holds only lists, records or bytes"):
        read_table(tmp_path / "a.parquet")
