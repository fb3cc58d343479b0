"""A language model goes on with a text on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.cli.run_verbs import with_plan
from app.project.presets import preset
from app.training.trainer import train
from app.training.training_session import begin
from graph.project import Project
from tests.app.cli.calling import Caller


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found, folder = preset("sentences_lstm").project, tmp_path_factory.mktemp("runs") / "run"
    data: dict[str, Any] = {"source": "sentences", "options": {"samples": 100}}
    project = with_plan(Project(found.network, {**found.sections, "data": data}), {"epochs": 1, "threads": 1})
    list(train(begin(project, None, folder)))
    return folder


def test_the_likeliest_text_is_printed_and_told_token_by_token(run: Path, call: Caller) -> None:
    greedy = ("generate", run, "the clouds", "--top-k", 1, "--tokens", 5)
    said = call(*greedy, "--json").json
    words = [token["token"] for token in said["tokens"]]
    assert said["text"] == " ".join(["the clouds", *(word for word in words if word != "(end)")])
    assert call(*greedy).out.strip() == said["text"]
    assert all(next(iter(token["likely"])) == token["token"] for token in said["tokens"])
    assert said["log_probability"] < 0


def test_a_seed_is_repeated_and_beams_leave_nothing_to_chance(run: Path, call: Caller) -> None:
    texts = [call("generate", run, "--seed", seed, "--temperature", 2).out for seed in (1, 1, 2)]
    assert texts[0] == texts[1] != texts[2]
    beams = {call("generate", run, "ana", "--beams", 3, "--tokens", 6, "--seed", seed).out for seed in (1, 2)}
    assert len(beams) == 1


def test_what_cannot_be_gone_on_with_is_refused(run: Path, call: Caller) -> None:
    refused = call("generate", run, "zyzzyva")
    assert refused.code == 1 and "“zyzzyva” is not among the words" in refused.err
    assert call("generate", run, "the", "--temperature", 0).code == 2


def test_testing_tells_the_perplexity_beside_that_of_n_grams(run: Path, call: Caller) -> None:
    said = call("evaluate", run, "--json").json
    assert said["metrics"]["perplexity"] > 1
    assert [each["name"] for each in said["baselines"]] == ["unigram", "bigram", "trigram"]
    assert all(each["perplexity"] > 1 for each in said["baselines"])
    assert "without a network, trigram: perplexity" in call("evaluate", run).out
