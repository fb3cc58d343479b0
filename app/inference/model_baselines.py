"""Baselines of a trained network: what could be had without one, by the measure of its own task."""

from __future__ import annotations

from app.data.baselines import Baseline, baselines
from app.training.trainable import Model


def model_baselines(model: Model) -> tuple[Baseline, ...]:
    """The baselines on the test set for what the network predicts, the simplest first.

    Empty where it predicts something else than the data's own target, as an autoencoder or a GAN does.
    """
    head = model.objective.heads[0]
    if model.objective.hidden_outputs or head.field.name != model.prepared.dataset.target:
        return ()
    return baselines(model.prepared, binary=head.binary, pixels=head.pixels, boxes=head.boxes)
