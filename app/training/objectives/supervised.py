"""Supervised learning: the network predicts the target that belongs to its input."""

from __future__ import annotations

from app.training.objective import Objective


class Supervised(Objective):
    """The network learns to predict the target of each sample."""

    kind = "supervised"

    def default_target(self) -> str:
        """The data set's own target."""
        return ""
