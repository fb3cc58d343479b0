"""The log of a run, as a worker would have left it."""

from __future__ import annotations

from pathlib import Path

from app.protocol.events import Event
from app.training.runs import METRICS, Log
from tests.app.protocol import samples


def write_events(run: Path, *events: Event) -> None:
    """What a worker has told of a run, in its log."""
    log = Log(run / METRICS)
    for event in events:
        log.add(event.to_json())
    log.close()


def write_log(run: Path, accuracy: float) -> None:
    """Five epochs that end at an accuracy, alike in training, validation and test."""
    metrics = {"loss": 1 - accuracy, "accuracy": accuracy}
    write_events(
        run,
        samples.started(run=str(run)),
        samples.epoch(epoch=5, step=50, train=metrics, validation=metrics),
        samples.finished(run=str(run), test=metrics, seconds=12.0),
    )
