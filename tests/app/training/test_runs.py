"""Run folders: what is missing or altered is told in a sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.training.plan import Plan
from app.training.runs import CHECKPOINT, ENVIRONMENT, METRICS, PROJECT, WEIGHTS, Log, Run, fresh_folder, runs
from graph.errors import NetloomError
from graph.project import Project, project_json


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run.create(tmp_path / "runs" / "one", project_json(Project()), {"created": "2026-01-01T00:00:00"})


@pytest.mark.parametrize("name", [PROJECT, ENVIRONMENT, METRICS])
def test_a_missing_part_is_named(run: Run, name: str) -> None:
    (run.path / name).unlink()
    with pytest.raises(NetloomError, match=name):
        Run.open(run.path)


@pytest.mark.parametrize("name", [PROJECT, ENVIRONMENT, METRICS])
def test_an_altered_part_is_named_and_listed_as_broken(run: Run, name: str) -> None:
    (run.path / name).write_text("{nonsense}\n" * 2, "utf-8")
    with pytest.raises(NetloomError, match=name):
        Run.open(run.path).history()
    assert runs(run.path.parent)[0].problem is not None


def test_a_log_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / METRICS).mkdir()
    with pytest.raises(NetloomError, match=f"{METRICS} cannot be written: .*Choose another folder"):
        Log(tmp_path / METRICS)


@pytest.mark.parametrize("name", [CHECKPOINT, WEIGHTS])
def test_altered_tensors_are_refused(tmp_path: Path, name: str) -> None:
    from app.training.trainer import train
    from app.training.training_session import begin, load_model, resume
    from tests.app.training.projects import project

    list(train(begin(project(epochs=1), None, tmp_path / "run")))
    path = tmp_path / "run" / name
    content = bytearray(path.read_bytes())
    content[-3] ^= 1
    path.write_bytes(content)
    with pytest.raises(NetloomError, match="altered"):
        resume(tmp_path / "run", epochs=2) if name == CHECKPOINT else load_model(tmp_path / "run")
    path.write_bytes(content[:100])
    with pytest.raises(NetloomError, match="broken or cut short"):
        resume(tmp_path / "run", epochs=2) if name == CHECKPOINT else load_model(tmp_path / "run")


@pytest.mark.parametrize("change", ["missing", "another shape"])
def test_what_the_optimiser_remembers_has_to_fit(tmp_path: Path, change: str) -> None:
    from app.training import checkpoints
    from app.training.trainer import train
    from app.training.training_session import begin, resume
    from tests.app.training.projects import project

    list(train(begin(project(epochs=1), None, tmp_path / "run")))
    path = tmp_path / "run" / CHECKPOINT
    tensors, state = checkpoints.load(path)
    name = next(name for name in tensors if name.startswith("optimiser/") and tensors[name].dim() == 2)
    tensors[name] = tensors[name][:, :-1].contiguous()
    if change == "missing":
        del tensors[name]
    checkpoints.save(path, tensors, state)
    with pytest.raises(NetloomError, match=f"{CHECKPOINT} does not fit the run's training settings"):
        resume(tmp_path / "run", epochs=2)


def test_a_run_does_not_go_on_with_other_data(tmp_path: Path) -> None:
    from app.training.trainer import train
    from app.training.training_session import begin, resume
    from tests.app.training.projects import chain, project

    table = tmp_path / "table.csv"
    table.write_text("x,y\n" + "".join(f"{x},{2 * x}\n" for x in range(20)))
    network = chain(
        ("input1", "input", {"shape": {"kind": "vector", "sizes": [1]}}),
        ("dense1", "dense", {"units": 1}),
        ("output1", "output", {}),
    )
    data = {"source": "table", "options": {"path": str(table), "target": "y"}}
    list(train(begin(project(network, data, epochs=1), None, tmp_path / "run")))
    table.write_text(table.read_text().replace("7,14", "7,15"))
    with pytest.raises(NetloomError, match=r"^The data of the run .* changed since it began"):
        resume(tmp_path / "run", epochs=2)


def test_a_crash_costs_the_last_line_and_resuming_takes_back_what_was_not_saved(run: Run) -> None:
    lines = [
        {"event": "started", "step": 0, "epochs": 2},
        {"event": "points", "step": [1, 2, 3], "loss": [3.0, 2.0, 1.0]},
        {"event": "started", "step": 1, "epochs": 2},
        {"event": "points", "step": [2], "loss": [2.5]},
    ]
    text = "\n".join(json.dumps(line) for line in lines) + '\n{"event": "poi'
    (run.path / METRICS).write_text(text, "utf-8")
    history = run.history()
    assert history.steps.tolist() == [1, 2]
    assert history.losses.tolist() == [3.0, 2.5]
    assert runs(run.path.parent)[0].status == "interrupted"


def confusion_line(epoch: int, counts: object) -> dict[str, object]:
    return {"event": "confusion", "epoch": epoch, "classes": ["cat", "dog"], "counts": counts}


@pytest.mark.parametrize(("step", "kept"), [(10, True), (5, False)])
def test_resuming_takes_back_a_matrix_of_an_epoch_that_is_done_anew(run: Run, step: int, kept: bool) -> None:
    epochs: list[dict[str, object]] = [
        {"event": "epoch", "epoch": n, "step": 5 * n, "train": {}, "validation": {}} for n in (1, 2)
    ]
    started: dict[str, object] = {"event": "started", "step": 0, "epochs": 2}
    lines = [started, *epochs, confusion_line(2, [[3, 1], [0, 4]]), started | {"step": step}]
    (run.path / METRICS).write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    assert (run.history().confusion is not None) == kept


@pytest.mark.parametrize("counts", [[[1, 2]], [[1], [2, 3]], [[1, 2], [3, "4"]], [1, 2]])
def test_a_matrix_that_fits_no_classes_is_refused(run: Run, counts: object) -> None:
    (run.path / METRICS).write_text(json.dumps(confusion_line(1, counts)) + "\n", "utf-8")
    with pytest.raises(NetloomError, match="was altered: line 1"):
        run.history()


def test_a_folder_is_not_used_twice(run: Run) -> None:
    with pytest.raises(NetloomError, match="already holds a run"):
        Run.create(run.path, project_json(Project()), {})


def test_nothing_is_left_of_a_run_that_could_not_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, content: bytes) -> None:
        if path.name == PROJECT:
            raise NetloomError("There is no room.")
        path.write_bytes(content)

    monkeypatch.setattr("app.training.runs.write_atomically", full)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "notes.txt").write_text("mine", "utf-8")
    for name in ("new", "other"):
        with pytest.raises(NetloomError, match="no room"):
            Run.create(tmp_path / name, project_json(Project()), {})
    assert [path.name for path in sorted(tmp_path.rglob("*"))] == ["other", "notes.txt"]


def test_folders_of_one_second_are_numbered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.training.runs.time.strftime", lambda form: "20260101-120000")
    for name in ("my-net-20260101-120000", "my-net-20260101-120000-2", "my-net-20260101-120000-3"):
        folder = fresh_folder("My net!", tmp_path)
        assert folder == tmp_path / name
        folder.mkdir()


def test_a_plan_is_read_back_and_refuses_nonsense() -> None:
    plan = Plan(optimiser="sgd", nesterov=True, device="cuda:1")
    assert Plan.parse(plan.to_json()) == plan
    for wrong in ({"epochs": 0}, {"optimiser": "adamm"}, {"device": "gpu"}, {"lr": 1}, {"learning_rate": "1"}):
        with pytest.raises(NetloomError, match=r"^plan: "):
            Plan.parse(wrong)


@pytest.mark.parametrize(
    "line",
    [
        {"event": "points", "step": ["1"], "loss": [1.0]},
        {"event": "points", "step": [10**30], "loss": [1.0]},
        {"event": "points", "step": [1, 2], "loss": [1.0]},
        {"event": "points", "step": [1], "loss": [10**400]},
        {"event": "points", "step": [1], "loss": [1.0], "more": [{}]},
        {"event": "points", "step": [1], "loss": [1.0], "more": 3},
        {"event": "epoch", "epoch": 1, "step": 1, "train": {"loss": "low"}, "validation": {}},
        {"event": "epoch", "epoch": True, "step": 1, "train": {}, "validation": {}},
        {"event": "epoch", "epoch": 1, "step": 1, "train": {"loss": [1]}, "validation": {}},
        {"event": "started", "step": 10**30, "epochs": 1},
        {"event": "started", "step": 0, "epochs": 1, "steps_per_epoch": "many"},
        {"event": "finished", "status": "completed", "test": {"loss": {}}},
        {"event": "finished", "status": "completed", "test": {}, "seconds": []},
        {"event": ["points"]},
        [],
        None,
    ],
)
def test_an_odd_line_breaks_its_own_run_alone(line: object, run: Run) -> None:
    other = Run.create(run.path.with_name("other"), project_json(run.project), {"created": "2026"})
    with (run.path / METRICS).open("a") as log:
        log.write(json.dumps(line) + "\n")
    listed = {summary.path: summary for summary in runs(run.path.parent)}
    assert listed[other.path].problem is None
    assert "was altered: line" in (listed[run.path].problem or "")


def test_a_number_of_thousands_of_digits_breaks_its_own_run_alone(run: Run) -> None:
    with (run.path / METRICS).open("a") as log:
        log.write('{"event": "points", "step": [' + "9" * 5000 + '], "loss": [1]}\n')
    (listed,) = runs(run.path.parent)
    assert "was altered: line" in (listed.problem or "")


def test_a_log_that_found_no_room_is_closed_without_another_word(tmp_path: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("there is no device that is always full")
    log = Log(tmp_path / "metrics.jsonl")
    log._file.close()
    log._file = full.open("ab")
    with pytest.raises(NetloomError, match="no space left"):
        log.add({"event": "epoch"})
    log.close()
