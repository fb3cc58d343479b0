"""A checkpoint whose digest is right and whose content is odd is refused in a sentence."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import safetensors.torch
import torch

from app.training import checkpoints
from app.training.runs import CHECKPOINT
from app.training.trainer import train
from app.training.training_session import begin, resume
from graph.errors import NetloomError
from tests.app.training.projects import project


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of one epoch, which tests copy before they damage it."""
    path = tmp_path_factory.mktemp("runs") / "run"
    list(train(begin(project(epochs=1), None, path)))
    return path


@pytest.fixture
def run(trained: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(trained, tmp_path / "run"))


@pytest.mark.parametrize(
    "change",
    [
        {"position": {"epochs": "one"}},
        {"position": None},
        {"position": {"epochs": 1, "batches": -1, "steps": 1, "seconds": 0.0}},
        {"epochs": 10**30},
        {"best": {"loss": [], "epoch": 1, "waited": 0}},
        {"schedule": {}},
        {"meter": 3},
    ],
)
def test_an_odd_state_is_refused_with_its_place(change: dict[str, object], run: Path) -> None:
    tensors, state = checkpoints.load(run / CHECKPOINT)
    checkpoints.save(run / CHECKPOINT, tensors, state | change)
    with pytest.raises(NetloomError, match=f"cannot be continued from: “{next(iter(change))}"):
        resume(run, 9)


@pytest.mark.parametrize("text", ["", "[]", "{", "9" * 5000, "[" * 5000])
def test_a_state_that_is_no_object_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    metadata = {checkpoints.STATE: f"{checkpoints._digest({}, text)} {text}"}
    path.write_bytes(safetensors.torch.save({}, metadata))
    with pytest.raises(NetloomError, match="its state cannot be understood"):
        checkpoints.load(path)


@pytest.mark.parametrize("odd", [torch.zeros(3), torch.zeros(5056, dtype=torch.uint8), None])
def test_an_odd_state_of_chance_is_refused(odd: torch.Tensor | None, run: Path) -> None:
    tensors, state = checkpoints.load(run / CHECKPOINT)
    tensors.pop("random/cpu")
    checkpoints.save(run / CHECKPOINT, tensors if odd is None else tensors | {"random/cpu": odd}, state)
    with pytest.raises(NetloomError, match="its tensors do not fit the run"):
        resume(run, 9)


def test_the_state_that_was_written_is_continued_from(run: Path) -> None:
    assert resume(run, 9).position.epochs == 1


@pytest.mark.parametrize("digits", [30, 400])
def test_more_epochs_than_any_plan_has_are_refused(digits: int, run: Path) -> None:
    with pytest.raises(NetloomError, match="epochs must be"):
        resume(run, 10**digits)
