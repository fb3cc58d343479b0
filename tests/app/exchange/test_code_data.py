"""Exported code takes raw values and answers as Netloom does: classes, and numbers in the data's own units."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import main
from app.data.data_choice import DataChoice
from app.data.inspect import suggest
from app.data.reading_edits import with_column
from app.exchange.export import export_code
from app.exchange.onnx_out import export_onnx
from app.exchange.report import export_report
from app.project.fit_preset import fit_preset
from app.training.runs import Run
from graph.project import Project, read_project, write_project
from tests.app.cli.calling import Caller
from tests.foreign_process import ForeignProcess


def people(folder: Path) -> Path:
    """A table with German numbers, units, codes, missing cells and dates."""
    draw = random.Random(5)
    rows = []
    for _ in range(120):
        income = f"{draw.uniform(500, 9000):,.2f}".replace(",", "_").replace(".", ",").replace("_", ".")
        mass = f"{draw.uniform(40, 90):.1f} kg".replace(".", ",")
        size, code = draw.choice(["S", "M", "None", ""]), draw.choice(["007", "010"])
        day = f"{draw.randrange(1, 28):02}.{draw.randrange(1, 13):02}.20{draw.randrange(10, 30)}"
        rows.append(f"{draw.choice([income, income, '?'])};{mass};{size};{code};{day};{draw.choice(['ja', 'nein'])}")
    path = folder / "people.csv"
    path.write_text("income;mass;size;code;joined;stays\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def trained(folder: Path, project: Project) -> Run:
    project.sections["plan"] = {"epochs": 2, "batch_size": 16, "seed": 1}
    write_project(folder / "p.netloom", project)
    assert main.main(["train", str(folder / "p.netloom"), "--out", str(folder / "run"), "--json"]) == 0
    return Run.open(folder / "run")


def run_code(foreign: ForeignProcess, folder: Path, code: str) -> Any:
    """What a program prints as JSON that imports the exported ``net`` and its loaded ``network``."""
    return foreign.run(folder, f"import json, torch, net\nnetwork = net.load('net.safetensors')\n{code}")


def test_the_process_that_runs_exported_code_lacks_netloom(tmp_path: Path, foreign: ForeignProcess) -> None:
    (tmp_path / "net.py").write_text("def load(path): return None")
    code = "import importlib.util\nprint(json.dumps([bool(importlib.util.find_spec(n)) for n in ('graph', 'app')]))"
    assert run_code(foreign, tmp_path, code) == [False, False]
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        run_code(foreign, tmp_path, "1 / 0")


@pytest.mark.parametrize("options", [{}, {"missing": "flag", "dates": "calendar"}])
def test_rows_of_a_table(tmp_path: Path, call: Caller, foreign: ForeignProcess, options: dict[str, str]) -> None:
    data = suggest(people(tmp_path), target="stays", base=tmp_path)
    data = data.model_copy(update={"source": data.source.changed(**options)})
    if options:
        data = with_column(data, tmp_path, "size", {"merged": [["M", "S"]], "missing": ["None"]})
    run = trained(tmp_path, fit_preset(data, tmp_path, None, "people"))
    export_code(run.project.network, "people", tmp_path / "net.py", run)
    subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--isolated", "--line-length", "120", "net.py"],
        cwd=tmp_path,
        check=True,
    )
    code = (
        "import csv\nrows = list(csv.DictReader(open('people.csv', encoding='utf-8'), delimiter=';'))\n"
        "values = torch.tensor([net.features(row) for row in rows], dtype=torch.float64)\n"
        "print(json.dumps(net.predict(network, values)[0]))"
    )
    ours = call("predict", run.path, tmp_path / "people.csv", "--json").json["predictions"]
    theirs = run_code(foreign, tmp_path, code)
    assert [one["class"] for one in theirs] == [one["class"] for one in ours]
    chances = [[list(one["probabilities"].values()) for one in answers] for answers in (theirs, ours)]
    np.testing.assert_allclose(chances[0], chances[1], atol=1e-6)
    odd = (
        "import csv, warnings\nrow = next(csv.DictReader(open('people.csv', encoding='utf-8'), delimiter=';'))\n"
        "with warnings.catch_warnings(record=True) as told:\n    warnings.simplefilter('always')\n"
        "    net.features(row | {'size': 'S'})\n    net.features(row | {'size': 'huge'})\n"
        "print(json.dumps([str(one.message) for one in told]))"
    )
    assert set(run_code(foreign, tmp_path, odd)) == {"“huge” in “size” is not among the categories of training"}


@pytest.mark.parametrize(
    ("preset", "samples"), [("iris_mlp", 3), ("diabetes_mlp", 2), ("digits_cnn", 2), ("seasons_lstm", 2)]
)
def test_raw_values_of_shipped_data(
    tmp_path: Path, call: Caller, foreign: ForeignProcess, preset: str, samples: int
) -> None:
    assert main.main(["new", str(tmp_path / "new.netloom"), "--preset", preset]) == 0
    run = trained(tmp_path, read_project(tmp_path / "new.netloom"))
    export_code(run.project.network, preset, tmp_path / "net.py", run)
    dataset = DataChoice.parse(run.project.sections["data"]).source.load()
    raw = np.asarray(dataset.input_field().values[:samples])
    np.save(tmp_path / "raw.npy", raw)
    ours = call("predict", run.path, tmp_path / "raw.npy", "--json").json["predictions"]
    theirs = run_code(foreign, tmp_path, f"print(json.dumps(net.predict(network, torch.tensor({raw.tolist()}))[0]))")
    for one, other in zip(theirs, ours, strict=True):
        if "class" in other:
            assert one["class"] == other["class"]
            np.testing.assert_allclose(
                list(one["probabilities"].values()), list(other["probabilities"].values()), atol=1e-5
            )
        else:
            np.testing.assert_allclose(one["values"], other["values"], rtol=1e-4)


def test_a_row_without_a_column_is_refused(tmp_path: Path, foreign: ForeignProcess) -> None:
    assert main.main(["new", str(tmp_path / "new.netloom"), "--preset", "iris_mlp"]) == 0
    run = trained(tmp_path, read_project(tmp_path / "new.netloom"))
    export_code(run.project.network, "iris", tmp_path / "net.py", run)
    code = """
try:
    net.features({"sepal length": 1.0})
except KeyError as error:
    print(json.dumps(str(error)))
"""
    assert "has no column “sepal width”" in run_code(foreign, tmp_path, code)


def test_an_onnx_file_takes_raw_rows_with_gaps_and_large_numbers(tmp_path: Path, call: Caller) -> None:
    import onnxruntime

    draw = random.Random(3)
    rows = [
        f"{5_812_345 + draw.randrange(100) / 100:.2f},{draw.choice(['', f'{draw.uniform(0, 9):.2f}'])},{'ab'[row % 2]}"
        for row in range(90)
    ]
    file = tmp_path / "sites.csv"
    file.write_text("northing,depth,soil\n" + "\n".join(rows) + "\n", encoding="utf-8")
    data = suggest(file, target="soil", base=tmp_path)
    run = trained(tmp_path, fit_preset(data, tmp_path, None, "sites"))
    made = export_onnx(run.project, "sites", tmp_path / "net.onnx", run)
    described = made.info.inputs[0].to_json()
    assert [column["name"] for column in described["columns"]] == ["northing", "depth"]
    session = onnxruntime.InferenceSession(str(made.file))
    raw = np.asarray(data.source.load(tmp_path).input_field().values[:20], np.float64)
    assert np.isnan(raw).any()
    (scores,) = session.run(None, {session.get_inputs()[0].name: raw})
    ours = call("predict", run.path, file, "--json").json["predictions"][:20]
    assert [("a", "b")[int(place)] for place in np.asarray(scores).argmax(1)] == [one["class"] for one in ours]


def test_the_report_says_how_the_data_are_read(tmp_path: Path) -> None:
    data = suggest(people(tmp_path), target="stays", base=tmp_path)
    run = trained(tmp_path, fit_preset(data, tmp_path, None, "people"))
    page = export_report(run.project, "people", tmp_path / "report.html", run.base, run).read_text("utf-8")
    for words in ("How the table is read", "Standardisation", "007", "kg", "counts as missing"):
        assert words in page
