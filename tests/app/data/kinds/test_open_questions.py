"""What arrays and pictures leave open: which readings are asked about, with an example and a sample of each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from app.data.data_choice import DataChoice
from app.data.data_preview import preview
from app.data.dataset import Array, Task
from app.data.inspect import inspect
from app.data.prepare import prepare
from app.data.reading_edits import written_down
from app.protocol.data_values import Question
from graph.shapes import image, sequence
from tests.app.cli.calling import Caller

RNG = np.random.default_rng(0)
CLEAR = np.arange(40) % 2


def npz(path: Path, **arrays: Array) -> Path:
    np.savez(path, **arrays)  # type: ignore[arg-type]
    return path


def save(path: Path, values: Array) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(values).save(path)
    return path


def answered(path: Path, place: int, number: int = 0) -> DataChoice:
    """The data with an answer to a question that is asked about it, as the window takes it."""
    choice = inspect(path).choice()
    question = choice.source.load().questions[number]
    source = choice.source.changed(**question.readings[place].changes)
    return written_down(choice.model_copy(update={"source": source}))


def changes(question: Question) -> list[dict[str, Any]]:
    return [dict(reading.changes) for reading in question.readings]


@pytest.mark.parametrize(
    ("axes", "layouts", "sizes"),
    [
        ((24, 20), ["grey", "sequence", "steps_last"], [(1, 24, 20), (24, 4), (20, 4)]),
        ((28, 28), ["grey", "sequence", "steps_last"], [(1, 28, 28), (28, 4), (28, 4)]),
        ((40, 9), ["sequence", "grey", "steps_last"], [(40, 4), (1, 40, 9), (9, 4)]),
        ((3, 100), ["sequence", "grey", "steps_last"], [(3, 4), (1, 3, 100), (100, 3)]),
        ((3, 20, 3), ["channels_first", "channels_last"], [(3, 20, 3), (3, 3, 20)]),
        ((4, 20, 3), ["channels_last", "channels_first"], [(3, 4, 20), (3, 20, 3)]),
        ((30, 20, 12), ["channels_first", "channels_last"], [(3, 20, 12), (3, 30, 20)]),
        ((16, 16, 16), ["channels_first", "channels_last"], [(3, 16, 16), (3, 16, 16)]),
        ((20, 20, 2), ["channels_first", "channels_last"], [(3, 20, 2), (1, 20, 20)]),
        ((400, 200, 3, 3), [], []),
    ],
)
def test_axes_that_may_mean_something_else_are_asked_about(
    tmp_path: Path, axes: tuple[int, ...], layouts: list[str], sizes: list[tuple[int, ...]]
) -> None:
    path = npz(tmp_path / "a.npz", x=RNG.normal(size=(6, *axes)).astype(np.float32), y=CLEAR[:6])
    questions = inspect(path).questions
    if not layouts:
        assert questions == ()
        return
    (question,) = questions
    assert question.about == "The samples" and changes(question) == [{"layout": layout} for layout in layouts]
    assert [np.asarray(reading.sample).shape for reading in question.readings] == sizes
    used = inspect(path).source.load()
    for place in range(len(layouts)):
        chosen = answered(path, place).source.load()
        assert chosen.questions == ()
        same = chosen.input_field().shape == used.input_field().shape
        assert same or place
        if not place:
            np.testing.assert_array_equal(chosen.input_field().values, used.input_field().values)


@pytest.mark.parametrize("axes", [(3, 32, 32), (32, 32, 3), (1, 20, 30), (20, 30, 1), (12, 30, 20), (100, 3), (7,)])
def test_clear_axes_are_not_asked_about(tmp_path: Path, axes: tuple[int, ...]) -> None:
    path = npz(tmp_path / "a.npz", x=RNG.normal(size=(6, *axes)), y=CLEAR[:6])
    assert inspect(path).questions == ()


@pytest.mark.parametrize(
    ("top", "whole", "asked"), [(255, True, 0), (256, True, 1), (1, False, 0), (1.01, False, 1), (200, False, 1)]
)
def test_squares_of_pixels_are_pictures_without_a_question(tmp_path: Path, top: float, whole: bool, asked: int) -> None:
    values = np.linspace(0, top, 6 * 16 * 16).reshape(6, 16, 16)
    path = npz(tmp_path / "a.npz", x=np.round(values) if whole else values, y=CLEAR[:6])
    assert len(inspect(path).questions) == asked


def test_a_sample_is_drawn_as_each_reading_reads_it(tmp_path: Path) -> None:
    raw = RNG.normal(size=(6, 24, 20)).astype(np.float32)
    raw[0] = 0.0  # which would tell nothing
    (question,) = inspect(npz(tmp_path / "a.npz", x=raw, y=CLEAR[:6])).questions
    picture, curves, turned = (reading.sample for reading in question.readings)
    assert picture is not None and curves is not None and turned is not None and picture.std() > 0
    np.testing.assert_array_equal(picture[0][:, :4], curves)
    np.testing.assert_array_equal(picture[0][:4].T, turned)


@pytest.mark.parametrize(
    ("targets", "tasks", "example"),
    [
        (np.array([3, 5, 8])[np.arange(40) % 3], ["classification", "regression"], "3, 5, 8: 3 classes"),
        (np.array([3.0, 5.0, 8.0])[np.arange(40) % 3], ["regression", "classification"], "4 lies between 3 and 5"),
        (np.stack([CLEAR, np.ones(40), np.zeros(40)], 1), ["labels", "regression"], "1 1 0 means label 0 and label 1"),
        (CLEAR, [], ""),
        (np.eye(3)[np.arange(40) % 3], [], ""),
        (RNG.normal(size=40), [], ""),
    ],
)
def test_targets_that_may_be_learned_in_two_ways(
    tmp_path: Path, targets: Array, tasks: list[str], example: str
) -> None:
    path = npz(tmp_path / "a.npz", x=RNG.normal(size=(40, 6)), y=targets)
    questions = inspect(path).questions
    assert [change for question in questions for change in changes(question)] == [{"task": task} for task in tasks]
    for place, task in enumerate(tasks):
        assert questions[0].readings[0].example == example
        assert questions[0].note in inspect(path).problems
        dataset = answered(path, place).source.load()
        assert dataset.task is Task(task) and dataset.questions == ()


def test_one_hot_rows_are_asked_about_only_where_they_are_few(tmp_path: Path) -> None:
    path = npz(tmp_path / "a.npz", x=RNG.normal(size=(12, 6)), y=np.eye(3)[np.arange(12) % 3])
    (question,) = inspect(path).questions
    assert changes(question) == [{"task": "classification"}, {"task": "labels"}]
    assert question.readings[0].example == "1 0 0 is class 0"
    assert [answered(path, place).source.load().task for place in range(2)] == [Task.CLASSIFICATION, Task.LABELS]


@pytest.mark.parametrize(("columns", "row"), [(8, "1 0 0 0 0 0 0 0 is"), (9, "1 0 0 0 0 0 0 0 … is")])
def test_a_long_row_is_cut_in_a_question(tmp_path: Path, columns: int, row: str) -> None:
    path = npz(tmp_path / "a.npz", x=RNG.normal(size=(12, 6)), y=np.eye(columns)[np.arange(12) % columns])
    (question,) = inspect(path).questions
    assert question.readings[0].example == f"{row} class 0"


def test_which_of_two_arrays_is_predicted_from_the_other(tmp_path: Path) -> None:
    path = npz(tmp_path / "a.npz", arr_0=RNG.normal(size=(40, 6)), arr_1=CLEAR)
    (question,) = inspect(path).questions
    assert changes(question) == [
        {"samples": "arr_0", "target": "arr_1"},
        {"samples": "arr_1", "target": "arr_0"},
        {"task": "reconstruction"},
    ]
    used, first, second, third = (
        dataset.load() for dataset in (inspect(path).source, *(answered(path, place).source for place in range(3)))
    )
    np.testing.assert_array_equal(first.input_field().values, used.input_field().values)
    assert (first.task, first.target) == (used.task, used.target)
    assert (second.info.shape.features, second.info.target_shape.features) == (1, 6)
    assert third.task is Task.RECONSTRUCTION
    assert not first.questions and not second.questions and not third.questions


def test_arrays_of_as_many_samples_are_offered_as_targets(tmp_path: Path) -> None:
    path = npz(
        tmp_path / "a.npz", samples=RNG.normal(size=(40, 6)), speed=RNG.normal(size=40), force=CLEAR, k=np.ones(3)
    )
    (question,) = inspect(path).questions
    assert changes(question) == [
        {"task": "reconstruction"},
        {"samples": "samples", "target": "speed"},
        {"samples": "samples", "target": "force"},
    ]
    assert answered(path, 2).source.load().task is Task.CLASSIFICATION


@pytest.mark.parametrize(("top", "bits"), [(200, "8"), (1000, "10"), (4095, "12"), (16000, "14"), (60000, "")])
def test_few_bits_in_files_of_sixteen(tmp_path: Path, top: int, bits: str) -> None:
    for number in range(6):
        pixels = np.linspace(0, top, 64).reshape(8, 8).astype(np.uint16)
        save(tmp_path / "set" / "ab"[number % 2] / f"{number}.png", pixels)
    found = inspect(tmp_path / "set")
    if not bits:
        assert found.questions == ()
        return
    (question,) = found.questions
    assert changes(question) == [{"depth": bits}, {"depth": "16"}]
    assert [float(reading.sample.max()) for reading in question.readings if reading.sample is not None] == [
        pytest.approx(top / (2 ** int(bits) - 1), rel=0.1),
        pytest.approx(top / 65535, rel=0.1),
    ]
    kept, dim = (answered(tmp_path / "set", place) for place in range(2))
    used = np.asarray(found.source.load().input_field().values)
    np.testing.assert_array_equal(kept.source.load().input_field().values, used)
    np.testing.assert_allclose(dim.source.load().input_field().values, used * (2 ** int(bits) - 1) / 65535, atol=1e-6)
    again = DataChoice.parse(dim.to_json()).source
    assert again == dim.source and again.load().questions == ()
    assert "depth" not in found.source.values()  # the settings of runs of before stay as they were


def test_shades_beside_pictures_are_masks_or_another_class(tmp_path: Path) -> None:
    for number in range(6):
        for name in ("images", "gt"):
            save(tmp_path / "set" / name / f"{number}.png", RNG.integers(0, 256, (16, 16)).astype(np.uint8))
    found = inspect(tmp_path / "set")
    (question,) = found.questions
    assert changes(question) == [{"task": "masks"}, {"task": "classification"}]
    masks, classes = (answered(tmp_path / "set", place).source.load() for place in range(2))
    assert masks.info.target_shape == image(1, 32, 32) and masks.questions == ()
    assert classes.info.classes == ("gt", "images") and classes.samples == 12


@pytest.mark.parametrize(
    ("cells", "tasks"),
    [
        ([f"{n % 3}" for n in range(30)], ["classification", "regression"]),
        ([f"{n // 2}" for n in range(30)], ["regression", "classification"]),
        (["sun sea", "sun", "sea", "rain sea", "rain", "sun rain"] * 5, ["labels", "classification"]),
        ([f"{n / 7:.3f}" for n in range(30)], []),
        ([("cat", "dog")[n % 2] for n in range(30)], []),
    ],
)
def test_numbers_and_lists_beside_pictures(tmp_path: Path, cells: list[str], tasks: list[str]) -> None:
    for number in range(30):
        save(tmp_path / f"{number}.png", np.full((4, 4), number * 8, np.uint8))
    rows = "".join(f"{number}.png,{cell}\n" for number, cell in enumerate(cells))
    (tmp_path / "t.csv").write_text(f"file,angle\n{rows}")
    found = inspect(tmp_path / "t.csv")
    asked = [change for question in found.questions for change in changes(question)]
    assert asked == [{"task": task} for task in tasks]
    for place, task in enumerate(tasks):
        assert answered(tmp_path / "t.csv", place).source.load().task is Task(task)


def test_the_window_gets_the_questions_with_the_samples(tmp_path: Path) -> None:
    path = npz(tmp_path / "a.npz", x=RNG.normal(size=(30, 24, 20)), y=CLEAR[:30])
    (question,) = preview(prepare(inspect(path).choice())).questions
    assert question.note in preview(prepare(inspect(path).choice())).notes


def test_the_command_line_names_the_options_and_asks_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = npz(tmp_path / "a.npz", x=RNG.normal(size=(30, 24, 20)), y=CLEAR[:30])
    call = Caller(capsys)
    told = call("data", path).out
    assert "? The samples may be read in 3 ways; the first is used:" in told
    assert "--layout sequence: Curves, 24 steps of 20 features" in told
    (question,) = call("data", path, "--json").json["questions"]
    assert [reading["options"] for reading in question["readings"]][1] == {"layout": "sequence"}
    assert call("data", path, "--layout", "sequence", "--json").json["shape"] == [24, 20]
    assert call("data", path, "--layout", "sequence", "--json").json["questions"] == []
    project = tmp_path / "p.netloom"
    assert call("new", project, "--data", path, "--layout", "steps_last").code == 0
    assert '"layout": "steps_last"' in project.read_text(encoding="utf-8")
    assert "layout" in call.refused("data", path, "--layout", "cube")
    told = call.refused("data", path, "--depth", "12")
    assert "is no table but arrays, so depth cannot be said of it" in told


def test_sequences_are_as_their_layout_says(tmp_path: Path) -> None:
    path = npz(tmp_path / "a.npz", x=RNG.normal(size=(30, 24, 20)), y=CLEAR[:30])
    assert answered(path, 1).source.load().info.shape == sequence(24, 20)
    assert answered(path, 2).source.load().info.shape == sequence(20, 24)
