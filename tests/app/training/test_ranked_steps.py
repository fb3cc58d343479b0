"""Several ranks train one network as one process does: the same steps, figures and ends, in one run."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest
import torch

from app.protocol.events import Epoch, Event, Finished, Paused, Points, Resumed, Started
from app.training import checkpoints
from app.training.batches import Batch
from app.training.process_group import LOST, GroupRanks
from app.training.ranks import TogetherError
from app.training.runs import Run
from app.training.trainable import Model
from app.training.trainer import train
from app.training.training_session import TrainingSession, begin, resume
from graph.errors import NetloomError
from graph.network import Network
from graph.project import Project
from tests.app.training.projects import DIGITS, chain, cnn, project
from tests.app.training.rank_threads import in_ranks

CLOSE = 1e-6


def dense() -> Network:
    return chain(
        ("input1", "input", {"shape": {"kind": "image", "sizes": [1, 8, 8]}}),
        ("flatten1", "flatten", {}),
        ("dense1", "dense", {"units": 16}),
        ("relu1", "relu", {}),
        ("dense2", "dense", {"units": 10}),
        ("output1", "output", {}),
    )


def regression() -> Network:
    return chain(
        ("input1", "input", {"shape": {"kind": "vector", "sizes": [10]}}),
        ("dense1", "dense", {"units": 8}),
        ("tanh1", "tanh", {}),
        ("dense2", "dense", {"units": 1}),
        ("output1", "output", {}),
    )


DIABETES = {"source": "diabetes"}
CASES: dict[str, Callable[[], Project]] = {
    "dense layers": lambda: project(dense(), epochs=2, batch_size=50, clip=1.0, schedule="one_cycle"),
    "convolutions": lambda: project(
        cnn(), {**DIGITS, "augment": {"shift": 0.1, "mixup": 0.2}}, epochs=2, accumulate=2, ema=0.9
    ),
    "amounts": lambda: project(regression(), DIABETES, epochs=2, optimiser="sgd", batch_size=33),
}


def whole(session: TrainingSession) -> list[Event]:
    return list(train(session))


def of(kind: Any, events: list[Event]) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


def losses(events: list[Event]) -> np.ndarray:
    return np.concatenate([event.loss for event in of(Points, events)])


def kept(run: Path) -> dict[str, torch.Tensor]:
    """The weights of a checkpoint and what the optimiser remembers."""
    tensors, _ = checkpoints.load(run / "checkpoint.safetensors")
    return {name: tensor for name, tensor in tensors.items() if name.startswith(("weights/", "optimiser/", "average/"))}


def assert_close(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> None:
    assert one.keys() == other.keys()
    for name, tensor in one.items():
        torch.testing.assert_close(tensor, other[name], rtol=CLOSE, atol=CLOSE, msg=name)


def figures(events: list[Event]) -> list[float]:
    rows = [[*event.train.values(), *event.validation.values()] for event in of(Epoch, events)]
    return [value for row in [*rows, of(Finished, events)[-1].test.values()] for value in row]


@pytest.mark.parametrize(("case", "count"), [("dense layers", 2), ("convolutions", 3), ("amounts", 2)])
def test_ranks_learn_what_one_process_learns(tmp_path: Path, case: str, count: int) -> None:
    alone = whole(begin(CASES[case](), None, tmp_path / "alone"))

    def trained(ranks: GroupRanks) -> tuple[list[Event], list[torch.Tensor]]:
        session = begin(CASES[case](), None, tmp_path / "together", ranks=ranks)
        return whole(session), session.weights.copy()[0]

    found: list[Any] = in_ranks(count, trained)
    (events, tensors), *others = found
    assert losses(events) == pytest.approx(losses(alone), rel=1e-5, abs=CLOSE)
    assert figures(events) == pytest.approx(figures(alone), rel=1e-5, abs=CLOSE)
    assert_close(kept(tmp_path / "together"), kept(tmp_path / "alone"))
    for _, copy in others:  # not only close
        assert all(torch.equal(one, other) for one, other in zip(tensors, copy, strict=True))
    one_run_is_told(tmp_path / "together", events, count)


def one_run_is_told(run: Path, events: list[Event], count: int) -> None:
    """That a run says by how many it was trained, and has one beginning and one end."""
    assert Run.open(run).environment["processes"] == of(Started, events)[0].processes == count
    lines = [json.loads(line)["event"] for line in (run / "metrics.jsonl").read_text("utf-8").splitlines()]
    assert (lines.count("started"), lines.count("finished")) == (1, 1)


def test_one_process_alone_is_told_as_such(tmp_path: Path) -> None:
    session = begin(project(dense(), epochs=1), None, tmp_path / "run")
    assert next(train(session)).to_json()["processes"] == 1
    assert "processes" not in Run.open(tmp_path / "run").environment


def test_a_rank_without_a_sample_goes_along(tmp_path: Path) -> None:
    plan: dict[str, Any] = {"epochs": 1, "batch_size": 1}
    few = {"source": "digits", "split": {"train": 0.01, "validation": 0.01, "test": 0.98}}
    alone = whole(begin(project(dense(), few, **plan), None, tmp_path / "alone"))
    found: list[Any] = in_ranks(
        2, lambda ranks: whole(begin(project(dense(), few, **plan), None, tmp_path / "together", ranks=ranks))
    )
    assert figures(found[0]) == pytest.approx(figures(alone), rel=1e-5, abs=CLOSE)


# Wishes


@pytest.fixture(scope="module")
def straight(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Event], Path]:
    """A run of one process."""
    run = tmp_path_factory.mktemp("straight") / "run"
    return whole(begin(project(dense(), epochs=3), None, run)), run


def stopped(run: Path, at: int, rank: int) -> list[Any]:
    """What two ranks tell of a run in which one of them is told to stop within its second epoch."""

    def trained(ranks: GroupRanks) -> list[Event]:
        session = begin(project(dense(), epochs=3), None, run, ranks=ranks)
        own, taken = session.optimiser.step, 0

        def step(lr: float, skip: torch.Tensor | None = None) -> None:
            nonlocal taken
            taken += 1
            if taken == at and ranks.rank == rank:
                session.control.stop()
            own(lr, skip)

        session.optimiser.step = step  # type: ignore[method-assign]
        return whole(session)

    return in_ranks(2, trained)


@pytest.mark.parametrize("rank", [0, 1])
def test_a_stop_that_one_is_asked_for_ends_all_and_is_resumed_by_any_number(
    tmp_path: Path, straight: tuple[list[Event], Path], rank: int
) -> None:
    found = stopped(tmp_path / "run", 16, rank)
    one, other = ((end.status, end.step) for end in (of(Finished, events)[-1] for events in found))
    assert one == other in (("stopped", 16), ("stopped", 17))  # all are told with the next step, if not before
    events, reference = straight
    if rank == 0:
        again = whole(resume(tmp_path / "run"))
    else:
        [again, *_] = together_again(tmp_path / "run", 3)
    assert [*figures(found[0])[:4], *figures(again)] == pytest.approx(figures(events), rel=1e-5, abs=CLOSE)
    assert_close(kept(tmp_path / "run"), kept(reference))
    assert Run.open(tmp_path / "run").history().losses == pytest.approx(losses(events), rel=1e-5)


def together_again(run: Path, count: int) -> list[Any]:
    return in_ranks(count, lambda ranks: whole(resume(run, ranks=ranks)))


def test_two_ranks_go_on_from_where_one_process_stopped(tmp_path: Path, straight: tuple[list[Event], Path]) -> None:
    session = begin(project(dense(), epochs=3), None, tmp_path / "run", paused=True)
    for event in train(session):
        if isinstance(event, Paused):
            session.control.stop() if event.step == 5 else session.control.step()
    before: list[Any] = in_ranks(2, lambda ranks: resume(tmp_path / "run", ranks=ranks).processes_before)
    assert before == [1, 1]
    [again, *_] = together_again(tmp_path / "run", 2)
    assert figures(again) == pytest.approx(figures(straight[0]), rel=1e-5, abs=CLOSE)
    assert_close(kept(tmp_path / "run"), kept(straight[1]))


def test_all_wait_while_the_first_is_paused_and_take_its_single_steps(tmp_path: Path) -> None:
    def trained(ranks: GroupRanks) -> list[Event]:
        session = begin(project(dense(), epochs=1), None, tmp_path / "run", paused=ranks.first, ranks=ranks)
        found = []
        for event in train(session):
            found.append(event)
            if isinstance(event, Paused) and ranks.first:
                session.control.go() if event.step == 2 else session.control.step()
        return found

    found: list[Any] = in_ranks(2, trained)
    assert [[event.step for event in of(Paused, events)] for events in found] == [[0, 1, 2]] * 2
    assert [event.step for event in of(Resumed, found[0])] == [2]
    assert [of(Finished, events)[-1].status for events in found] == ["completed"] * 2


# Ends that were not wished for


def in_one_rank(monkeypatch: pytest.MonkeyPatch, at: int, work: Callable[[torch.Tensor], torch.Tensor]) -> None:
    """Have ``work`` done to the loss of the second rank alone, at its step number ``at``."""
    own, taken = Model.loss, 0

    def loss(model: Model, batch: Batch) -> Any:
        nonlocal taken
        value, outputs = own(model, batch)
        if model.module.training and hasattr(model.module, "second"):
            taken += 1
            value = work(value) if taken == at else value
        return value, outputs

    monkeypatch.setattr(Model, "loss", loss)


def marked(run: Path, ranks: GroupRanks) -> TrainingSession:
    session = begin(project(cnn(), epochs=2), None, run, ranks=ranks)
    if not ranks.first:
        session.model.module.second = True  # type: ignore[assignment]
    return session


def test_a_loss_that_is_no_number_in_one_ends_all_with_the_last_good_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_one_rank(monkeypatch, 8, lambda loss: loss * float("nan"))

    def trained(ranks: GroupRanks) -> tuple[Any, list[torch.Tensor]]:
        session = marked(tmp_path / "run", ranks)
        return of(Finished, whole(session))[-1], session.weights.copy()[0]

    (first, one), (second, other) = in_ranks(2, trained)  # type: ignore[misc]
    assert (first.status, first.step) == (second.status, second.step) == ("failed", 7)
    assert "no longer a number at step 8" in first.reason
    assert all(torch.equal(mine, its) and torch.isfinite(mine).all() for mine, its in zip(one, other, strict=True))


def test_memory_that_runs_out_in_one_is_told_by_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: torch.Tensor) -> NoReturn:
        raise MemoryError

    in_one_rank(monkeypatch, 5, full)
    found: list[Any] = in_ranks(2, lambda ranks: of(Finished, whole(marked(tmp_path / "run", ranks)))[-1])
    assert [(end.status, end.step) for end in found] == [("failed", 4)] * 2
    assert "not enough memory for batches of 32" in found[0].reason


def test_a_rank_that_is_gone_ends_the_other_which_says_so_and_leaves_a_run_to_resume(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(_: torch.Tensor) -> NoReturn:
        raise KeyboardInterrupt

    in_one_rank(monkeypatch, 5, gone)
    first, second = in_ranks(2, lambda ranks: whole(marked(tmp_path / "run", ranks)))
    assert isinstance(second, KeyboardInterrupt)
    assert isinstance(first, list)
    end = of(Finished, first)[-1]
    assert (end.status, end.reason) == ("failed", LOST)
    monkeypatch.undo()
    assert of(Finished, whole(resume(tmp_path / "run")))[-1].status == "completed"


def test_what_fails_in_one_fails_in_all_and_the_first_tells_it(tmp_path: Path) -> None:
    whole(begin(project(dense(), epochs=1), None, tmp_path / "run"))
    there = in_ranks(2, lambda ranks: begin(project(dense()), None, tmp_path / "run", ranks=ranks))
    assert [type(error) for error in there] == [NetloomError, TogetherError]
    assert all("already holds a run" in str(error) for error in there)

    def second(ranks: GroupRanks) -> None:
        if not ranks.first:
            raise NetloomError("The data are not here.")

    assert [str(error) for error in in_ranks(2, lambda ranks: ranks.together(lambda: second(ranks)))] == [
        "The data are not here."
    ] * 2
