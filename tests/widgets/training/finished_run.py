"""The log of a run, and its test, as a worker would have left and told them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from app.protocol.evaluation_values import Evaluation, Predictions, WorstPredictions
from app.protocol.events import Event
from app.protocol.messages import Array
from app.training.runs import METRICS, Log
from tests.app.protocol import samples


def write_events(run: Path, *events: Event) -> None:
    """What a worker has told of a run, in its log."""
    log = Log(run / METRICS)
    for event in events:
        log.add(event.to_json())
    log.close()


def evaluation(task: Any, metric: str, score: float, true: Array, predicted: Array, first: int = 0) -> Evaluation:
    """What a run predicted for samples from the number ``first`` on, all of them listed."""
    predictions = Predictions(index=np.arange(first, first + len(true)), true=true, predicted=predicted)
    worst = WorstPredictions(**vars(predictions), loss=np.empty(0), input=np.empty(0))
    return Evaluation(part="test", task=task, target="", metrics={metric: score}, predictions=predictions, worst=worst)


def write_log(run: Path, accuracy: float) -> None:
    """Five epochs that end at an accuracy, alike in training, validation and test."""
    metrics = {"loss": 1 - accuracy, "accuracy": accuracy}
    write_events(
        run,
        samples.started(run=str(run)),
        samples.epoch(epoch=5, step=50, train=metrics, validation=metrics),
        samples.finished(run=str(run), test=metrics, seconds=12.0),
    )
