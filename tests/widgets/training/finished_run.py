"""The log of a run that is over, as a worker would have left it."""

from __future__ import annotations

from pathlib import Path

from app.training.runs import METRICS, Log
from tests.app.protocol import samples


def write_log(run: Path, accuracy: float) -> None:
    """Five epochs that end at an accuracy, alike in training, validation and test."""
    log = Log(run / METRICS)
    metrics = {"loss": 1 - accuracy, "accuracy": accuracy}
    log.add(samples.started(run=str(run)).to_json())
    log.add(samples.epoch(epoch=5, step=50, train=metrics, validation=metrics).to_json())
    log.add(samples.finished(run=str(run), test=metrics, seconds=12.0).to_json())
    log.close()
