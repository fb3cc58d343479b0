"""Training from a script: stopped by a callback, resumed after an exception, torch left as it was."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

import netloom
from app.protocol.events import Epoch
from netloom.training_loop import torch_untouched


def test_a_callback_ends_the_training_and_torch_is_as_before(tmp_path: Path) -> None:
    heard: list[Epoch] = []
    torch.manual_seed(5)
    before, threads = torch.get_rng_state(), torch.get_num_threads()

    def second(epoch: Epoch) -> bool:
        heard.append(epoch)
        return epoch.epoch == 2

    run = netloom.preset("iris_mlp").train(out=tmp_path / "run", on_epoch=second, progress=False, epochs=9)
    assert run.status == "stopped" and [epoch.epoch for epoch in heard] == [1, 2] == list(run.frame().index)
    assert torch.equal(before, torch.get_rng_state()) and torch.get_num_threads() == threads
    assert run.resume(epochs=3, progress=False).status == "completed"
    with pytest.raises(netloom.NetloomError, match="all its 3 epochs"):
        run.resume(epochs=3, progress=False)


def test_an_exception_leaves_a_run_that_goes_on(tmp_path: Path) -> None:
    def fail(_: Epoch) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        netloom.preset("iris_mlp").train(out=tmp_path / "run", on_epoch=fail, progress=False, epochs=2)
    assert netloom.open_run(tmp_path / "run").resume(progress=False).status == "completed"


def test_a_training_that_fails_says_why(tmp_path: Path) -> None:
    wild = netloom.preset("diabetes_mlp").changed(learning_rate=1000.0, optimiser="sgd", epochs=3)
    with pytest.raises(netloom.NetloomError, match="learning rate"):
        wild.train(out=tmp_path / "run", progress=False)
    assert netloom.open_run(tmp_path / "run").status == "failed"


def test_progress_is_printed_where_it_is_wanted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    netloom.preset("iris_softmax").train(out=tmp_path / "run", epochs=1)
    assert "epoch 1/1" in capsys.readouterr().out


def test_event_files_that_cannot_be_written_are_a_warning(tmp_path: Path) -> None:
    out = tmp_path / "run"
    run = netloom.preset("iris_softmax").train(out=out, progress=False, epochs=1, tensorboard=True)
    assert run.status == "completed" and list((out / "tensorboard").iterdir())
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "tensorboard").touch()
    with pytest.warns(UserWarning, match="The TensorBoard log ends"):
        run = netloom.preset("iris_softmax").train(out=broken, progress=False, epochs=1, tensorboard=True)
    assert run.status == "completed"


def test_threads_come_back_after_an_error() -> None:
    threads = torch.get_num_threads()
    with pytest.raises(ValueError, match="no"), torch_untouched():
        torch.set_num_threads(threads + 1)
        raise ValueError("no")
    assert torch.get_num_threads() == threads
