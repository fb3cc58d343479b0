"""A short run of a project's file, trained within the test's own process, which has loaded torch once for all tests."""

from __future__ import annotations

from pathlib import Path

from app.cli.file_argument import open_source
from app.cli.run_verbs import with_plan
from app.training.trainer import train
from app.training.training_session import begin


def train_file(file: Path, run: Path) -> None:
    """Train a project for an epoch, as the command line does, and leave the folder ``run``."""
    source = open_source(str(file))
    for _ in train(begin(with_plan(source.project, {"epochs": 1, "device": "cpu"}), source.base, run)):
        pass
