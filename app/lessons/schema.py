"""The JSON schema of lesson files as strict pydantic models; a file that does not fit is refused with a sentence.

A lesson is one JSON object. Its steps have a text in Markdown and either goals, which the program checks by itself, or
a question, or neither (something to read).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from graph import strict_json
from graph.errors import NetloomError
from graph.layers.settings import sentence
from graph.user_files import bytes_of

VERSION = 1
LARGEST = 2**20
"""Files over this many bytes are no lessons."""

Number = int | float
Value = bool | int | float | str | list[int] | list[float]
Part = Literal["train", "validation", "test"]
Text = Annotated[str, Field(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)


class _Range(_Strict):
    """Bounds, both included; at least one is needed."""

    least: Number | None = None
    most: Number | None = None

    def holds(self, value: float) -> bool:
        """Whether a value lies within."""
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.least is None and self.most is None:
            raise ValueError("give “least”, “most” or both")
        return self


class LayerGoal(_Strict):
    """So many layers of one of these kinds, with these settings, lead to an output."""

    kind: Literal["layer"]
    of: Annotated[list[Text], Field(min_length=1)]
    least: int = 1
    most: int | None = None
    settings: dict[str, Value] = {}


class WithoutGoal(_Strict):
    """No layer of these kinds leads to an output."""

    kind: Literal["without"]
    of: Annotated[list[Text], Field(min_length=1)]


class OutputGoal(_Strict):
    """A layer, by its id or by its kind, gives this shape."""

    kind: Literal["output"]
    layer: Text
    shape: Annotated[list[int], Field(min_length=1)]


class ParametersGoal(_Range):
    """The network, or a layer by its id or kind, has so many trainable parameters."""

    kind: Literal["parameters"]
    layer: str = ""


class ReceptiveFieldGoal(_Strict):
    """A layer, by its id or by its kind, sees just so many places of the input along each axis."""

    kind: Literal["receptive_field"]
    layer: Text
    size: Annotated[list[int], Field(min_length=1)]


class FitsGoal(_Strict):
    """The network has no problem and can be trained."""

    kind: Literal["fits"]


class NoHintsGoal(_Strict):
    """No hint of these rules is left; of none at all where the list is empty. Dismissed hints do not count as gone."""

    kind: Literal["no_hints"]
    rules: list[str] = []


class SettingGoal(_Strict):
    """A setting of the plan or of the data (``split.validation``) has a value, or lies within bounds."""

    kind: Literal["setting"]
    section: Literal["plan", "data"]
    name: Text
    value: Value | None = None
    least: Number | None = None
    most: Number | None = None


class TrainedGoal(_Strict):
    """Training did so many epochs, or steps, since this step of the lesson began."""

    kind: Literal["trained"]
    epochs: int = 0
    steps: int = 0


class MetricGoal(_Range):
    """A run since this step began ended (or, but for the test set, stands) with a metric within bounds.

    ``parameters`` is the most that its network may have.
    """

    kind: Literal["metric"]
    metric: Text
    part: Part
    parameters: int | None = None


class LossGoal(_Strict):
    """The training loss fell by a share of its first value, or did not move for two epochs and more."""

    kind: Literal["loss"]
    falls: float | None = None
    stuck: bool = False


class GapGoal(_Range):
    """How much better a metric is on the training set than on the validation set."""

    kind: Literal["gap"]
    metric: Text


class VisitGoal(_Strict):
    """A place was looked at since this step began, as links write it: ``understand:filters``, ``layer:conv1``."""

    kind: Literal["visit"]
    place: Text


Goal = Annotated[
    LayerGoal
    | WithoutGoal
    | OutputGoal
    | ParametersGoal
    | ReceptiveFieldGoal
    | FitsGoal
    | NoHintsGoal
    | SettingGoal
    | TrainedGoal
    | MetricGoal
    | LossGoal
    | GapGoal
    | VisitGoal,
    Field(discriminator="kind"),
]


class LessonQuestion(_Strict):
    """A question with one right answer: a number within a tolerance, or one of several choices (counted from 1)."""

    ask: Text
    number: Number | None = None
    tolerance: Annotated[Number, Field(ge=0)] = 0
    unit: str = ""
    choices: list[Text] = []
    answer: int | None = None
    because: str = ""

    @model_validator(mode="after")
    def _answerable(self) -> Self:
        if (self.number is None) == (not self.choices):
            raise ValueError("give either a “number” or “choices”")
        if self.choices and (len(self.choices) < 2 or self.answer not in range(1, len(self.choices) + 1)):
            raise ValueError("give two choices or more, and as “answer” the number of the right one, counted from 1")
        return self

    def right(self, answer: float) -> bool:
        """Whether a number, or the number of a choice, is the answer."""
        if self.number is None:
            return answer == self.answer
        return abs(answer - self.number) <= self.tolerance + 1e-9 * abs(self.number)


class PictureWindow(_Strict):
    """Cells of a picture that are ringed; rows and columns are counted from 1."""

    row: Annotated[int, Field(ge=1)]
    column: Annotated[int, Field(ge=1)]
    rows: Annotated[int, Field(ge=1)]
    columns: Annotated[int, Field(ge=1)]


Row = Annotated[list[Number], Field(min_length=1, max_length=32)]


class LessonPicture(_Strict):
    """Numbers in rows, painted as the pixels of a picture; one that comes ``after`` is shown once the step is done."""

    title: Text
    rows: Annotated[list[Row], Field(min_length=1, max_length=32)]
    window: PictureWindow | None = None
    after: bool = False

    @model_validator(mode="after")
    def _even(self) -> Self:
        width = len(self.rows[0])
        if any(len(row) != width for row in self.rows):
            raise ValueError("give all “rows” of a picture the same number of values")
        window = self.window
        if window and (window.row + window.rows - 1 > len(self.rows) or window.column + window.columns - 1 > width):
            raise ValueError("the “window” reaches out of the picture: its “row” and “column” are counted from 1")
        return self


class LessonStep(_Strict):
    """One step: a text, pictures of numbers, and what there is to do."""

    title: Text
    text: Text
    pictures: Annotated[list[LessonPicture], Field(max_length=8)] = []
    task: str = ""
    goals: list[Goal] = []
    question: LessonQuestion | None = None
    hint: str = ""
    done: str = ""

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        if self.goals and self.question is not None:
            raise ValueError("a step has either goals or a question, not both; make two steps of it")
        if bool(self.goals) != bool(self.task):
            raise ValueError("“task” says in one sentence what “goals” check: give both or neither")
        return self


class Lesson(_Strict):
    """A lesson. ``start`` is ``preset:ID``, ``empty``, or ``open`` for whatever project is open."""

    lesson: Literal[1]
    id: Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]
    title: Text
    summary: Text
    minutes: Annotated[int, Field(ge=1, le=600)]
    level: Literal["beginner", "intermediate", "advanced"] = "beginner"
    textbook: list[str] = []
    start: Annotated[str, Field(pattern=r"^(preset:[a-z0-9_]+|empty|open)$")] = "open"
    steps: Annotated[list[LessonStep], Field(min_length=1, max_length=99)]


def parse_lesson(content: bytes, place: str) -> Lesson:
    """A lesson from the content of a file.

    Raises
    ------
    NetloomError
        naming the place in the file, the reason and the remedy.
    """
    value = _decoded(content, place)
    try:
        return Lesson.model_validate_json(json.dumps(value))
    except ValidationError as error:
        raise sentence(error, place) from None


def read_lesson(path: Path) -> Lesson:
    """The lesson in the file ``path``.

    Raises
    ------
    NetloomError
        if it cannot be read or is refused.
    """
    return parse_lesson(bytes_of(path, LARGEST, "lesson"), path.name)


def _decoded(content: bytes, place: str) -> dict[str, Any]:
    value = strict_json.parse(content, place)
    if not isinstance(value, dict) or "lesson" not in value:
        raise NetloomError(f"{place} is no lesson: it lacks the key “lesson”, which holds the version {VERSION}.")
    if value["lesson"] != VERSION:
        raise NetloomError(f"{place}: “lesson” must be {VERSION}, the version of the format that this Netloom reads.")
    return value
