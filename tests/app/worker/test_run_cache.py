"""The run that was looked at last stays open until its weights change."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.training.trainer import train
from app.training.training_session import begin
from app.worker.run_cache import RunCache
from graph.errors import NetloomError
from tests.app.training.projects import cnn, project


def trained(path: Path) -> Path:
    for _ in train(begin(project(cnn(), epochs=1), out=path)):
        pass
    return path


def test_a_run_is_read_once_until_its_weights_are_others(tmp_path: Path) -> None:
    opened, one, other = RunCache(), trained(tmp_path / "one"), trained(tmp_path / "other")
    run, model = opened.open(one)
    assert run.path == one
    assert opened.open(one)[1] is model
    found = (one / "weights.safetensors").stat()
    os.utime(one / "weights.safetensors", ns=(found.st_atime_ns, found.st_mtime_ns + 10**9))
    again = opened.open(one)[1]
    assert again is not model
    assert opened.open(other)[0].path == other


def test_a_run_without_weights_says_what_is_missing(tmp_path: Path) -> None:
    begin(project(cnn()), out=tmp_path / "run")
    with pytest.raises(NetloomError, match="no weights yet"):
        RunCache().open(tmp_path / "run")
