"""Training in several processes by command line: they make one run, speak with one voice, and end together."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import torch

from app.cli.many_processes import other_number, ranks_here, without_option
from app.cli.training_progress import Display
from app.protocol.events import Started
from app.system.own_command import netloom_command
from app.training import checkpoints
from app.training.ranks import ALONE, are_several, follows
from app.training.runs import CHECKPOINT, Run
from app.training.trainer import train
from app.training.training_session import begin
from graph.project import write_project
from tests.app.cli.calling import Caller
from tests.app.training.projects import project

PATIENCE = 300
TORCHRUN = (sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2")


def free_port() -> int:
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        port: int = opened.getsockname()[1]
        return port


def started(count: int, *arguments: object) -> list[subprocess.Popen[str]]:
    """The processes as ``torchrun`` starts them."""
    told = {"WORLD_SIZE": count, "LOCAL_WORLD_SIZE": count, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": free_port()}
    return [
        subprocess.Popen(
            [*netloom_command(), *map(str, arguments)],
            env={
                **os.environ,
                **{name: str(value) for name, value in told.items()},
                "RANK": str(rank),
                "LOCAL_RANK": str(rank),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in range(count)
    ]


def ended(processes: list[subprocess.Popen[str]]) -> list[tuple[int, str, str]]:
    """Exit code, stdout and stderr of each."""
    said = [process.communicate(timeout=PATIENCE) for process in processes]
    return [(process.returncode, out, err) for process, (out, err) in zip(processes, said, strict=True)]


def events(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def weights(run: Path) -> dict[str, torch.Tensor]:
    tensors, _ = checkpoints.load(run / CHECKPOINT)
    return {name: tensor for name, tensor in tensors.items() if name.startswith(("weights/", "optimiser/"))}


def test_a_process_that_is_killed_ends_the_others_with_a_sentence_and_leaves_a_run_to_resume(
    call: Caller, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    first, second = started(2, "train", "preset:digits_mlp", "--epochs", 100_000, "--out", run, "--json")
    assert first.stdout is not None
    assert [json.loads(first.stdout.readline())["event"] for _ in range(2)] == ["started", "epoch"]
    second.kill()
    (code, out, err), (killed, *silence) = ended([first, second])
    assert (killed, silence) == (-signal.SIGKILL, ["", ""])
    last = events(out)[-1]
    assert (code, last["event"], last["status"]) == (1, "finished", "failed")
    assert err == f"{last['reason']}\n" and "process of this training has ended" in err
    assert [folder.name for folder in tmp_path.iterdir() if folder.is_dir()] == ["run"]
    _, state = checkpoints.load(run / CHECKPOINT)
    again = call("resume", run, "--epochs", state["position"]["epochs"] + 1, "--json")
    assert (again.code, again.err) == (0, "")
    assert (again.lines[0]["processes"], again.lines[-1]["status"]) == (1, "completed")


def test_a_mistake_is_told_once(tmp_path: Path) -> None:
    found = ended(started(2, "train", tmp_path / "nothing.netloom", "--json"))
    assert [code for code, _, _ in found] == [1, 1]
    assert [(out, err.count("\n")) for _, out, err in found] == [("", 1), ("", 0)]


def test_the_verb_is_called_without_the_number_of_processes() -> None:
    kept = ["train", "a.netloom", "--epochs", "2", "--json"]
    assert without_option([*kept[:2], "--processes", "2", *kept[2:]]) == kept
    assert without_option([*kept, "--processes=12"]) == kept


def test_torchrun_is_not_started_within_torchrun(call: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RANK", "MASTER_ADDR", "MASTER_PORT"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert "has started several processes already" in call.refused("train", "preset:iris_mlp", "--processes", 2)


def test_one_process_is_alone_whatever_a_cluster_says(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"WORLD_SIZE": "2", "RANK": "1"}.items():
        monkeypatch.setenv(name, value)
    assert not are_several() and not follows()  # there is nobody to meet
    with ranks_here() as ranks:
        assert ranks is ALONE
    monkeypatch.setenv("NETLOOM_MEETING", "there")
    assert are_several() and follows()


def test_people_read_how_many_processes_train(capsys: pytest.CaptureFixture[str]) -> None:
    with Display() as display:
        display.show(Started("run", 5, 1, 0, 10, 42, "cpu", ("loss",), "validation", processes=2))
    assert "42 parameters on cpu in 2 processes, 5 epochs, in run" in capsys.readouterr().out


def test_seeds_and_folds_are_not_trained_in_several_processes(call: Caller) -> None:
    found = call("train", "preset:iris_mlp", "--seeds", 2, "--processes", 2)
    assert found.code == 2 and "leave out --processes" in found.err


def test_another_number_of_processes_is_told() -> None:
    assert other_number(1, 2).startswith("1 process trained this run until now, 2 from here on")
    assert "by dropout, is drawn anew" in other_number(3, 1)


# Whole programs, each of which loads PyTorch


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A project with batch normalisation and dropout."""
    write_project(tmp_path / "p.netloom", project(epochs=4, learning_rate=0.01))
    return tmp_path / "p.netloom"


def several(count: int, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [*netloom_command(), *map(str, arguments), "--processes", str(count), "--json"]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)


@pytest.mark.slow
def test_the_option_does_what_torchrun_does(call: Caller, tmp_path: Path) -> None:
    arguments = ("train", "preset:digits_mlp", "--epochs", 2, "--out")
    alone = call(*arguments, tmp_path / "alone", "--json").lines
    done = several(2, *arguments, tmp_path / "two")
    assert (done.returncode, done.stderr) == (0, "")
    lines = events(done.stdout)
    assert [line["event"] for line in lines] == ["started", "epoch", "epoch", "finished"]
    assert (lines[0]["processes"], Run.open(tmp_path / "two").environment["processes"]) == (2, 2)
    for mine, other in zip(alone[1:3], lines[1:3], strict=True):
        assert other["train"] == pytest.approx(mine["train"], rel=1e-5)
        assert other["validation"] == pytest.approx(mine["validation"], rel=1e-5)
    for name, tensor in weights(tmp_path / "alone").items():
        torch.testing.assert_close(weights(tmp_path / "two")[name], tensor, rtol=1e-6, atol=1e-6)
    command = [*TORCHRUN, netloom_command()[1], *map(str, arguments), str(tmp_path / "torchrun")]
    subprocess.run(command, capture_output=True, check=True)
    for name, tensor in weights(tmp_path / "two").items():
        assert torch.equal(weights(tmp_path / "torchrun")[name], tensor), name


@pytest.mark.slow
def test_two_processes_go_on_exactly_where_dropout_draws_in_each(file: Path, tmp_path: Path) -> None:
    assert several(2, "train", file, "--out", tmp_path / "straight").returncode == 0
    assert several(2, "train", file, "--epochs", 2, "--out", tmp_path / "parts").returncode == 0
    tensors, state = checkpoints.load(tmp_path / "parts" / CHECKPOINT)
    assert state["processes"] == 2 and not torch.equal(tensors["random/cpu"], tensors["ranks/1/random/cpu"])
    assert several(2, "resume", tmp_path / "parts", "--epochs", 4).returncode == 0
    one, other = weights(tmp_path / "straight"), weights(tmp_path / "parts")
    assert all(torch.equal(tensor, other[name]) for name, tensor in one.items())


@pytest.mark.slow
def test_networks_with_dropout_learn_as_well_in_two_processes(file: Path, tmp_path: Path) -> None:
    alone, together = [], []
    for seed in range(5):
        session = begin(project(epochs=8, learning_rate=0.01, seed=seed), None, tmp_path / f"alone{seed}")
        alone.append(list(train(session))[-1].test["accuracy"])  # type: ignore[attr-defined]
        done = several(2, "train", file, "--epochs", 8, "--seed", seed, "--out", tmp_path / f"two{seed}")
        together.append(events(done.stdout)[-1]["test"]["accuracy"])
    assert sum(together) / 5 == pytest.approx(sum(alone) / 5, abs=0.05)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_stops_all_of_them_to_be_resumed_by_three(call: Caller, tmp_path: Path, number: int) -> None:
    run = tmp_path / "run"
    command = [*netloom_command(), "train", "preset:digits_mlp", "--epochs", "100000", "--out", str(run), "--json"]
    pipe = subprocess.PIPE
    process = subprocess.Popen([*command, "--processes", "2"], stdout=pipe, stderr=pipe, text=True)
    assert process.stdout is not None
    assert [json.loads(process.stdout.readline())["event"] for _ in range(2)] == ["started", "epoch"]
    process.send_signal(number)
    [(code, out, err)] = ended([process])
    last = events(out)[-1]
    assert (code, err, last["event"], last["status"]) == (0, "", "finished", "stopped")
    done = several(3, "resume", run, "--epochs", last["epoch"] + 1)
    assert (done.returncode, done.stderr) == (0, "")
    assert [line["event"] for line in events(done.stdout)] == ["started", "epoch", "finished"]
    assert events(done.stdout)[0]["processes"] == 3


@pytest.mark.slow
def test_torchrun_starts_them_again_from_the_checkpoint(tmp_path: Path) -> None:
    run = tmp_path / "run"
    arguments = ["train", "preset:digits_mlp", "--epochs", "60", "--out", str(run)]
    command = [*TORCHRUN, "--max-restarts", "1", netloom_command()[1], *arguments]
    pipe = subprocess.PIPE
    process = subprocess.Popen([*command, "--json"], stdout=pipe, stderr=pipe, text=True)
    assert process.stdout is not None
    assert [json.loads(process.stdout.readline())["event"] for _ in range(2)] == ["started", "epoch"]
    listed = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(process.pid)], capture_output=True, text=True, check=True
    )
    os.kill(int(listed.stdout.split()[-1]), signal.SIGKILL)
    [(code, out, _)] = ended([process])
    lines = events(out)
    assert (code, lines[-1]["status"], lines[-1]["epoch"]) == (0, "completed", 60)
    assert [line["event"] for line in lines].count("started") == 1  # beside the one that was read


@pytest.mark.slow
def test_the_second_process_tells_where_the_first_is_killed(tmp_path: Path) -> None:
    first, second = started(2, "train", "preset:digits_mlp", "--epochs", 100_000, "--out", tmp_path / "run", "--json")
    assert first.stdout is not None
    assert json.loads(first.stdout.readline())["event"] == "started"
    time.sleep(1)
    first.kill()
    code, out, err = ended([second])[0]
    first.communicate()
    assert (code, out, err.count("\n")) == (1, "", 1) and "has ended" in err
