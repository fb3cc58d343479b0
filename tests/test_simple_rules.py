"""What simple rules reach on generated data is what the pages say."""

from __future__ import annotations

import numpy as np
import pytest

from app.data.data_choice import DataChoice
from app.data.prepare import prepare
from app.data.sources.synthetic.brackets import Brackets
from app.data.sources.synthetic.scenes import Clips
from app.project.presets import preset
from tools.figure_texts import DOCS
from tools.simple_rules import (
    ONE_FRAME,
    choice_of,
    formatted,
    generated_sets,
    measured,
    read_scores,
    rule_scores,
    table,
)


def test_every_generated_set_was_held_against_the_rules() -> None:
    assert tuple(read_scores()) == generated_sets()


def test_the_page_has_the_table() -> None:
    assert table(read_scores()) in (DOCS / "guide" / "data-generated.md").read_text("utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("kind", generated_sets())
def test_the_scores_are_found_again(kind: str) -> None:
    assert measured(kind) == pytest.approx(read_scores()[kind], rel=0.02, abs=0.02)


def test_who_counts_exchanged_brackets_knows_all_and_who_counts_reordered_ones_nothing() -> None:
    """The rule that made an LSTM needless: as many ( as ), as many [ as ]."""
    easy = DataChoice(source=Brackets(samples=1500, kinds=2, unbalanced="exchanged"))
    hard = easy.model_copy(update={"source": easy.source.changed(unbalanced="equal_counts")})
    assert rule_scores(prepare(easy))["counts"] == 1.0
    assert max(rule_scores(prepare(hard)).values()) < 0.6


def test_presets_on_brackets_are_those_that_no_count_solves() -> None:
    assert choice_of("brackets").source.values()["unbalanced"] == "equal_counts"
    assert max(read_scores()["brackets"].values()) < 0.56


def test_one_frame_tells_the_way_through_the_middle_and_nothing_of_one_that_lies_anywhere() -> None:
    easy = DataChoice(source=Clips(path="middle"))
    hard = easy.model_copy(update={"source": easy.source.changed(path="anywhere", samples=1500)})
    assert rule_scores(prepare(easy))[ONE_FRAME] > 0.9
    scores = rule_scores(prepare(hard))
    assert max(scores[rule] for rule in (ONE_FRAME, "counts", "linear", "first and last")) < 0.35


def test_the_presets_on_clips_say_what_one_frame_tells() -> None:
    assert choice_of("clips").source.values()["path"] == "anywhere"
    for id_ in ("clips_cnn_lstm", "clips_bag_of_frames", "clips_c3d"):
        text = formatted("clips", read_scores()["clips"][ONE_FRAME])
        assert f"one frame alone, by a network without memory {text}" in str(preset(id_).project.sections["notes"])


def test_rules_are_fitted_to_the_training_set_alone() -> None:
    prepared = prepare(DataChoice.of("moons", samples=300))
    scores = rule_scores(prepared)
    nearest = [
        np.linalg.norm(np.asarray(prepared.train.arrays["point"]) - point, axis=1).argmin()
        for point in np.asarray(prepared.test.arrays["point"])
    ]
    right = np.asarray(prepared.train.arrays["class"])[nearest] == np.asarray(prepared.test.arrays["class"])
    assert scores["nearest sample"] == pytest.approx(right.mean())
