"""Files that version 0.1.0 wrote in November 2026 still open, resume and predict; README.md here says what they are."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import main
from app.lessons.course import Course
from app.lessons.lesson_files import kept_progress
from app.lessons.schema import read_lesson
from app.project import block_library as library
from app.project.recovery import unsaved
from graph.checking.check import Checker
from graph.document import Document
from graph.project import read_project
from graph.shapes import sequence, vector
from graph.structure.blocks import Block, Loop
from widgets.shell.preferences import PREFERENCES, Memory, Preferences

OLD = Path(__file__).resolve().parent
PROJECTS = OLD / "projects"
RUNS = OLD / "runs"
KNOWN: dict[str, Any] = json.loads((RUNS / "known.json").read_text("utf-8"))
"""What the program said of each run when it was frozen."""
TRAINED = [name for name in KNOWN if "predicted" in KNOWN[name]]
STOPPED = {
    "stopped_best": (8, 2, 4),
    "stopped_classification": (10, 1, 3),
    "stopped_everything": (4, 1, 3),
    "stopped_gan": (5, 1, 3),
}
"""Runs that were stopped within an epoch: steps and whole epochs done, and epochs in all."""
EARLIER = {"earlier_fruit_weight": "fruit_weight", "earlier_picture_folder": "picture_folder"}
"""Runs without the number of their fingerprint, and the run whose weights they hold."""

PARAMETERS = {
    "array_file": 7635,
    "classification": 131,
    "ctc": 1121,
    "earlier/digits_bilstm": 11402,
    "earlier/iris_mlp": 131,
    "earlier/multi_column_apart": 11454,
    "earlier/recurrent_cnn": 672202,
    "earlier/residual_cnn": 14362,
    "everything": 2122,
    "fruit_classes": 162,
    "fruit_weight": 177,
    "gan": 495,
    "lean": 4513,
    "load_forecast": 4513,
    "picture_folder": 8898,
    "reconstruction": 699,
    "regression": 193,
    "teacher_forcing": 2138,
}

Call = Callable[..., list[Any]]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    """Calls a verb that succeeds: the JSON values on its lines."""

    def called(*arguments: object) -> list[Any]:
        capsys.readouterr()
        code = main.main([*map(str, arguments), "--json"])
        out, err = capsys.readouterr()
        assert (code, err) == (0, "")
        return [json.loads(line) for line in out.splitlines()]

    return called


def settled(source: Path, target: Path) -> Path:
    """A copy in which the folder of the projects is where it is on this machine."""
    shutil.copytree(source, target)
    place = json.dumps(str(PROJECTS)).strip('"')
    for file in target.rglob("*.json"):
        file.write_text(file.read_text("utf-8").replace("@projects", place), "utf-8")
    return target


def inputs(given: str) -> str:
    return str(OLD / given) if given.startswith("inputs/") else given


def assert_alike(found: Any, known: Any, tolerance: float) -> None:
    """The same JSON values, numbers up to ``tolerance``."""
    if isinstance(known, dict):
        assert known.keys() <= found.keys()
        for name in known:
            assert_alike(found[name], known[name], tolerance)
    elif isinstance(known, list):
        assert len(found) == len(known)
        for one, other in zip(found, known, strict=True):
            assert_alike(one, other, tolerance)
    elif isinstance(known, float):
        assert found == pytest.approx(known, rel=tolerance, abs=tolerance)
    else:
        assert found == known


def assert_resumed(lines: list[Any], known: Any) -> None:
    """The same epochs with the same losses; other processors add up a little differently."""
    epochs = [line for line in lines if line["event"] == "epoch"]
    assert [(one["epoch"], one["step"]) for one in epochs] == [(one["epoch"], one["step"]) for one in known["epochs"]]
    for one, other in zip(epochs, known["epochs"], strict=True):
        for part in ("train", "validation"):
            assert_alike(one[part], other[part], 0.02)
            assert one[part]["loss"] == pytest.approx(other[part]["loss"], rel=1e-3)
    assert (lines[-1]["event"], lines[-1]["status"]) == ("finished", "completed")
    assert lines[-1]["test"]["loss"] == pytest.approx(known["test"]["loss"], rel=1e-3)


# Projects


def test_every_project_is_counted() -> None:
    files = {path.relative_to(PROJECTS).with_suffix("").as_posix() for path in PROJECTS.rglob("*.netloom")}
    assert files == {*PARAMETERS, "empty"}


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_project_opens_and_is_the_same_network(call: Call, name: str) -> None:
    [report] = call("check", PROJECTS / f"{name}.netloom")
    assert (report["ok"], report["parameters"], report["problems"]) == (True, PARAMETERS[name], [])


def test_an_empty_project_opens() -> None:
    project = read_project(PROJECTS / "empty.netloom")
    assert (len(project.network), project.sections) == (0, {})


def test_everything_in_a_project_is_read() -> None:
    project = read_project(PROJECTS / "everything.netloom")
    network, sections = project.network, project.sections
    assert list(sections) == ["about", "data", "plan", "start", "sweep", "notes", "hints"]
    assert json.loads((PROJECTS / "everything.netloom").read_text("utf-8"))["notes"] == sections["notes"]
    assert "“signs”: ä × → 你" in str(sections["notes"])
    assert [node.id for node in network if node.muted] == ["drop1"]
    assert {node.id for node in network if node.vertical} == {"relu1", "add1"}
    assert {node.id: node.tied for node in network if node.tied} == {"dense2": "dense1"}
    kinds = {node.layer.kind for node in network}
    assert kinds >= {"every_frame", "loop", "block", "gru", "lstm", "rnn", "attention"}
    assert {annotation.kind.value: annotation.area for annotation in network.annotations.values()} == {
        "note": (0.0, -120.0, 260.5, 80.0),
        "frame": (200.0, -40.0, 1300.0, 200.0),
    }
    again, anew = network.layer("again"), network.layer("anew")
    assert isinstance(again, Block)
    assert isinstance(anew, Block)
    assert [(one.repeat, one.shared) for one in (again, anew)] == [(3, True), (2, False)]
    assert [(setting.name, value) for setting, value in again.exposed_settings()] == [("dense1.units", 8)]


def test_a_search_that_a_project_asks_for_is_read(call: Call) -> None:
    [space] = call("sweep", PROJECTS / "everything.netloom", "--show")
    assert_alike(space, {"metric": "accuracy", "prune": False, "seed": 1}, 0)
    assert list(space["settings"]) == ["plan.learning_rate", "dense1.units"]


def test_weights_to_start_from_are_taken_and_frozen_ones_stay(call: Call, tmp_path: Path) -> None:
    from safetensors.numpy import load_file

    lines = call("train", PROJECTS / "everything.netloom", "--epochs", 1, "--out", tmp_path / "run")
    assert lines[0]["parameters"] == 2122 - 336  # gru1 learns nothing
    before, after = load_file(PROJECTS / "everything.safetensors"), load_file(tmp_path / "run" / "weights.safetensors")
    assert before.keys() == after.keys()
    same = {name for name in before if (before[name] == after[name]).all()}
    assert same == {name for name in before if name.startswith("gru1.")}


def test_a_project_that_an_earlier_state_wrote_is_trained(call: Call, tmp_path: Path) -> None:
    lines = call("train", PROJECTS / "earlier" / "iris_mlp.netloom", "--epochs", 1, "--out", tmp_path / "run")
    assert (lines[0]["parameters"], lines[-1]["status"]) == (131, "completed")


# Runs


def test_all_runs_are_listed(call: Call, tmp_path: Path) -> None:
    [listed] = call("runs", settled(RUNS, tmp_path / "runs"))
    found = {Path(one["run"]).name: (one["status"], one["epoch"], one["epochs"], one["problem"]) for one in listed}
    assert found == {
        **dict.fromkeys((*TRAINED, *EARLIER), ("completed", 2, 2, None)),
        **{name: ("stopped", done, epochs, None) for name, (_, done, epochs) in STOPPED.items()},
    }


@pytest.mark.parametrize("name", TRAINED)
def test_a_run_predicts_is_evaluated_and_resumes(call: Call, tmp_path: Path, name: str) -> None:
    run, known = settled(RUNS / name, tmp_path / name), KNOWN[name]
    for one in known["predicted"]:
        seed = ("--seed", 4) if one["input"].startswith("noise:") else ()
        [told] = call("predict", run, inputs(one["input"]), *seed)
        assert_alike(told.get("predictions", told.get("values")), one["answer"], 1e-5)
    [told] = call("evaluate", run)
    assert_alike(told["metrics"], known["evaluated"], 1e-4)
    assert_resumed(call("resume", run, "--epochs", 3), known["resumed"])
    assert_recorded(run, RUNS / name)


@pytest.mark.parametrize("name", STOPPED)
def test_a_run_stopped_within_an_epoch_goes_on_as_if_it_had_not_been(call: Call, tmp_path: Path, name: str) -> None:
    run = settled(RUNS / name, tmp_path / name)
    step, _, epochs = STOPPED[name]
    lines = call("resume", run)
    assert (lines[0]["event"], lines[0]["step"], lines[0]["epochs"]) == ("started", step, epochs)
    assert_resumed(lines, KNOWN[name]["resumed"])
    assert_recorded(run, RUNS / name)
    [[listed]] = call("runs", tmp_path)
    assert (listed["status"], listed["epoch"]) == ("completed", epochs)


def assert_recorded(resumed: Path, frozen: Path) -> None:
    """What the log said already, it still says, to the letter."""
    before = (frozen / "metrics.jsonl").read_bytes()
    after = (resumed / "metrics.jsonl").read_bytes()
    assert after.startswith(before)
    assert len(after) > len(before)
    assert (resumed / "project.netloom").read_bytes() == (frozen / "project.netloom").read_bytes()


@pytest.mark.parametrize("name", EARLIER)
def test_a_run_of_an_earlier_state_predicts(call: Call, tmp_path: Path, name: str) -> None:
    run, known = settled(RUNS / name, tmp_path / name), KNOWN[EARLIER[name]]
    [told] = call("predict", run, inputs(known["predicted"][0]["input"]))
    assert_alike(told["predictions"], known["predicted"][0]["answer"], 1e-5)
    [told] = call("evaluate", run)
    assert_alike(told["metrics"], known["evaluated"], 1e-4)


def test_a_run_of_an_earlier_state_goes_on_where_its_data_is_held_as_it_was(call: Call, tmp_path: Path) -> None:
    run = settled(RUNS / "earlier_fruit_weight", tmp_path / "run")
    assert_resumed(call("resume", run, "--epochs", 3), KNOWN["fruit_weight"]["resumed"])


def test_a_run_of_an_earlier_state_that_cannot_go_on_says_so(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    run = settled(RUNS / "earlier_picture_folder", tmp_path / "run")
    assert main.main(["resume", str(run), "--epochs", "3", "--json"]) == 1
    assert "was begun by an earlier Netloom" in capsys.readouterr().err


# Searches


def test_a_search_is_listed_and_goes_on(call: Call, tmp_path: Path) -> None:
    known = json.loads((OLD / "search" / "known.json").read_text("utf-8"))
    search = settled(OLD / "search", tmp_path / "search")
    arguments = ("sweep", search / "project.netloom", "--out", search, "--base", PROJECTS, "--trials")
    started, finished = call(*arguments, 3)
    assert (started["done"], started["settings"]) == (3, known[0]["settings"])
    assert (finished["status"], finished["trials"]) == ("completed", 3)
    best = known[-1]["best"]
    assert {name: finished["best"][name] for name in best if name != "run"} == {
        name: value for name, value in best.items() if name != "run"
    }
    assert Path(finished["best"]["run"]) == search / Path(best["run"]).name
    _, trial, finished = call(*arguments, 4)
    assert (trial["number"], trial["epochs"], trial["status"], finished["trials"]) == (4, 2, "completed", 4)
    assert (finished["best"]["number"] == 4) == (trial["value"] < best["value"])


def test_the_trials_of_a_search_are_runs_and_its_best_project_opens(call: Call, tmp_path: Path) -> None:
    search = settled(OLD / "search", tmp_path / "search")
    known = json.loads((OLD / "search" / "known.json").read_text("utf-8"))
    trials = {f"trial-{line['number']:04}": line for line in known if line["event"] == "trial"}
    [listed] = call("runs", search)
    assert {Path(one["run"]).name for one in listed} == set(trials)
    for one in listed:
        assert (one["epoch"], one["problem"]) == (trials[Path(one["run"]).name]["epochs"], None)
    [report] = call("check", search / "best.netloom")
    units = known[-1]["best"]["settings"]["dense1.units"]
    assert (report["ok"], report["parameters"]) == (True, 8 * units + 3)
    [told] = call("predict", search / Path(known[-1]["best"]["run"]).name, "5.1,3.5,1.4,0.2")
    assert told["predictions"][0]["class"] == "setosa"


# What was exported


@pytest.mark.parametrize("made", ["code", "onnx"])
def test_what_was_exported_comes_in_again(call: Call, tmp_path: Path, made: str) -> None:
    file = tmp_path / ("flowers.py" if made == "code" else "flowers.onnx")
    shutil.copy(OLD / "exports" / ("flowers_code.txt" if made == "code" else "flowers.onnx"), file)
    shutil.copy(OLD / "exports" / "flowers.safetensors", tmp_path)
    [told] = call("import", file, "-o", tmp_path / "again.netloom")
    [report] = call("check", tmp_path / "again.netloom")
    # In the ONNX file stands the standardisation too, as a layer of 4 scales and 4 shifts.
    assert (told["parameters"], report["parameters"]) == ((131, 131) if made == "code" else (139, 139))


# What the window keeps


@pytest.fixture
def kept(netloom_home: Path) -> Path:
    """The home as version 0.1.0 left it."""
    shutil.rmtree(netloom_home)
    return settled(OLD / "home", netloom_home)


def test_unsaved_work_is_found_and_read(kept: Path) -> None:
    [entry] = unsaved(kept / "recovery")
    assert (entry.title, entry.path) == ("everything.netloom", PROJECTS / "everything.netloom")
    assert entry.written == json.loads((OLD / "home" / "recovery" / "unsaved.json").read_text("utf-8"))["written"]
    project, saved = entry.read(), read_project(PROJECTS / "everything.netloom")
    assert project.sections == {**saved.sections, "notes": "Unsaved words"}
    assert (project.network.node("scores").position, saved.network.node("scores").position) == (
        (1600.0, 200.0),
        (1568.0, 192.0),
    )
    checker = Checker(Document(project.network))
    assert (checker.ok, checker.parameters) == (True, 2122)
    entry.discard()
    assert unsaved(kept / "recovery") == []


def test_preferences_are_in_force(kept: Path) -> None:
    preferences, written = Preferences(kept / "preferences.json"), json.loads((kept / "preferences.json").read_bytes())
    assert len(written) == 10
    assert {name: preferences[name] for name in written} == written
    defaults = {one.name: one.default for one in PREFERENCES}
    assert all(written[name] != defaults[name] for name in written)


def test_the_window_remembers(kept: Path) -> None:
    memory = Memory(kept / "window.json")
    assert memory.recent == [PROJECTS / "everything.netloom"]
    assert Path(memory.get("folder")) == PROJECTS
    assert memory.get("families")["lstm"] == "recurrent"
    assert memory.get("geometry")
    assert memory.get("layout")


def test_a_lesson_goes_on_where_it_was_left(kept: Path) -> None:
    lesson = read_lesson(OLD / "lessons" / "sixteen_parameters.json")
    progress = kept_progress(lesson.id)
    assert progress is not None
    assert (progress.done, progress.step) == ((True, True, False, False, False, False), 2)
    course = Course(lesson, progress)
    assert course.step.title == "Twenty-six"
    document = Document()
    checker = Checker(document)
    assert not course.look(checker, {}, None)
    course.go(3)
    assert course.answer(0.55)
    assert course.progress.done == (True, True, False, True, False, False)
    other = kept_progress("pooling")
    assert other is not None
    assert (sum(other.done), other.step) == (0, 1)
    assert (kept / "lessons.json").is_file()


def test_a_lesson_of_ones_own_can_be_read(call: Call) -> None:
    [told] = call("lesson", "check", OLD / "lessons" / "sixteen_parameters.json")
    assert (told["ok"], told["id"], told["steps"], told["faults"]) == (True, "sixteen_parameters", 6, [])


@pytest.mark.usefixtures("kept")
def test_blocks_of_the_library_are_taken() -> None:
    assert library.names() == ("Again and again", "Elman cell")
    again, cell = library.take("Again and again"), library.take("Elman cell")
    assert (again.label, again.repeat, again.shared, again.exposed) == ("Again", 3, True, ("dense1.units",))
    assert again.parameter_count({"x": vector(8)}) == 72
    assert isinstance(cell, Loop)
    assert cell.states == (("a_next", "a"),)
    assert cell.parameter_count({"x": sequence(5, 8)}) == 136
