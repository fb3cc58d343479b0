"""One training in one go and one in two parts, which must come out alike."""

from __future__ import annotations

from pathlib import Path

import torch

from app.protocol.events import Paused, Points
from app.training.trainer import train
from app.training.training_session import TrainingSession, begin, resume
from graph.project import Project


def resumed_in_mid_epoch(project: Project, folder: Path) -> TrainingSession:
    """The session of a run that was stopped after two steps and gone on with: its losses and weights are, to the last
    bit, those of a run without a stop.
    """
    straight = begin(project, None, folder / "straight")
    losses = [event.loss for event in train(straight) if isinstance(event, Points)]
    parts = begin(project, None, folder / "parts", paused=True)
    found = []
    for event in train(parts):
        if isinstance(event, Points):
            found.append(event.loss)
        if isinstance(event, Paused):
            parts.control.stop() if event.step == 2 else parts.control.step()
    again = resume(folder / "parts")
    found += [event.loss for event in train(again) if isinstance(event, Points)]
    assert torch.equal(torch.cat([*map(torch.from_numpy, found)]), torch.cat([*map(torch.from_numpy, losses)]))
    for name, one in straight.model.module.state_dict().items():
        assert torch.equal(one, again.model.module.state_dict()[name]), name
    return again
