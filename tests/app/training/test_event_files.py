"""TensorBoard event files, read by TensorBoard's own reader: live, resumed, cut short, on a full disk."""

from __future__ import annotations

import contextlib
import os
import platform
import shutil
from pathlib import Path

import pytest

from app.protocol.events import Epoch, Event, Finished, Paused, TrainingNote
from app.training.event_files import EVENTS, PREFIX, EventLog, scalars_of
from app.training.runs import Run
from app.training.trainer import train
from app.training.training_session import TrainingSession, begin, resume
from tests.app.training.projects import project
from tests.event_reader import Curves, curves, curves_in, reader

EPOCHS = 3


def logged(session: TrainingSession) -> TrainingSession:
    session.tensorboard = True
    return session


def stopped(session: TrainingSession, step: int) -> list[Event]:
    """The events of a training that is stopped after so many steps."""
    events = []
    for event in train(session):
        events.append(event)
        if isinstance(event, Paused):
            session.control.stop() if event.step == step else session.control.step()
    return events


def told_by_log(run: Path) -> Curves:
    """The same curves as the log has them."""
    history = Run.open(run).history()
    told: Curves = {"loss/batch": list(zip(history.steps.tolist(), history.losses.tolist(), strict=True))}
    for epoch in history.epochs:
        values = {f"{name}/{part}": value for part in ("train", "validation") for name, value in epoch[part].items()}
        for tag, value in {**values, "learning_rate": epoch["learning_rate"], "epoch": epoch["epoch"]}.items():
            told.setdefault(tag, []).append((epoch["step"], value))
    return told


def assert_same(found: Curves, told: Curves) -> None:
    assert found.keys() == told.keys()
    for tag, pairs in told.items():
        assert [step for step, _ in found[tag]] == [step for step, _ in pairs], tag
        assert [value for _, value in found[tag]] == pytest.approx([value for _, value in pairs], rel=1e-6), tag


def fill_the_disk_of(folder: Path) -> None:
    """Whatever is written to the files of a folder that this process has open finds no room from now on."""
    full = os.open("/dev/full", os.O_WRONLY)
    for opened in list(Path("/proc/self/fd").iterdir()):
        if opened.exists() and opened.resolve().parent == folder:
            os.dup2(full, int(opened.name))
    os.close(full)


@pytest.fixture(scope="module")
def straight(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with event files that was never stopped."""
    run = tmp_path_factory.mktemp("runs") / "straight"
    list(train(logged(begin(project(epochs=EPOCHS), None, run))))
    return run


def test_event_files_tell_what_the_log_tells(straight: Path) -> None:
    found = curves_in(straight / EVENTS)
    assert_same(found, told_by_log(straight))
    assert {"loss/batch", "loss/train", "loss/validation", "accuracy/train", "learning_rate"} <= found.keys()
    assert [step for step, _ in found["loss/batch"]] == list(range(1, len(found["loss/batch"]) + 1))
    assert [value for _, value in found["epoch"]] == [1, 2, 3]


def test_nothing_of_the_machine_is_in_them(straight: Path) -> None:
    [file] = (straight / EVENTS).iterdir()
    assert file.name.startswith(PREFIX)
    host = platform.node() or "localhost"
    assert host not in file.name and host.encode() not in file.read_bytes()
    assert str(straight).encode() not in file.read_bytes()


def test_a_reader_beside_a_training_follows_it(tmp_path: Path) -> None:
    beside = reader(tmp_path / "run" / EVENTS)
    for event in train(logged(begin(project(epochs=2), None, tmp_path / "run"))):
        if isinstance(event, Epoch):
            beside.Reload()
            found = curves(beside)
            assert found["loss/train"][-1] == (event.step, pytest.approx(event.train["loss"]))
            assert found["loss/batch"][-1][0] == event.step


@pytest.mark.parametrize("step", [1, 5])
def test_a_run_that_is_resumed_has_no_holes_and_no_doubled_steps(tmp_path: Path, straight: Path, step: int) -> None:
    stopped(logged(begin(project(epochs=EPOCHS), None, tmp_path / "run", paused=True)), step)
    list(train(resume(tmp_path / "run")))  # which needs not be told again
    assert len(list((tmp_path / "run" / EVENTS).iterdir())) == 2
    found = reader(tmp_path / "run" / EVENTS)
    found.Reload()
    assert_same(curves(found), curves_in(straight / EVENTS))
    times = [each.wall_time for each in found.Scalars("loss/batch")]
    assert times == sorted(times), "what was there already is not written again, as of another time"


def test_an_epoch_whose_metrics_were_lost_has_them_once_the_run_goes_on(tmp_path: Path, straight: Path) -> None:
    """A disk may fill up between the loss of a batch and the metrics of the epoch that it ends."""
    shutil.copytree(straight, tmp_path / "run")
    [file] = (tmp_path / "run" / EVENTS).iterdir()
    file.write_bytes(file.read_bytes()[:-7])
    assert len(curves_in(file)["loss/train"]) == EPOCHS - 1
    EventLog(Run.open(tmp_path / "run"), len(told_by_log(straight)["loss/batch"])).close()
    assert_same(curves_in(tmp_path / "run" / EVENTS), curves_in(straight / EVENTS))


def test_a_killed_training_leaves_files_that_can_be_read_and_gone_on_with(tmp_path: Path, straight: Path) -> None:
    """What was written after the last checkpoint, the last message by half, counts no more once the run goes on."""
    with contextlib.closing(train(logged(begin(project(epochs=EPOCHS), None, tmp_path / "run")))) as events:
        while not isinstance(next(events), Epoch):
            pass
        killed = tmp_path / "killed"
        shutil.copytree(tmp_path / "run", killed)
    (killed / "run.lock").unlink()
    [file] = (killed / EVENTS).iterdir()
    file.write_bytes(file.read_bytes()[:-7])
    before = curves_in(killed / EVENTS)
    assert before["loss/batch"] == curves_in(straight / EVENTS)["loss/batch"][: len(before["loss/batch"])]
    list(train(resume(killed)))
    assert_same(curves_in(killed / EVENTS), curves_in(straight / EVENTS))


def test_a_run_without_event_files_has_none_until_they_are_wanted(tmp_path: Path, straight: Path) -> None:
    stopped(begin(project(epochs=EPOCHS), None, tmp_path / "run", paused=True), 5)
    assert not (tmp_path / "run" / EVENTS).exists()
    list(train(logged(resume(tmp_path / "run"))))
    assert_same(curves_in(tmp_path / "run" / EVENTS), curves_in(straight / EVENTS))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk that is always full is Linux's")
def test_a_full_disk_ends_the_event_files_and_not_the_training(tmp_path: Path, straight: Path) -> None:
    run = tmp_path / "run"
    events: list[Event] = []
    for event in train(logged(begin(project(epochs=2), None, run))):
        if not events:
            fill_the_disk_of(run / EVENTS)
        events.append(event)
    [note] = [event for event in events if isinstance(event, TrainingNote)]
    assert note.text.startswith("The TensorBoard log ends after step 0: no space left on device. Training goes on")
    assert isinstance(events[-1], Finished) and events[-1].status == "completed"
    list(train(resume(run, EPOCHS)))
    assert_same(curves_in(run / EVENTS), curves_in(straight / EVENTS))


def test_event_files_that_cannot_be_begun_are_told_once(tmp_path: Path) -> None:
    session = logged(begin(project(epochs=1), None, tmp_path / "run"))
    (tmp_path / "run" / EVENTS).write_bytes(b"a file where the folder would be")
    events = list(train(session))
    assert [type(event) for event in events].count(TrainingNote) == 1
    assert isinstance(events[-1], Finished) and events[-1].status == "completed"


def test_files_that_cannot_be_understood_are_begun_anew(tmp_path: Path, straight: Path) -> None:
    shutil.copytree(straight, tmp_path / "run")
    [file] = (tmp_path / "run" / EVENTS).iterdir()
    file.write_bytes(b"\x08\0\0\0\0\0\0\0" + 100 * b"\xff")
    step = len(told_by_log(straight)["loss/batch"])
    begun = EventLog(Run.open(tmp_path / "run"), step)
    assert not begun.fault
    begun.close()
    file.unlink()
    assert_same(curves_in(tmp_path / "run" / EVENTS), curves_in(straight / EVENTS))


def test_a_new_file_is_sorted_behind_the_others_whatever_the_clock_says(tmp_path: Path, straight: Path) -> None:
    shutil.copytree(straight, tmp_path / "run")
    [file] = (tmp_path / "run" / EVENTS).iterdir()
    later = file.rename(file.with_name(f"{PREFIX}99999999999.0000"))
    EventLog(Run.open(tmp_path / "run"), 3).close()
    names = sorted(path.name for path in (tmp_path / "run" / EVENTS).iterdir())
    assert names == [later.name, f"{PREFIX}99999999999.0001"]
    assert [step for step, _ in curves_in(tmp_path / "run" / EVENTS)["loss/batch"]] == [1, 2, 3]


def test_losses_that_a_step_did_not_take_are_left_out() -> None:
    line = {"event": "points", "step": [4, 5], "loss": [0.5, 0.25], "generator_loss": [None, 2.0]}
    first, second = scalars_of(line, 1.0)
    assert (first.step, first.values) == (4, {"loss/batch": 0.5})
    assert (second.step, second.values) == (5, {"loss/batch": 0.25, "generator_loss/batch": 2.0})
    assert list(scalars_of({"event": "finished", "status": "completed", "test": {"loss": 1.0}}, 1.0)) == []
