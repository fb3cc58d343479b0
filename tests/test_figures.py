"""What pages say about scores is what `tools.figures` measured."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.project.presets import preset, preset_ids
from graph.project import Project
from tools import figure_texts, figures
from tools.figure_texts import (
    DOCS,
    ONE_RUN,
    PRESET,
    baseline_text,
    doc_lines,
    fact_texts,
    put_first,
    range_text,
    range_texts,
    replace_texts,
    score_text,
    strange_ranges,
    texts_of,
)
from tools.figures import (
    FILE,
    SEEDS,
    baseline_errors,
    content_hash,
    data_facts,
    data_hash,
    is_complete,
    measure,
    read_figures,
    summary,
    train_once,
)
from tools.more_figures import FACTS, cloud_shares

MEASURED = {id_: entry for id_, entry in read_figures().items() if is_complete(entry)}
TEXTBOOK = DOCS / "textbook.md"
QUICK = 5
"""Seconds of the processor that a training may take to be repeated in the slow tests."""


def test_the_file_names_presets_that_ship() -> None:
    assert read_figures().keys() <= set(preset_ids())
    assert {"brackets_lstm", "seasons_mlp"} <= MEASURED.keys()


@pytest.mark.parametrize("id_", MEASURED)
def test_scores_are_those_of_the_preset_as_it_ships(id_: str) -> None:
    """One that was changed since has to be measured anew: `python -m tools.figures PRESET`."""
    assert MEASURED[id_]["content"] == content_hash(preset(id_).project)
    assert MEASURED[id_]["scores"] == summary(MEASURED[id_]["seeds"])


@pytest.mark.parametrize("id_", MEASURED)
def test_a_preset_says_its_score_and_what_is_reached_without_a_network(id_: str) -> None:
    texts, (score, *_) = texts_of(id_), range_texts(MEASURED[id_]).values()
    assert score in texts["expect"]
    assert score in texts["notes"]
    assert baseline_text(MEASURED[id_]) in texts["notes"]


@pytest.mark.parametrize("id_", read_figures())
def test_a_preset_says_what_is_reached_without_a_network_before_it_is_measured(id_: str) -> None:
    assert baseline_text(read_figures()[id_]) in texts_of(id_)["notes"]


@pytest.mark.parametrize("id_", FACTS)
def test_a_page_tells_what_was_counted_of_its_data(id_: str) -> None:
    told = fact_texts(read_figures()[id_])
    assert told
    assert all(text in texts_of(id_)["notes"] for text in told.values())


def test_sentences_of_the_test_set_are_counted_that_training_has_too() -> None:
    found = data_facts(preset("sentences_lstm").project, "sentences_lstm")
    assert found == read_figures()["sentences_lstm"]["facts"]
    assert data_facts(preset("iris_mlp").project, "iris_mlp") == {}


def own_ranges(text: str) -> Iterator[str]:
    """The scores that a text may give: those of the presets that it names."""
    for id_ in PRESET.findall(text):
        if id_ in MEASURED:
            yield from range_texts(MEASURED[id_]).values()


@pytest.mark.parametrize("id_", preset_ids())
def test_a_preset_gives_no_range_that_was_not_measured(id_: str) -> None:
    for text in texts_of(id_).values():
        known = {*own_ranges(f"preset:{id_}"), *own_ranges(text)}
        assert strange_ranges(text, known) == []


def test_docs_give_no_range_that_was_not_measured() -> None:
    strange = [(path.name, found) for path, line in doc_lines() for found in strange_ranges(line, {*own_ranges(line)})]
    assert strange == []


def test_the_textbook_has_the_score_of_every_preset_in_its_table() -> None:
    rows = {
        PRESET.findall(line)[-1]: line for path, line in doc_lines() if path == TEXTBOOK and "main.py train" in line
    }
    assert len(rows) > 40
    assert {id_ for id_, row in rows.items() if ONE_RUN in row} == rows.keys() - MEASURED.keys()
    for id_ in rows.keys() & MEASURED.keys():
        assert next(iter(range_texts(MEASURED[id_]).values())) in rows[id_]
        assert baseline_text(MEASURED[id_]) in rows[id_]


def test_scores_are_written_so_that_none_is_rounded_up_to_all() -> None:
    assert [score_text("accuracy", score) for score in (1.0, 0.99999, 0.9704, 0.0)] == ["100", "99.9", "97.0", "0"]
    assert [score_text("rmse", score) for score in (41.234, 0.60428, 0.028)] == ["41.2", "0.604", "0.0280"]
    assert range_text("accuracy", (0.95, 0.93, 0.96)) == "95.0 % (93.0 to 96.0 %)"
    assert range_text("rmse", (18.5, 18.1, 21.0)) == "18.5 (18.1 to 21.0)"
    assert range_text("accuracy", (1.0, 1.0, 1.0)) == "100 %"


def test_new_scores_take_the_place_of_old_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old: dict[str, Any] = {"scores": {"rmse": [2.0, 1.0, 3.0]}, "baselines": {"mean": {"rmse": 4.0}}}
    new: dict[str, Any] = {"scores": {"rmse": [1.0, 0.5, 2.0]}, "baselines": {"mean": {"rmse": 5.0}}}
    (tmp_path / "net.netloom").write_text("2.00 (1.00 to 3.00) against mean 4.00", "utf-8")
    (tmp_path / "page.md").write_text("`preset:net` 2.00 (1.00 to 3.00)\n`preset:other` 2.00 (1.00 to 3.00)\n", "utf-8")
    monkeypatch.setattr(figure_texts, "FOLDER", tmp_path)
    monkeypatch.setattr(figure_texts, "DOCS", tmp_path)
    replace_texts("net", old, new)
    assert (tmp_path / "net.netloom").read_text("utf-8") == "1.00 (0.500 to 2.00) against mean 5.00"
    assert (tmp_path / "page.md").read_text(
        "utf-8"
    ) == "`preset:net` 1.00 (0.500 to 2.00)\n`preset:other` 2.00 (1.00 to 3.00)\n"


PAGE: dict[str, Any] = {
    "about": {"expect": "about 96 % test accuracy after 2 epochs"},
    "notes": "- Here: about 96\u00a0% after 2 epochs.\n",
}
ROW = "| S01 | A net | | 96.3 % on digits, 2 epochs; one run | | `main.py train preset:net` |\n"


def test_the_first_scores_take_the_place_of_a_single_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entry: dict[str, Any] = {
        "scores": {"accuracy": [0.95, 0.9, 0.96]},
        "baselines": {"always 1": {"accuracy": 0.1}},
    }
    (tmp_path / "net.netloom").write_text(json.dumps(PAGE, ensure_ascii=False), "utf-8")
    (tmp_path / "page.md").write_text(ROW + ROW.replace("preset:net", "preset:other"), "utf-8")
    monkeypatch.setattr(figure_texts, "FOLDER", tmp_path)
    monkeypatch.setattr(figure_texts, "DOCS", tmp_path)
    put_first("net", entry)
    assert texts_of("net") == {
        "expect": "95.0 % (90.0 to 96.0 %) test accuracy after 2 epochs",
        "notes": "- Here, five seeds: 95.0 % (90.0 to 96.0 %) after 2 epochs.\n- Without a network: always 1 10.0 %.\n",
    }
    first, second = (tmp_path / "page.md").read_text("utf-8").splitlines()
    assert first == (
        "| S01 | A net | | 95.0 % (90.0 to 96.0 %) on digits, 2 epochs | always 1 10.0 % | `main.py train preset:net` |"
    )
    assert second == ROW.replace("preset:net", "preset:other").strip()
    before = (tmp_path / "net.netloom").read_text("utf-8")
    put_first("net", entry)
    assert (tmp_path / "net.netloom").read_text("utf-8") == before


def test_pages_say_once_what_is_reached_without_a_network() -> None:
    assert [id_ for id_ in preset_ids() if texts_of(id_)["notes"].count("\n- Without a network:") > 1] == []


def test_a_measurement_that_was_interrupted_still_writes_the_first_scores(
    untrained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages know nothing of the seeds that were done before."""
    done: list[dict[str, float] | None] = [{"accuracy": 0.9}, None, *[{"accuracy": 0.8}] * 4]
    scores = iter(done)

    def train_once(*_: object) -> dict[str, float]:
        if (found := next(scores)) is None:
            raise KeyboardInterrupt
        return found

    monkeypatch.setattr(figures, "train_once", train_once, raising=False)
    (untrained / "xor_mlp.netloom").write_text(json.dumps(PAGE, ensure_ascii=False), "utf-8")
    with pytest.raises(KeyboardInterrupt):
        measure("xor_mlp")
    assert texts_of("xor_mlp")["expect"] == PAGE["about"]["expect"]
    measure("xor_mlp")
    assert texts_of("xor_mlp")["expect"] == "80.0 % (80.0 to 90.0 %) test accuracy after 2 epochs"
    assert "before" not in read_figures()["xor_mlp"]


def test_presets_are_known_by_what_their_task_is_about() -> None:
    scores = {"next_token_accuracy": [0.9, 0.9, 0.9], "sequence_accuracy": [0.5, 0.4, 0.6]}
    assert next(iter(range_texts({"scores": scores}).values())) == "50.0 % (40.0 to 60.0 %)"
    assert range_text("label_error", (0.011, 0.01, 0.02)) == "1.1 % (1.0 to 2.0 %)"


def test_a_cloud_is_filled_by_a_fair_part_of_the_points() -> None:
    """Of four clouds two are hit, one is hit by a single point of a hundred, and half of the points lie between."""
    rng = np.random.default_rng(0)
    middles = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]])
    clouds = np.arange(400) % 4
    points = middles[clouds] + rng.normal(0.0, 0.05, (400, 2))
    made = np.concatenate([np.repeat(middles[:3], (25, 24, 1), axis=0), np.zeros((50, 2))])
    assert cloud_shares(points, clouds, made) == {"share of the clouds filled": 0.5, "share on a cloud": 0.5}


@pytest.fixture
def untrained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of figures, presets and pages of a test in which nothing can be trained."""
    monkeypatch.setattr(figures, "FILE", tmp_path / "figures.json")
    monkeypatch.setattr(figure_texts, "FOLDER", tmp_path)
    monkeypatch.setattr(figure_texts, "DOCS", tmp_path)
    monkeypatch.delattr(figures, "train_once")
    return tmp_path


def test_baselines_are_measured_anew_without_training(untrained: Path) -> None:
    """Their names are made of those of the classes, which are no part of what decides a score."""
    kept = MEASURED["xor_mlp"]
    old = kept | {"baselines": {"always “alike”": {"accuracy": 0.5}}}
    (untrained / "figures.json").write_text(json.dumps({"xor_mlp": old}), "utf-8")
    (untrained / "xor_mlp.netloom").write_text(f"instead of {baseline_text(old)} %", "utf-8")
    measure("xor_mlp")
    assert read_figures() == {"xor_mlp": kept}
    assert (untrained / "xor_mlp.netloom").read_text("utf-8") == f"instead of {baseline_text(kept)} %"


def test_baselines_alone_are_refreshed_where_the_data_changed(untrained: Path) -> None:
    """The scores stay, and so do their marks, by which the next call sees that they are of other data."""
    kept = MEASURED["xor_mlp"] | {"content": "another", "data": "another"}
    old = kept | {"baselines": {"always “one”": {"accuracy": 0.25}}}
    (untrained / "figures.json").write_text(json.dumps({"xor_mlp": old}), "utf-8")
    (untrained / "xor_mlp.netloom").write_text(f"instead of {baseline_text(old)}", "utf-8")
    assert figures.main(["--baselines", "xor_mlp"]) == 0
    assert read_figures() == {"xor_mlp": kept}
    assert (untrained / "xor_mlp.netloom").read_text("utf-8") == f"instead of {baseline_text(kept)}"


def test_baselines_stand_on_a_page_before_anything_is_trained(untrained: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = MEASURED["xor_mlp"]
    (untrained / "xor_mlp.netloom").write_text(json.dumps(PAGE, ensure_ascii=False), "utf-8")
    for _ in range(2):
        assert figures.main(["--baselines", "xor_mlp"]) == 0
        assert read_figures()["xor_mlp"]["seeds"] == {}
        assert texts_of("xor_mlp") == {
            "expect": PAGE["about"]["expect"],
            "notes": f"- Here: about 96\u00a0% after 2 epochs.\n- Without a network: {baseline_text(kept)}.\n",
        }
    monkeypatch.setattr(figures, "train_once", lambda *_: {"accuracy": 0.5}, raising=False)
    measure("xor_mlp")
    assert texts_of("xor_mlp")["notes"] == (
        f"- Here, five seeds: 50.0 % after 2 epochs.\n- Without a network: {baseline_text(kept)}.\n"
    )


@pytest.mark.parametrize("id_", [id_ for id_, entry in MEASURED.items() if "always" in baseline_text(entry)])
def test_baselines_have_the_names_that_classes_have_now(id_: str) -> None:
    """Others are made anew by `python -m tools.figures PRESET`, which trains nothing for that."""
    assert baseline_text({"baselines": baseline_errors(preset(id_).project, id_)}) == baseline_text(MEASURED[id_])


def test_every_preset_has_a_hash_of_its_own_content() -> None:
    """Also those with blocks and loops, whose layers no catalogue lists; two may be trained alike."""
    assert len({content_hash(preset(id_).project) for id_ in preset_ids()}) > len(preset_ids()) - 3


def test_what_does_not_decide_the_score_does_not_change_the_hash() -> None:
    project = preset("xor_mlp").project
    assert content_hash(Project(project.network, {**project.sections, "notes": "", "about": {}})) == content_hash(
        project
    )
    other = {**project.sections, "plan": {"epochs": 3}}
    assert content_hash(Project(project.network, other)) != content_hash(project)


@pytest.mark.slow
def test_a_sample_of_the_scores_is_found_again() -> None:
    quick = [id_ for id_, entry in MEASURED.items() if entry["seconds"] < QUICK]
    for id_ in random.Random(0).sample(sorted(quick), 3):
        project, seed = preset(id_).project, random.Random(id_).choice(list(SEEDS))
        assert data_hash(project) == MEASURED[id_]["data"]
        scores = train_once(project, seed, id_)
        assert scores == pytest.approx(MEASURED[id_]["seeds"][str(seed)], rel=0.02, abs=0.02)
        assert baseline_text({"baselines": baseline_errors(project, id_)}) == baseline_text(MEASURED[id_])


def test_the_file_has_a_line_for_each_preset() -> None:
    lines = FILE.read_text("utf-8").splitlines()
    assert lines[0] == "{" and lines[-1] == "}"
    assert [line.split('"')[1] for line in lines[1:-1]] == sorted(read_figures())
