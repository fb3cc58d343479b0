"""Every preset that ships checks clean, is drawn tidily, learns, and is written as Netloom writes it."""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.cli.run_verbs import with_plan
from app.data import prepare
from app.data.data_choice import DataChoice
from app.data.split import Indices, split
from app.project.presets import FOLDER, PREFIX, preset, preset_ids, presets, read_preset
from graph.checking.check import Checker
from graph.document import Document
from graph.drawing import cards
from graph.errors import NetloomError
from graph.project import Project, project_bytes, read_project, write_project
from tests.app.project.preset_reports import report_of

TEXTBOOK = {f"S{number:02}" for number in range(1, 55)}
NEEDED = {
    "spirals_mlp", "iris_mlp", "diabetes_mlp", "digits_cnn", "lenet", "two_branch_cnn", "residual_cnn", "seasons_lstm",
    "digits_gru", "digits_cnn_lstm", "seasons_cnn1d", "digits_autoencoder", "lenet5", "alexnet", "resnet110",
}  # fmt: skip
FEED_FORWARD = {f"S{number:02}" for number in (*range(1, 22), 39, 40)}
MUCH = 10_000_000_000
"""Floating-point operations for all samples above which a preset trains on a handful of them here."""
GIANT = {"alexnet"}
"""Too large to train in a test: its module is run without memory instead."""


def small(project: Project, share: float = 0.1) -> Project:
    """The project with one epoch on about a tenth of its data."""
    split = {"train": share, "validation": share / 2, "test": 1 - 1.5 * share}
    data = dict(project.sections["data"]) | {"split": split}  # type: ignore[arg-type]
    return with_plan(Project(project.network, {**project.sections, "data": data}), {"epochs": 1, "threads": 1})


def test_the_promised_ones_ship() -> None:
    assert set(preset_ids()) >= NEEDED


def test_files_are_as_netloom_writes_them() -> None:
    """The files are the one truth: opening a preset and saving it changes no byte."""
    written = {path.name: project_bytes(read_project(path)) for path in FOLDER.glob("*.netloom")}
    assert written == {path.name: path.read_bytes() for path in FOLDER.glob("*.netloom")}


@pytest.mark.parametrize("id_", preset_ids())
def test_it_checks_clean_against_its_data(id_: str) -> None:
    report = report_of(id_)
    assert (report.ok, report.problems) == (True, ())


@pytest.mark.parametrize("id_", preset_ids())
def test_nothing_on_screen_names_a_system_by_its_number(id_: str) -> None:
    found = preset(id_)
    shown = (found.title, found.summary, found.expect, str(found.project.sections["notes"]))
    assert not re.search(r"\bS\d\d\b|Course notes", " ".join(shown))


@pytest.mark.parametrize("id_", preset_ids())
def test_it_says_what_to_expect(id_: str) -> None:
    found = preset(id_)
    assert set(found.textbook) <= TEXTBOOK
    assert found.textbook
    assert re.search(r"\d", found.expect)
    assert 0 < found.minutes < (5 if id_ in GIANT else 2)
    assert found.title and found.summary


@pytest.mark.parametrize("id_", preset_ids())
def test_its_cards_do_not_overlap(id_: str) -> None:
    boxes = [cards.box(node) for node in preset(id_).project.network]
    for a, b in itertools.combinations(boxes, 2):
        apart = a[0] + a[2] <= b[0] or b[0] + b[2] <= a[0] or a[1] + a[3] <= b[1] or b[1] + b[3] <= a[1]
        assert apart


def test_every_feed_forward_system_has_a_preset() -> None:
    assert {id_ for one in presets() for id_ in one.textbook} >= FEED_FORWARD


@pytest.mark.parametrize("id_", sorted(GIANT))
def test_the_giant_gives_an_answer(id_: str) -> None:
    import torch

    from graph.build.compile import compile_network

    with torch.device("meta"):
        module = compile_network(preset(id_).project.network).module
        assert sum(weight.numel() for weight in module.parameters()) == preset(id_).parameters()
        assert module(torch.zeros(2, 1, 32, 32)).shape == (2, 10)


def operations(project: Project) -> int:
    """Floating-point operations of one answer for each sample of the data."""
    checker = Checker(Document(project.network))
    checker.close()
    return checker.flops * DataChoice.parse(project.sections["data"]).info().samples


@pytest.fixture
def small_test_part(monkeypatch: pytest.MonkeyPatch) -> None:
    """The part for the test has as many samples as that for validation, not all that the other two leave over."""

    def divided(*arguments: Any, **more: Any) -> Indices:
        indices = split(*arguments, **more)
        return replace(indices, test=indices.test[: len(indices.validation)])

    monkeypatch.setattr(prepare, "split", divided)


@pytest.mark.usefixtures("small_test_part")
@pytest.mark.parametrize("id_", [id_ for id_ in preset_ids() if id_ not in GIANT])
def test_it_trains(id_: str, tmp_path: Path) -> None:
    from app.training.trainer import train
    from app.training.training_session import begin

    share = 0.02 if operations(preset(id_).project) > MUCH else 0.1
    [*_, last] = train(begin(small(preset(id_).project, share), None, tmp_path / "run"))
    assert last.to_json()["status"] == "completed"


def test_step_units_get_no_gradient(tmp_path: Path) -> None:
    from app.training.trainer import train
    from app.training.training_session import begin

    project = with_plan(preset("step_mlp").project, {"epochs": 3})
    epochs = [event.to_json() for event in train(begin(project, None, tmp_path / "run")) if event.name == "epoch"]
    assert len({json.dumps(epoch["validation"]) for epoch in epochs}) == 1


def test_the_smallest_has_16_parameters_and_each_call_gives_an_own_network() -> None:
    assert preset("mlp_3_3_1").parameters() == 16
    assert preset("mlp_3_3_1").project.network is not preset("mlp_3_3_1").project.network
    assert [one.id for one in presets()] != []


def test_one_that_is_not_there_and_one_that_says_nothing(tmp_path: Path) -> None:
    with pytest.raises(NetloomError, match="no preset “nope”"):
        preset("nope")
    with pytest.raises(NetloomError, match="no preset"):
        preset("../presets/lenet")
    write_project(tmp_path / "bare.netloom", Project())
    with pytest.raises(NetloomError, match="is no preset"):
        read_preset(tmp_path / "bare.netloom")
    assert PREFIX == "preset:"
