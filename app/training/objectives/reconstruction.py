"""Autoencoders: the network reconstructs its input."""

from __future__ import annotations

from app.training.objective import Objective


class Reconstruction(Objective):
    """The network learns to give back what it reads."""

    kind = "reconstruction"

    def default_target(self) -> str:
        """The field that the first input reads."""
        return self.inputs[0]
