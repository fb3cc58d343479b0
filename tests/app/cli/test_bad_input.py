"""What is broken, missing or foreign: one sentence, exit code 1, nothing on stdout, nothing left behind."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from app.project.presets import preset
from graph.project import LARGEST, VERSION, Project, write_project
from tests.app.cli.calling import Caller

Damage = Callable[[Path], object]


def rewritten(path: Path, edit: Callable[[dict[str, object]], object]) -> None:
    """Change a project's JSON."""
    value = json.loads(path.read_text("utf-8"))
    edit(value)
    path.write_text(json.dumps(value), "utf-8")


def cycle(project: dict[str, object]) -> None:
    project["network"] = {
        "layers": [{"id": "a", "kind": "relu"}, {"id": "b", "kind": "relu"}],
        "connections": ["a.out -> b.in", "b.out -> a.in"],
    }


def oversized(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(LARGEST + 1)


PROJECTS: dict[str, tuple[Damage, str]] = {
    "missing": (lambda path: path.unlink(), "cannot be opened"),
    "empty": (lambda path: path.write_bytes(b""), "line 1"),
    "truncated": (lambda path: path.write_bytes(path.read_bytes()[:-200]), "cut short"),
    "foreign": (lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\n\xff\xfe"), "not text"),
    "other JSON": (lambda path: path.write_text('{"cells": []}'), "lacks the key"),
    "list": (lambda path: path.write_text("[]"), "not a Netloom project"),
    "deep": (lambda path: path.write_text("[" * 100_000), "nested too deeply"),
    "cyclic": (lambda path: rewritten(path, cycle), "circle|cycle|loop"),
    "oversized": (oversized, "larger than"),
    "newer": (lambda path: rewritten(path, lambda project: project.update(netloom=VERSION + 1)), "newer Netloom"),
    "unknown kind": (
        lambda path: rewritten(
            path, lambda project: project.update(network={"layers": [{"id": "a", "kind": "os.system"}]})
        ),
        "no layer of kind",
    ),
    "twice": (lambda path: path.write_text('{"netloom": 1, "netloom": 1}'), "stands twice"),
    "a folder": (lambda path: (path.unlink(), path.mkdir()), "cannot be opened"),
}


@pytest.mark.parametrize("name", PROJECTS)
def test_a_project_that_cannot_be_read(call: Caller, tmp_path: Path, name: str) -> None:
    damage, reason = PROJECTS[name]
    file = tmp_path / "net.netloom"
    call("new", file, "--preset", "iris_mlp")
    damage(file)
    for verb in (("check", file), ("train", file, "--out", tmp_path / "run")):
        message = call.refused(*verb, "--json")
        assert any(part in message for part in reason.split("|")), message
    assert not (tmp_path / "run").exists()


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that tests copy before they damage it."""
    from app.project.presets import preset
    from app.training.trainer import train
    from app.training.training_session import begin

    path = tmp_path_factory.mktemp("trained") / "run"
    list(train(begin(preset("iris_softmax").project, None, path)))
    return path


def altered(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(bytes(content))


RUNS: dict[str, tuple[str, Damage]] = {
    "no project": ("project.netloom", lambda path: path.unlink()),
    "no environment": ("environment.json", lambda path: path.unlink()),
    "no log": ("metrics.jsonl", lambda path: path.unlink()),
    "no weights": ("weights.safetensors", lambda path: path.unlink()),
    "project altered": ("project.netloom", lambda path: path.write_text(path.read_text("utf-8") + " ", "utf-8")),
    "environment broken": ("environment.json", lambda path: path.write_text("{", "utf-8")),
    "weights altered": ("weights.safetensors", altered),
    "weights cut off": ("weights.safetensors", lambda path: path.write_bytes(path.read_bytes()[:100])),
    "weights empty": ("weights.safetensors", lambda path: path.write_bytes(b"")),
    "weights with a giant header": (
        "weights.safetensors",
        lambda path: path.write_bytes((2**62).to_bytes(8, "little") + b"{}"),
    ),
}


@pytest.mark.parametrize("name", RUNS)
def test_a_run_with_missing_or_altered_parts(call: Caller, tmp_path: Path, trained: Path, name: str) -> None:
    part, damage = RUNS[name]
    run = tmp_path / "run"
    shutil.copytree(trained, run)
    damage(run / part)
    verbs = (
        ("evaluate", run),
        ("predict", run, "1,2,3,4"),
        ("export", run, "--to", "safetensors", "-o", tmp_path / "w"),
    )
    for verb in verbs:
        assert str(run) in call.refused(*verb, "--json")
    assert not (tmp_path / "w").exists()


def test_a_checkpoint_that_is_gone_or_altered(call: Caller, tmp_path: Path, trained: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(trained, run)
    altered(run / "checkpoint.safetensors")
    assert "altered" in call.refused("resume", run, "--epochs", 99)
    (run / "checkpoint.safetensors").unlink()
    assert "missing" in call.refused("resume", run, "--epochs", 99)


def test_a_broken_run_is_listed_with_its_problem(call: Caller, tmp_path: Path, trained: Path) -> None:
    shutil.copytree(trained, tmp_path / "runs" / "good")
    shutil.copytree(trained, tmp_path / "runs" / "bad")
    (tmp_path / "runs" / "bad" / "environment.json").unlink()
    listed = {Path(one["run"]).name: one for one in call("runs", tmp_path / "runs", "--json").json}
    assert (listed["good"]["problem"], listed["bad"]["status"]) == (None, "broken")
    assert "environment.json" in listed["bad"]["problem"]


def test_what_is_no_run(call: Caller, tmp_path: Path) -> None:
    assert "not a run" in call.refused("evaluate", tmp_path / "gone")
    assert "incomplete" in call.refused("resume", tmp_path)
    assert "no such folder" in call.refused("runs", tmp_path / "gone")


def test_a_device_that_is_not_there(call: Caller, tmp_path: Path) -> None:
    for device in ("cuda:99", "tpu"):
        assert device in call.refused("train", "preset:iris_mlp", "--device", device, "--out", tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_project_for_a_device_that_is_not_there_passes_the_check_and_is_refused_by_training(
    call: Caller, tmp_path: Path
) -> None:
    file, project = tmp_path / "graphics.netloom", preset("iris_mlp").project
    write_project(file, Project(project.network, {**project.sections, "plan": {"device": "cuda:99"}}))
    checked = call("check", file, "--json")
    report = checked.json
    assert (checked.code, report["ok"]) == (0, True)
    (problem,) = [each for each in report["problems"] if "cuda:99" in each["message"]]
    assert (problem["severity"], problem["fixes"]) == ("warning", ["Train on what there is"])
    told = call("check", file).out
    assert "warning: The device “cuda:99” is not there" in " ".join(told.split())
    assert told.rstrip().endswith("The network can be trained.")
    for verb in ("train", "sweep"):
        reason = call.refused(verb, file, "--out", tmp_path / verb)
        assert "The device “cuda:99” is not there: torch finds cpu" in reason
        assert reason.endswith("(on the command line by --device).")
        assert not (tmp_path / verb).exists()


def test_a_network_that_cannot_be_trained(call: Caller, tmp_path: Path) -> None:
    call("new", tmp_path / "empty.netloom")
    assert call.refused("train", tmp_path / "empty.netloom", "--out", tmp_path / "run", "--json")
    assert not (tmp_path / "run").exists()


def test_a_run_is_never_written_over(call: Caller, trained: Path) -> None:
    before = (trained / "project.netloom").read_bytes()
    assert "already holds a run" in call.refused("train", "preset:iris_mlp", "--out", trained)
    assert (trained / "project.netloom").read_bytes() == before


def test_a_place_that_cannot_be_written(call: Caller, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "file" in call.refused("train", "preset:iris_mlp", "--epochs", 1, "--out", tmp_path / "file" / "run")
    assert "gone" in call.refused("new", tmp_path / "gone" / "a.netloom")
    assert "gone" in call.refused("export", "preset:iris_mlp", "--to", "code", "-o", tmp_path / "gone" / "a.py")
