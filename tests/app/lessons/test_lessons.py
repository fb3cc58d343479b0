"""Lessons: every one that ships can be solved, what is wrong in a file is said, and progress is kept."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.cli.run_verbs import with_plan
from app.data.data_choice import DataChoice
from app.lessons.course import Course, LessonProgress
from app.lessons.goals import RunResults
from app.lessons.lesson_check import faults
from app.lessons.lesson_files import FOLDER, keep_progress, kept_progress, lesson_file, lesson_ids, lessons
from app.lessons.schema import Lesson, parse_lesson, read_lesson
from app.project.presets import preset
from app.project.project_check import check_project
from app.system.home import home
from app.training.data_spec import data_spec
from graph.checking.check import Checker
from graph.checking.fixes import Bypass, Edit, Insert, Replace
from graph.document import Document
from graph.errors import NetloomError
from graph.layers.base import Layer
from graph.project import Project
from tests.graph.networks import chain, layer

TEXTBOOK = {"S01", "S02", "S03", "S04", "S06", "S07", "S08", "S09", "S13", "S20", "S22", "S29", "S39", "S40"}


class Student:
    """Works through a lesson without a window: edits, trains, answers, looks around."""

    def __init__(self, lesson: Lesson, folder: Path) -> None:
        self.course = Course(lesson)
        self.folder, self.runs = folder, 0
        self.open(lesson.start.removeprefix("preset:"))

    def open(self, id_: str) -> None:
        project = preset(id_).project
        self.document = Document(project.network, project.sections)

    def edit(self, *edits: Edit) -> None:
        with self.document.transaction("Edit"):
            for edit in edits:
                edit.apply(self.document)

    def change(self, id_: str, **values: object) -> None:
        with self.document.transaction("Set"):
            self.document.set_values(id_, **values)

    def train(self, **plan: object) -> None:
        from app.training.trainer import train
        from app.training.training_session import begin

        self.runs += 1
        project = Project(self.document.network, dict(self.document.sections))
        run = begin(with_plan(project, {"threads": 1, **plan}), None, self.folder / f"run{self.runs}")
        for event in train(run):
            fields: dict[str, Any] = event.to_json()
            if event.name == "points":
                fields = {"step": fields["step"][-1]}
            self.course.take_event(event.name, fields)

    def take_hint(self, rule: str) -> None:
        project = Project(self.document.network, dict(self.document.sections))
        hint = next(hint for hint in check_project(project, None).hints if hint.rule == rule)
        hint.fixes[0].apply(self.document)

    def look(self) -> bool:
        info = DataChoice.parse(self.document.sections["data"]).info()  # type: ignore[arg-type]
        checker = Checker(self.document, data_spec(info))
        checker.close()
        self.course.look(checker, self.document.sections, info)
        return self.course.done


Act = Callable[[Student], object]
RELU, POOL = layer("relu"), layer("max_pool2d")


def put(target: str, *layers: Layer) -> Act:
    return lambda student: student.edit(*(Insert(target, "in", each) for each in layers))


def become(target: str, other: Layer) -> Act:
    return lambda student: student.edit(Replace(target, other))


def train(**plan: object) -> Act:
    return lambda student: student.train(**plan)


def visit(place: str) -> Act:
    return lambda student: student.course.visit(place)


def both(*acts: Act) -> Act:
    return lambda student: [act(student) for act in acts]


def six_kernel(student: Student) -> None:
    student.change("conv1", filters=12, kernel_size=(3, 3), padding="same")


SOLUTIONS: dict[str, dict[int, Act]] = {
    "steps_do_not_learn": {
        3: train(epochs=3),
        4: lambda student: student.edit(Replace("step1", layer("tanh")), Bypass("step2")),
        5: train(),
    },
    "sixteen_parameters": {
        3: lambda student: student.change("dense1", units=5),
        5: train(epochs=1),
        6: train(),
    },
    "convolution_arithmetic": {
        5: lambda student: student.change("conv1", filters=6),
        6: six_kernel,
        7: lambda student: student.change("conv1", stride=(2, 2), padding="custom", padding_size=(1, 1)),
    },
    "pooling": {
        4: put("flatten1", POOL),
        6: become("pool1", layer("max_pool2d", kernel_size=(3, 3), stride=(2, 2))),
    },
    "first_cnn": {
        2: put("flatten1", layer("conv2d", filters=8)),
        3: put("flatten1", RELU, POOL),
        4: lambda student: student.change("dense1", units=32),
        5: train(epochs=12, schedule="one_cycle", learning_rate=0.02),
        6: visit("understand:filters"),
    },
    "x_or_o": {
        4: train(),
        5: visit("understand:filters"),
        7: lambda student: student.change("conv2", filters=2),
    },
    "lenet_counts": {5: become("c3", layer("conv2d", filters=16, kernel_size=(5, 5), padding="valid"))},
    "receptive_field": {
        1: lambda student: student.change("conv1", kernel_size=(7, 7)),
        3: lambda student: student.take_hint("large_kernel"),
    },
    "overfitting": {
        2: train(epochs=8),
        4: lambda student: student.take_hint("by_heart"),
        5: lambda student: student.edit(
            Insert("flatten1", "in", layer("conv2d", filters=16)), Insert("flatten1", "in", RELU),
            Insert("flatten1", "in", POOL), Replace("dense1", layer("dense", units=64)),
        ),
        6: lambda student: None,
        7: train(epochs=5, schedule="one_cycle", learning_rate=0.005),
    },
    "waves": {3: visit("understand:feature-maps"), 6: lambda student: student.change("low", choice="identity")},
    "which_network": {
        3: train(),
        5: lambda student: student.open("digits_cnn"),
        7: lambda student: student.open("seasons_lstm"),
        8: visit("workspace:data"),
    },
    "gradients_over_time": {
        2: visit("understand:unrolled"),
        3: visit("understand:gradients"),
        4: train(epochs=2),
        6: become("rnn1", layer("lstm", hidden_size=8)),
        7: visit("understand:gates"),
    },
}  # fmt: skip
"""What a student does at each step that has goals, counted from 1."""
MET_ALREADY = {("overfitting", 6), ("first_cnn", 4)}
"""Steps that a good habit, or a small network, meets by itself."""


@pytest.mark.parametrize("id_", lesson_ids())
def test_each_lesson_can_be_solved_and_ticks_every_step(id_: str, tmp_path: Path) -> None:
    student = Student(read_lesson(lesson_file(id_)), tmp_path)
    course = student.course
    for number, step in enumerate(course.lesson.steps, 1):
        assert course.at == number - 1
        if step.goals:
            assert student.look() is ((id_, number) in MET_ALREADY), f"step {number} is done by itself"
            SOLUTIONS[id_][number](student)
            assert student.look(), f"step {number} is not done"
        elif step.question is not None:
            right = step.question.answer if step.question.number is None else step.question.number
            assert right is not None
            assert not course.answer(right + 1)
            assert course.answer(right)
        else:
            course.finish_reading()
        course.go(number)
    assert course.progress.complete


def test_maps_that_lessons_show_are_what_their_pictures_give() -> None:
    steps = {
        each.title: each
        for id_ in ("convolution_arithmetic", "pooling")
        for each in read_lesson(lesson_file(id_)).steps
    }
    picture, kernel, convolved = (np.array(each.rows) for each in steps["One place by hand"].pictures)
    windows = np.lib.stride_tricks.sliding_window_view(picture, kernel.shape)
    assert np.array_equal((windows * kernel).sum((2, 3)), convolved)
    for title, pool in (("The maximum", np.max), ("The mean", np.mean)):
        step_ = steps[title]
        picture, pooled = (np.array(each.rows) for each in step_.pictures)
        assert np.array_equal(pool(picture.reshape(2, 2, 2, 2), axis=(1, 3)), pooled)
        window = step_.pictures[1].window
        assert window is not None and step_.question is not None
        assert pooled[window.row - 1, window.column - 1] == step_.question.number


def test_no_lesson_writes_a_matrix_as_text() -> None:
    for id_ in lesson_ids():
        for each in read_lesson(lesson_file(id_)).steps:
            words = (each.text, each.hint, each.done, each.question.because if each.question else "")
            assert not re.search(r"\d{2,} / \d{2,} / \d|`\d+ \d+ \d+", " ".join(words)), (id_, each.title)


def test_the_lessons_that_ship_have_nothing_to_correct() -> None:
    found = lessons()
    assert len(found) >= 8
    assert [lesson.id for lesson in found] == list(lesson_ids())
    assert {id_ for lesson in found for id_ in lesson.textbook} >= TEXTBOOK
    for lesson in found:
        assert faults(lesson) == []
    assert len(list(FOLDER.iterdir())) == len(found)
    with pytest.raises(NetloomError, match="no lesson “nope”"):
        lesson_file("nope")


SMALL: dict[str, Any] = {
    "lesson": 1, "id": "mine", "title": "Mine", "summary": "A test", "minutes": 1, "start": "open",
    "steps": [
        {"title": "Read", "text": "Text"},
        {"title": "Do", "text": "Text", "task": "Fit", "goals": [{"kind": "fits"}]},
    ],
}  # fmt: skip


def made(**changes: Any) -> Lesson:
    return parse_lesson(json.dumps({**SMALL, **changes}).encode(), "mine.json")


def step(**values: Any) -> list[dict[str, Any]]:
    return [{"title": "Do", "text": "Text", **values}]


REACHING = {"row": 1, "column": 2, "rows": 1, "columns": 2}


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"lesson": 2}, "must be 1"),
        ({"colour": "red"}, "colour: there is no such setting"),
        ({"id": "Not Good"}, "id"),
        ({"start": "somewhere"}, "start"),
        ({"steps": []}, "steps"),
        ({"steps": step(goals=[{"kind": "fits"}])}, "give both or neither"),
        ({"steps": step(task="Do", goals=[{"kind": "dance"}])}, "goals"),
        ({"steps": step(task="Do", goals=[{"kind": "parameters"}])}, "least"),
        ({"steps": step(task="Do", goals=[{"kind": "fits"}], question={"ask": "?", "number": 1})}, "not both"),
        ({"steps": step(question={"ask": "?"})}, "either a “number” or “choices”"),
        ({"steps": step(question={"ask": "?", "choices": ["a", "b"], "answer": 3})}, "counted from 1"),
        ({"minutes": "five"}, "minutes"),
        ({"steps": step(pictures=[{"title": "P", "rows": [[1, 0], [1]]}])}, "the same number of values"),
        (
            {"steps": step(pictures=[{"title": "P", "rows": [[1, 0]], "window": REACHING}])},
            "reaches out of the picture",
        ),
        ({"steps": step(pictures=[{"title": "P", "rows": []}])}, "rows"),
    ],
)
def test_a_file_that_is_refused_says_where_and_why(changes: dict[str, Any], word: str) -> None:
    with pytest.raises(NetloomError, match=word) as caught:
        made(**changes)
    assert str(caught.value).startswith("mine.json")


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff\xfe", b"{", b"[" * 100_000])
def test_what_is_no_lesson_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_bytes(content)
    with pytest.raises(NetloomError, match=r"x\.json"):
        read_lesson(tmp_path / "x.json")
    with pytest.raises(NetloomError, match="cannot be opened"):
        read_lesson(tmp_path / "none.json")


def test_names_and_links_that_lead_nowhere_are_found() -> None:
    goals = [
        {"kind": "layer", "of": ["conv9"]},
        {"kind": "layer", "of": ["conv2d"], "settings": {"taste": 1}},
        {"kind": "no_hints", "rules": ["never"]},
        {"kind": "setting", "section": "plan", "name": "speed", "least": 1},
    ]
    lesson = made(
        start="preset:nope", steps=step(task="Do", goals=goals, hint="[x](lesson:nope) [y](ftp:z) [z](layer:a)")
    )
    found = "\n".join(faults(lesson))
    for word in ("“nope”", "conv9", "taste", "never", "speed", "lesson:nope", "ftp:z"):
        assert word in found
    assert "layer:a" not in found


def test_steps_tick_in_their_turn_and_stay_ticked() -> None:
    course = Course(made())
    document = chain([layer("input"), layer("flatten"), layer("dense", units=10), layer("output")])
    checker = Checker(document)
    assert not course.look(checker, {}, None)
    course.go(1)
    assert course.progress == LessonProgress((True, False), 1)
    assert course.look(checker, {}, None)
    with document.transaction("Break"):
        document.remove("flatten1")
    assert course.done
    assert not course.look(checker, {}, None)
    course.go(0)
    assert course.progress == LessonProgress((True, True), 0)
    checker.close()


def test_two_steps_that_ask_for_training_want_it_twice() -> None:
    goals = [{"kind": "trained", "epochs": 1}]
    course = Course(made(steps=[*step(task="a", goals=goals), *step(task="b", goals=goals)]))
    document = chain([layer("input"), layer("flatten"), layer("dense", units=10), layer("output")])
    checker = Checker(document)
    checker.close()
    epoch = {"step": 4, "train": {"loss": 1.0}, "validation": {"loss": 2.0}}
    course.take_event("epoch", epoch)
    assert course.look(checker, {}, None)
    course.go(1)
    assert not course.look(checker, {}, None)
    course.take_event("epoch", epoch)
    assert course.look(checker, {}, None)


def test_what_was_reached_before_a_step_counts_for_it() -> None:
    reached = {"kind": "metric", "metric": "accuracy", "part": "test", "least": 0.9}
    looked = {"kind": "visit", "place": "understand:filters"}
    steps = [*SMALL["steps"], *step(task="a", goals=[reached]), *step(task="b", goals=[looked])]
    course = Course(made(steps=steps))
    checker = Checker(chain([layer("input"), layer("flatten"), layer("dense", units=10), layer("output")]))
    checker.close()
    course.take_event("started", {"parameters": 9})
    course.take_event("finished", {"test": {"accuracy": 0.95}})
    course.take_event("started", {"parameters": 9})  # a worse run afterwards takes nothing away
    course.take_event("finished", {"test": {"accuracy": 0.5}})
    course.visit("understand:filters")
    for number in (1, 2, 3):
        course.go(number)
        assert course.look(checker, {}, None), number


def met(goal: dict[str, Any], results: RunResults) -> bool:
    """Whether a goal of training is met by results alone."""
    course = Course(made(steps=step(task="a", goals=[goal])))
    course._results = results
    checker = Checker(chain([layer("input"), layer("output")]))
    checker.close()
    return course.look(checker, {}, None)


def test_goals_of_training() -> None:
    parts = {"train": {"accuracy": 0.99, "loss": 0.1}, "validation": {"accuracy": 0.9, "loss": 0.3}}
    results = RunResults(epochs=3, steps=9, parameters=100, losses=[1.0, 0.7, 0.4], parts=dict(parts))
    assert met({"kind": "loss", "falls": 0.5}, results)
    assert not met({"kind": "loss", "falls": 0.7}, results)
    assert not met({"kind": "loss", "stuck": True}, results)
    assert met({"kind": "gap", "metric": "accuracy", "least": 0.08}, results)
    assert met({"kind": "gap", "metric": "loss", "least": 0.19}, results)
    assert not met({"kind": "gap", "metric": "rmse", "least": 0}, results)
    assert met({"kind": "metric", "metric": "accuracy", "part": "validation", "least": 0.9, "parameters": 100}, results)
    assert not met(
        {"kind": "metric", "metric": "accuracy", "part": "validation", "least": 0.9, "parameters": 99}, results
    )
    assert not met({"kind": "metric", "metric": "accuracy", "part": "test", "least": 0.1}, results)
    assert met({"kind": "trained", "steps": 9}, results)
    assert not met({"kind": "trained", "epochs": 4}, results)
    results.take("started", {"parameters": 7})
    results.take("epoch", {"step": 1, "train": {"loss": None}, "validation": {}})
    assert (results.parameters, results.losses) == (7, [])


def test_progress_is_kept_and_damage_is_borne() -> None:
    assert kept_progress("mine") is None
    keep_progress("mine", LessonProgress((True, False), 1))
    keep_progress("other", LessonProgress((False,), 0))
    assert kept_progress("mine") == LessonProgress((True, False), 1)
    longer = Course(made(steps=[*SMALL["steps"], *step()]), kept_progress("mine"))
    assert longer.progress == LessonProgress((True, False, False), 1)
    for damage in ("[]", "{", '{"mine": {"done": 3, "step": 0}}', '{"mine": {"done": [], "step": -1}}'):
        (home() / "lessons.json").write_text(damage, "utf-8")
        assert kept_progress("mine") is None
