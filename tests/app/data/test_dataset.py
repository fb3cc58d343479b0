"""What a data set says about its fields: what each is for, and what it means to be held against one."""

from __future__ import annotations

import pytest

from app.data.dataset import DatasetInfo, FieldInfo, Task
from graph.errors import NetloomError
from graph.shapes import image, tokens, vector

WORDS = ("", "<end>", "a", "b")
INFO = DatasetInfo(
    "set",
    "A set",
    Task.REGRESSION,
    10,
    (
        FieldInfo("picture", image(1, 8, 8)),
        FieldInfo("question", tokens(4), vocabulary=WORDS),
        FieldInfo("answer", tokens(4), vocabulary=WORDS),
        FieldInfo("kind", vector(2), ("cat", "dog")),
        FieldInfo("tags", vector(2), names=("red", "round"), fixed=True, labels=True),
        FieldInfo("weight", vector(1)),
        FieldInfo("price", vector(1)),
    ),
    ("picture", "question"),
    "price",
)


@pytest.mark.parametrize(
    ("target", "task"),
    [
        ("", Task.REGRESSION),
        ("price", Task.REGRESSION),
        ("weight", Task.REGRESSION),
        ("kind", Task.CLASSIFICATION),
        ("tags", Task.LABELS),
        ("answer", Task.SEQUENCE),
        ("picture", Task.RECONSTRUCTION),
        ("question", Task.RECONSTRUCTION),
    ],
)
def test_each_field_can_be_a_target_in_its_own_way(target: str, task: Task) -> None:
    assert INFO.task_for(target) is task


def test_a_field_is_an_input_a_target_or_neither() -> None:
    assert [INFO.role(field.name) for field in INFO.fields] == ["input", "input", *["extra"] * 4, "target"]


def test_a_field_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(NetloomError, match=r"sound.*picture"):
        INFO.field_named("sound")
