"""Training scripts and notebooks come to the result of Netloom, epoch by epoch, in a process that lacks it."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.data.inspect import suggest
from app.exchange.training_script import Kind, export_training
from app.project.fit_preset import fit_preset
from app.project.presets import preset
from app.training.runs import Run
from app.training.trainer import train
from app.training.training_session import begin
from graph.errors import NetloomError
from graph.layers.catalogue import parse_layer
from graph.network import Connection, Node
from graph.project import Project
from tests.app.exchange.test_pack import pictures
from tests.app.training.projects import DIGITS, chain, cnn, mlp, project
from tests.app.training.test_class_weights import network, table
from tests.app.training.test_thresholds import labelled
from tests.app.training.test_unequal import adder
from tests.foreign_process import ForeignProcess

SCRIPT = """
import contextlib, io, json, runpy
with contextlib.redirect_stdout(io.StringIO()):
    names = runpy.run_path("again.py")
print(json.dumps([names["curves"], names.get("test", {})]))
"""
CELLS = """
import contextlib, io, json
cells = json.load(open("again.ipynb", encoding="utf-8"))["cells"]
names = {"__name__": "__main__"}
with contextlib.redirect_stdout(io.StringIO()):
    for cell in cells:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), "cell", "exec"), names)
print(json.dumps([names["curves"], names.get("test", {})]))
"""


def trained(folder: Path, project: Project, base: Path | None = None) -> Run:
    for _ in train(begin(project, base, folder / "run")):
        pass
    return Run.open(folder / "run")


def hold(
    folder: Path, run: Run, foreign: ForeignProcess, kind: Kind = "script", rel: float = 2e-4, least: float = 1e-6
) -> str:
    """Hold what the exported training comes to against the run; returns its source."""
    name = {"script": "again.py", "notebook": "again.ipynb"}[kind]
    files = export_training(kind, run.project, run.title, folder / name, run.base, run)
    curves, test = foreign.run(folder, SCRIPT if kind == "script" else CELLS)
    history = run.history(points=False)
    assert len(curves) == len(history.epochs)
    for row, epoch in zip(curves, history.epochs, strict=True):
        assert row["train loss"] == pytest.approx(epoch["train"]["loss"], rel, least)
        validation = {name.removeprefix("validation "): value for name, value in row.items() if "validation" in name}
        assert validation == pytest.approx(epoch["validation"], rel, least)
    assert history.finished is not None
    assert test == pytest.approx(history.finished["test"], rel, least)
    text = files[0].read_text("utf-8")
    assert max(map(len, text.splitlines())) <= 120 or kind == "notebook"
    return text


def is_clean(file: Path) -> None:
    """Make sure that ruff finds nothing, imports in one sorted block included."""
    told = ["--isolated", "--line-length", "120", str(file)]
    for command in (["check", "--select", "E,F,I,W"], ["format", "--check"]):
        subprocess.run([sys.executable, "-m", "ruff", *command, *told], check=True)


PICTURES: dict[str, Any] = {"shape": {"kind": "image", "sizes": [1, 8, 8]}}


def test_classes(tmp_path: Path, foreign: ForeignProcess) -> None:
    run = trained(tmp_path, project(cnn(), epochs=2, optimiser="sgd", schedule="one_cycle", clip=1.0, seed=3))
    text = hold(tmp_path, run, foreign)
    score = run.summary().test["accuracy"]
    assert f"accuracy {score:.6g}" in text and "import netloom" not in text and "from app" not in text
    is_clean(tmp_path / "again.py")
    rows = list(csv.DictReader((tmp_path / "again_curves.csv").read_text("utf-8").splitlines()))
    assert [row["epoch"] for row in rows] == ["1", "2"] and float(rows[1]["validation accuracy"]) > 0
    assert (tmp_path / "again_weights.pt").stat().st_size > 1000


def test_a_notebook_of_numbers(tmp_path: Path, foreign: ForeignProcess) -> None:
    body = chain(
        ("input1", "input", {"shape": {"kind": "vector", "sizes": [10]}}),
        ("dense1", "dense", {"units": 1}),
        ("output1", "output", {"loss": "huber"}),
    )
    run = trained(tmp_path, project(body, {"source": "diabetes"}, epochs=2, optimiser="adamw", weight_decay=0.01))
    hold(tmp_path, run, foreign, "notebook")


def test_dropout_draws_the_same_numbers_on_the_processor(tmp_path: Path, foreign: ForeignProcess) -> None:
    """Not with Adam: before batch normalisation a bias has no gradient but rounding, of which it makes whole steps."""
    settings: dict[str, Any] = {
        "optimiser": "sgd",
        "ema": 0.9,
        "accumulate": 2,
        "patience": 1,
        "schedule": "plateau",
        "warm_up_epochs": 1.0,
    }
    run = trained(tmp_path, project(mlp(), epochs=3, label_smoothing=0.1, **settings))
    text = hold(tmp_path, run, foreign)
    assert "numbers are drawn at random (dropout and the like)" in text
    is_clean(tmp_path / "again.py")


def test_where_pictures_lie_otherwise_in_memory_other_numbers_are_drawn(tmp_path: Path) -> None:
    dropped = chain(
        ("input1", "input", PICTURES),
        ("conv1", "conv2d", {"filters": 2}),
        ("drop1", "dropout", {}),
        ("flatten1", "flatten", {}),
        ("dense1", "dense", {"units": 10}),
        ("output1", "output", {}),
    )
    text = export_training("script", project(dropped), "", tmp_path / "a.py", None)[0].read_text("utf-8")
    assert "another order than in Netloom" in " ".join(text.split())


def test_coarse_numbers(tmp_path: Path, foreign: ForeignProcess) -> None:
    hold(tmp_path, trained(tmp_path, project(cnn(), epochs=1, precision="bfloat16")), foreign, rel=0.03, least=0.03)


def test_labels(tmp_path: Path, foreign: ForeignProcess) -> None:
    data = labelled(tmp_path)
    hold(tmp_path, trained(tmp_path, Project(network(2), {"data": data, "plan": {"epochs": 2}})), foreign)


def test_two_classes_by_one_number_that_weigh_unequally(tmp_path: Path, foreign: ForeignProcess) -> None:
    plan = {"epochs": 2, "class_weights": "automatic", "keep_best": False, "optimiser": "lion"}
    run = trained(tmp_path, Project(network(1), {"data": table(tmp_path), "plan": plan}))
    hold(tmp_path, run, foreign)
    is_clean(tmp_path / "again.py")


def test_a_table_with_gaps_and_categories(tmp_path: Path, foreign: ForeignProcess) -> None:
    draw = np.random.default_rng(2)
    rows = [
        f"{draw.normal():.3f},{draw.choice(['', '1.5', '9'])},{draw.choice(list('abcdefgh'))},5,{draw.normal():.2f}"
        for _ in range(60)
    ]
    (tmp_path / "t.csv").write_text("x,gap,kind,still,price\n" + "\n".join(rows) + "\n")
    made = fit_preset(suggest(tmp_path / "t.csv", target="price"), tmp_path, None, "prices")
    made.sections["plan"] = {"epochs": 2}
    text = hold(tmp_path, trained(tmp_path, made, tmp_path), foreign)
    assert "fill_gaps" in text and str(tmp_path) not in text
    is_clean(tmp_path / "again.py")


def test_pictures_that_are_kept_as_bytes(tmp_path: Path, foreign: ForeignProcess) -> None:
    made = fit_preset(suggest(pictures(tmp_path / "pets", 20)), tmp_path, "digits_cnn", "pets")
    made.sections["plan"] = {"epochs": 1, "schedule": "constant"}
    assert "astype(np.float32) / 255" in hold(tmp_path, trained(tmp_path, made, tmp_path), foreign)


def test_an_autoencoder(tmp_path: Path, foreign: ForeignProcess) -> None:
    body = chain(("input1", "input", PICTURES), ("conv1", "conv2d", {"filters": 1}), ("output1", "output", {}))
    hold(tmp_path, trained(tmp_path, project(body, objective="reconstruction", epochs=2)), foreign)


def test_several_outputs(tmp_path: Path, foreign: ForeignProcess) -> None:
    network = chain(
        ("input1", "input", PICTURES),
        ("flatten1", "flatten", {}),
        ("dense1", "dense", {"units": 10}),
        ("output1", "output", {"target": "digit"}),
    )
    network.insert_node(Node("conv1", parse_layer("conv2d", {"filters": 1}, "conv1"), (0.0, 99.0)))
    again = {"target": "image", "weight": 0.5, "loss": "mae"}
    network.insert_node(Node("output2", parse_layer("output", again, "output2"), (99.0, 99.0)))
    network.insert_connection(Connection("input1", "out", "conv1", "in"))
    network.insert_connection(Connection("conv1", "out", "output2", "in"))
    text = hold(tmp_path, trained(tmp_path, project(network, epochs=2)), foreign)
    assert "loss2 = 0.5 * F.l1_loss(" in text
    is_clean(tmp_path / "again.py")


def test_pictures_that_are_altered(tmp_path: Path, foreign: ForeignProcess) -> None:
    altered = {"flip": True, "flip_vertical": True, "shift": 0.1, "rotate": 20.0, "zoom": 0.2, "crop": 1}
    altered |= {"brightness": 0.2, "noise": 0.1, "cutout": 3}
    run = trained(tmp_path, project(cnn(), {**DIGITS, "augment": altered}, epochs=2, optimiser="sgd"))
    text = hold(tmp_path, run, foreign)
    assert "ROTATE = 20.0  # largest turn" in text and "CUTOUT = 3" in text
    is_clean(tmp_path / "again.py")


def test_series_that_are_altered(tmp_path: Path, foreign: ForeignProcess) -> None:
    whole = preset("seasons_cnn1d").project
    altered = {"window_shift": 2, "scale": 0.2, "jitter": 0.1}
    data: dict[str, Any] = {**whole.sections["data"], "augment": altered}  # type: ignore[dict-item]
    run = trained(tmp_path, replace(whole, sections={**whole.sections, "data": data, "plan": {"epochs": 1}}))
    hold(tmp_path, run, foreign)
    is_clean(tmp_path / "again.py")


def test_a_forecast(tmp_path: Path, foreign: ForeignProcess) -> None:
    whole = preset("seasons_mlp").project
    hold(tmp_path, trained(tmp_path, replace(whole, sections={**whole.sections, "plan": {"epochs": 1}})), foreign)


def test_samples_of_unequal_length(tmp_path: Path, foreign: ForeignProcess) -> None:
    run = trained(tmp_path, adder(loss="mse"))
    hold(tmp_path, run, foreign)
    is_clean(tmp_path / "again.py")


@pytest.mark.parametrize(("id_", "options"), [
    ("sentences_rnn", {"samples": 60}), ("captions_one_to_many", {"samples": 60}), ("scenes_unet", {"samples": 40}),
])  # fmt: skip
def test_tokens_and_pixels(tmp_path: Path, foreign: ForeignProcess, id_: str, options: dict[str, Any]) -> None:
    whole = preset(id_).project
    data: dict[str, Any] = {**whole.sections["data"], "options": options}  # type: ignore[dict-item]
    run = trained(tmp_path, replace(whole, sections={**whole.sections, "data": data, "plan": {"epochs": 1}}))
    hold(tmp_path, run, foreign)


def test_weights_to_start_from_and_frozen_layers(tmp_path: Path, foreign: ForeignProcess) -> None:
    from app.training.initial_weights import starting_from

    first = trained(tmp_path / "first", project(mlp(), epochs=1))
    again = starting_from(project(mlp(), epochs=2), first.weights, frozen=("dense1", "norm1"))
    text = hold(tmp_path, trained(tmp_path, again), foreign)
    assert (tmp_path / "again_start.npz").is_file() and "FROZEN = [network.dense1, network.norm1]" in text
    is_clean(tmp_path / "again.py")


def test_a_project_that_was_not_trained_has_no_score(tmp_path: Path) -> None:
    files = export_training("script", project(cnn()), "Digits", tmp_path / "Zahl 1.py", None)
    assert [file.name for file in files] == ["Zahl 1.py", "Zahl_1_data.npz"]
    assert "reached" not in files[0].read_text("utf-8")
    with np.load(files[1]) as stored:
        assert sorted(stored.files) == ["digit", "image", "test_rows", "train_rows", "validation_rows"]


@pytest.mark.parametrize(("made", "words"), [
    (project(objective="adversarial"), "Training of a GAN"),
    (project(objective="teacher_forcing"), "with teacher forcing"),
    (project(data={**DIGITS, "augment": {"mixup": 0.1}}), "Mixup.* switch it off in Data"),
    (preset("lines_ctc").project, "CTC is not written"),
    (preset("scenes_yolo").project, "YOLO's loss is not written"),
    (project(mlp(units=2), data={"source": "digits", "options": {"digits": [0, 1]}}, threshold_by="f1"), "by hand"),
])  # fmt: skip
def test_what_cannot_be_written_is_refused_with_a_remedy(tmp_path: Path, made: Project, words: str) -> None:
    with pytest.raises(NetloomError, match=words) as refused:
        export_training("script", made, "", tmp_path / "again.py", None)
    assert "--to code" in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_another_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NetloomError, match=r"ends in \.ipynb"):
        export_training("notebook", project(cnn()), "", tmp_path / "again.py", None)


def test_a_run_whose_data_changed_is_refused(tmp_path: Path) -> None:
    run = trained(tmp_path, Project(network(1), {"data": table(tmp_path), "plan": {"epochs": 1}}))
    table(tmp_path)
    with pytest.raises(NetloomError, match="changed since"):
        export_training("script", run.project, "", tmp_path / "again.py", run.base, run)


@pytest.mark.slow
def test_it_runs_as_a_program(tmp_path: Path) -> None:
    """As people start it; everything else is tried in a process that has loaded torch already."""
    export_training("script", project(cnn(), epochs=1), "Digits", tmp_path / "again.py", None)
    done = subprocess.run(
        [sys.executable, "-P", tmp_path / "again.py"], cwd="/", capture_output=True, text=True, check=True
    )
    assert "validation accuracy" in done.stdout and "Test, with the weights of epoch 1" in done.stdout


@pytest.mark.slow
def test_the_notebook_runs_in_a_kernel(tmp_path: Path) -> None:
    import nbformat
    from nbclient import NotebookClient

    export_training("notebook", project(cnn(), epochs=1), "Digits", tmp_path / "again.ipynb", None)
    notebook = nbformat.read(tmp_path / "again.ipynb", as_version=4)
    nbformat.validate(notebook)
    NotebookClient(notebook, timeout=None, resources={"metadata": {"path": str(tmp_path)}}).execute()
    printed = json.dumps(notebook)
    assert "validation accuracy" in printed and (tmp_path / "again_curves.csv").is_file()
