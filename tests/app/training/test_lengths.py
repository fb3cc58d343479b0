"""New input of any length for trained networks, and networks wired to texts of unequal length."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.cli.run_verbs import with_plan
from app.data.data_choice import DataChoice
from app.data.sources.synthetic.reviews import MOODS, review
from app.inference.new_inputs import input_fields, read_inputs
from app.inference.predict import predict
from app.project.fit_preset import fit_preset
from app.project.presets import preset
from app.training.trainer import train
from app.training.training_session import begin
from graph.errors import NetloomError
from graph.layers.recurrent import Lstm
from graph.project import Project


def trained(id_: str, folder: Path, samples: int = 40) -> Path:
    """A run of a preset after one epoch on few samples."""
    found = preset(id_).project
    data: dict[str, Any] = dict(found.sections["data"])  # type: ignore[arg-type]
    data["options"] = {**data.get("options", {}), "samples": samples}
    project = with_plan(Project(found.network, {**found.sections, "data": data}), {"epochs": 1, "threads": 1})
    for _ in train(begin(project, None, folder)):
        pass
    return folder


def asked(id_: str, run: Path, given: str) -> list[dict[str, Any]]:
    """What the run of a preset says about new input."""
    project = preset(id_).project
    choice = DataChoice.parse(project.sections["data"])  # type: ignore[arg-type]
    return predict(run, read_inputs(given, input_fields(project.network, choice.info()), choice.source))


def test_an_adder_answers_to_more_digits_than_it_ever_saw(tmp_path: Path) -> None:
    run = trained("elman_addition", tmp_path / "run", 200)
    (said,) = asked("elman_addition", run, json.dumps([[1, 1]] * 50))
    assert np.array(said["values"]).shape == (50, 1)
    both = asked("elman_addition", run, json.dumps([[[1, 1]] * 3, [[0, 1]]]))
    assert both[0]["values"][0] != both[1]["values"][0]


def test_an_mlp_says_that_it_takes_no_more_digits(tmp_path: Path) -> None:
    run = trained("addition_mlp", tmp_path / "run")
    assert len(asked("addition_mlp", run, json.dumps([[1, 1]] * 9))[0]["values"]) == 9
    with pytest.raises(NetloomError, match="has 12 steps, but this network takes 9 at most"):
        asked("addition_mlp", run, json.dumps([[1, 1]] * 12))


def test_the_length_of_a_new_text_is_counted(tmp_path: Path) -> None:
    run = trained("reviews_lstm", tmp_path / "run")
    (alone,) = asked("reviews_lstm", run, "the soup was lovely .")
    file = tmp_path / "new.csv"
    file.write_text('text\nthe soup was lovely .\n"everyone called the play awful , but i found it a joy ."\n', "utf-8")
    several = asked("reviews_lstm", run, str(file))
    assert set(alone["probabilities"]) == set(MOODS)
    assert several[0]["probabilities"] == pytest.approx(alone["probabilities"], abs=1e-6)


def test_a_text_column_of_a_csv_file_is_read_to_the_end_of_each_text(tmp_path: Path) -> None:
    rng, file = np.random.default_rng(0), tmp_path / "reviews.csv"
    lines = [f'"{review(rng, bool(row % 2))}",{MOODS[row % 2]}' for row in range(40)]
    file.write_text("\n".join(["text,mood", *lines]), "utf-8")
    choice = DataChoice.of("text", path=str(file), column="text", target="mood")
    for id_ in ("reviews_lstm", None):
        project = fit_preset(choice, None, id_, "Mine")
        told = [node.layer for node in project.network if node.layer.values().get("lengths")]
        assert told
        assert any(node.layer.values().get("field") == "length" for node in project.network)
    assert any(isinstance(node.layer, Lstm) for node in fit_preset(choice, None, "reviews_lstm", "Mine").network)
