"""What several processes cannot train together is refused before a run is made."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch.nn.functional as F

from app.data.dataset import FieldInfo
from app.project.presets import preset
from app.training.heads import Head
from app.training.rank_limits import averaged_over, refuse_ranks
from app.training.trainable import Model
from app.training.training_session import begin
from graph.errors import NetloomError
from graph.shapes import Kind, Shape, vector
from tests.app.training.projects import project
from tests.app.training.rank_threads import in_ranks

NUMBERS = Head("output1", FieldInfo("y", vector(3)), "mse", 1.0, "", F.mse_loss)


def test_only_means_over_samples_can_be_shared() -> None:
    words = FieldInfo("text", Shape(Kind.TOKENS, (5,)), vocabulary=("(padding)", "a", "b"))
    kinds = FieldInfo("kind", vector(2), ("a", "b"))
    labels = replace(NUMBERS.field, labels=True)
    padded = replace(NUMBERS, field=replace(NUMBERS.field, lengths="steps"))
    weighted = replace(NUMBERS, field=kinds, class_weights=(1.0, 2.0))
    assert averaged_over(NUMBERS) == ""
    assert averaged_over(padded) == "the steps that are there"
    assert averaged_over(replace(padded, loss="half_squares")) == ""
    assert averaged_over(weighted) == "the weights of classes"
    assert averaged_over(replace(weighted, field=labels, loss="bce")) == ""
    listed = replace(NUMBERS, field=words, loss="cross_entropy")
    assert listed.listed and averaged_over(listed) == "the words that are there"
    assert averaged_over(replace(listed, loss="ctc")) == ""


def test_it_is_said_before_anything_is_written(tmp_path: Path) -> None:
    asked = project(class_weights="automatic")
    found = in_ranks(2, lambda ranks: begin(asked, None, tmp_path / "run", ranks=ranks))
    assert all(isinstance(error, NetloomError) for error in found)
    assert "the loss of output1 is a mean over the weights of classes" in str(found[0])
    assert not (tmp_path / "run").exists()


def test_a_gan_is_refused() -> None:
    model = Model.build(preset("ring_gan").project)
    with pytest.raises(NetloomError, match="cannot train a GAN together"):
        refuse_ranks(model)
