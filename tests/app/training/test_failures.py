"""What goes wrong from outside: memory, disk, devices, and a worker that is killed. One sentence each; nothing lost."""

from __future__ import annotations

import errno
import itertools
import os
from pathlib import Path
from typing import Any, NoReturn

import pytest
import torch

from app.protocol.events import Epoch, Event, Finished, Paused
from app.protocol.training_messages import Train
from app.training import checkpoints
from app.training.runs import CHECKPOINT, WEIGHTS, Run
from app.training.trainable import Model
from app.training.trainer import SAVE_EVERY, train
from app.training.training_session import TrainingSession, begin, resume
from graph.errors import NetloomError
from graph.project import project_json
from tests.app.training.projects import project
from tests.app.worker.test_process import Worker


def last(events: list[Event]) -> Finished:
    assert isinstance(events[-1], Finished)
    return events[-1]


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory."),
        MemoryError(),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 1 bytes."),
    ],
)
def test_out_of_memory_names_the_batch_size_and_keeps_what_was_learned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    calls, loss = itertools.count(1), Model.loss

    def hungry(model: Model, batch: Any) -> Any:
        if next(calls) == 6:
            raise error
        return loss(model, batch)

    monkeypatch.setattr(Model, "loss", hungry)
    finished = last(list(train(begin(project(), None, tmp_path / "run"))))
    assert finished.status == "failed"
    assert finished.step == 5
    assert "batches of 32 samples; choose a smaller batch size" in (finished.reason or "")
    assert len(Run.open(tmp_path / "run").history().losses) == 5
    monkeypatch.undo()
    assert last(list(train(resume(tmp_path / "run")))).status == "completed"


def test_a_full_disk_is_told_and_the_old_checkpoint_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    list(train(begin(project(epochs=1), None, tmp_path / "run")))
    before = (tmp_path / "run" / CHECKPOINT).read_bytes()

    def full(_: int) -> NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    session = resume(tmp_path / "run", epochs=3)
    monkeypatch.setattr("graph.atomic_write.os.fsync", full)
    finished = last(list(train(session)))
    assert finished.status == "failed"
    assert "no space left on device" in (finished.reason or "")
    assert (tmp_path / "run" / CHECKPOINT).read_bytes() == before
    assert sorted(one.name for one in (tmp_path / "run").iterdir() if one.name.startswith(".")) == []
    monkeypatch.undo()
    assert last(list(train(resume(tmp_path / "run", epochs=3)))).epoch == 3


@pytest.mark.parametrize("device", ["cuda:99", "cuda:998"])
def test_a_device_that_is_not_there_is_told_with_those_that_are(tmp_path: Path, device: str) -> None:
    with pytest.raises(NetloomError, match=rf"“{device}” is not there: torch finds cpu"):
        begin(project(device=device), None, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_loss_that_becomes_nan_keeps_the_weights_of_the_step_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, kept, loss = begin(project(), None, tmp_path / "run"), [], Model.loss

    def astray(model: Model, batch: Any) -> Any:
        value, answers = loss(model, batch)
        if not model.module.training:
            return value, answers
        kept.append({name: one.detach().clone() for name, one in session.model.module.named_parameters()})
        return (value * float("nan") if len(kept) == 8 else value), answers

    monkeypatch.setattr(Model, "loss", astray)
    finished = last(list(train(session)))
    assert finished.status == "failed"
    assert finished.step == 7
    assert "no longer a number at step 8 (epoch 1)" in (finished.reason or "")
    saved, _ = checkpoints.load(tmp_path / "run" / WEIGHTS)
    for name, good in kept[7].items():
        assert torch.equal(saved[name], good), name
    assert all(torch.isfinite(one).all() for one in saved.values())


def test_bfloat16_learns_on_the_processor_and_keeps_float32_weights(tmp_path: Path) -> None:
    plan = project(precision="bfloat16", epochs=25, learning_rate=0.01)
    finished = last(list(train(begin(plan, None, tmp_path / "run"))))
    assert finished.test["accuracy"] > 0.8
    saved, _ = checkpoints.load(tmp_path / "run" / WEIGHTS)
    assert saved["dense1.weight"].dtype == torch.float32


def test_a_run_can_be_resumed_from_its_first_moment(tmp_path: Path) -> None:
    events = train(begin(project(epochs=2), None, tmp_path / "run"))
    next(events)
    next(events)
    tensors, state = checkpoints.load(tmp_path / "run" / CHECKPOINT)
    assert state["position"]["steps"] == 0
    assert "weights/dense1.weight" in tensors
    events.close()


def test_a_killed_worker_leaves_a_run_that_can_be_resumed(tmp_path: Path) -> None:
    run, worker = tmp_path / "run", Worker()
    worker.send(Train(project=project_json(project(epochs=100_000)), out=run), 1)
    worker.until(Epoch)
    worker.process.kill()
    worker.process.wait()
    for stream in (worker.process.stdin, worker.process.stdout):
        assert stream is not None
        stream.close()
    session = resume(run, epochs=None)
    session.epochs = session.position.epochs + 1
    events = list(train(session))
    assert last(events).status == "completed"
    assert sum(isinstance(event, Epoch) for event in events) == 1
    assert Run.open(run).history().steps.tolist() == list(range(1, last(events).step + 1))


def test_checkpoints_are_rare_and_the_end_is_always_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    saved: list[int] = []
    save = TrainingSession.save

    def counted(session: TrainingSession) -> None:
        saved.append(session.position.steps)
        save(session)

    monkeypatch.setattr(TrainingSession, "save", counted)
    assert SAVE_EVERY == 5.0
    # Endless here, so that a slow machine cannot matter.
    monkeypatch.setattr("app.training.trainer.SAVE_EVERY", float("inf"))
    finished = last(list(train(begin(project(epochs=3), None, tmp_path / "run"))))
    assert saved == [0, finished.step]


def test_stopping_saves_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.training.trainer.SAVE_EVERY", float("inf"))
    session = begin(project(), None, tmp_path / "run", paused=True)
    for event in train(session):
        if isinstance(event, Paused):
            session.control.stop() if event.step == 3 else session.control.step()
    _, state = checkpoints.load(tmp_path / "run" / CHECKPOINT)
    assert state["position"]["steps"] == 3
