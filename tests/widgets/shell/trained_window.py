"""What a window shows of a trained run and of a lesson, without a worker: filled as its replies would fill it."""

from __future__ import annotations

import os
import pickle
from functools import cache
from pathlib import Path

import numpy as np

from app.inference.scores import class_scores
from app.lessons.course import Course
from app.lessons.schema import Lesson
from app.protocol.evaluation_values import Evaluation, Predictions, WorstPredictions
from app.protocol.events import EpochConfusion
from app.protocol.inference_messages import InputsDescribed, NewSamplePredicted, SampleRead
from app.protocol.inference_values import InputForm, NewSample, OutputPrediction, PictureLook
from app.protocol.values import FieldFacts
from tests.app.protocol import samples
from tests.widgets.shell.filled_views import fill
from tests.widgets.understand.by_hand.cases import lenet_case
from widgets.shell.lesson_guide import LessonGuide
from widgets.shell.window import MainWindow
from widgets.training.training_panel import TrainPanel
from widgets.understand.by_hand.by_hand_tab import ByHandTab
from widgets.understand.errors.errors_tab import ErrorsTab
from widgets.understand.try_it.try_it_tab import TryItTab
from widgets.understand.understand_tab import Tab

CLASSES = tuple("0123456789")
COUNTS = np.full((10, 10), 12, np.int64) + np.diag(np.full(10, 1090, np.int64))
"""Ten classes of a test set as large as that of MNIST: four digits on the diagonal, two in every other cell."""
WORST = 40
LEFT = "NETLOOM_TEST_EVALUATION"
"""The environment variable with the file in which the process that started this one has left `evaluation`."""


@cache
def evaluation() -> Evaluation:
    """A test of a network for digits.

    A process that is told by `LEFT` where another has left it reads it there: scores load scikit-learn, which takes as
    long as a walk through a dozen views.
    """
    if LEFT in os.environ:
        left: Evaluation = pickle.loads(Path(os.environ[LEFT]).read_bytes())
        return left
    true = np.arange(WORST) % 10
    predicted, chances = (true + 1) % 10, np.full((WORST, 10), 0.1, np.float32)
    worst = WorstPredictions(
        index=np.arange(1480, 1480 + WORST), true=true, predicted=predicted, loss=np.full(WORST, 2.5, np.float32),
        input=np.zeros((WORST, 1, 8, 8), np.float32), probability=np.full(WORST, 0.499, np.float32),
        probabilities=chances,
    )  # fmt: skip
    return Evaluation(
        part="test", task="classification", target="digit", metrics={}, worst=worst, classes=CLASSES,
        predictions=Predictions(index=worst.index, true=true, predicted=predicted), confusion=COUNTS,
        scores=class_scores(true, predicted, chances, CLASSES, None),
    )  # fmt: skip


def show_finished(window: MainWindow, run: Path) -> None:
    """The run is over and tested, and its confusion matrix was counted."""
    controller, panel = window.training.controller, window.workbench.panel("train")
    assert controller is not None and isinstance(panel, TrainPanel)
    controller.health.confusion.emit(EpochConfusion(10, CLASSES, COUNTS))
    metrics = {"loss": 0.0712, "accuracy": 0.918}
    controller.link.training_event.emit(samples.finished(run=str(run), test=metrics, seconds=12.0))


def show_results(tab: Tab) -> None:
    """Fill a view that asks the worker: ten classes in Errors and in Try it, a layer in By hand, charts elsewhere."""
    fill(tab)
    if isinstance(tab, ErrorsTab):
        tab.classes.show_evaluation(evaluation())
        tab.pages.bring(tab.classes)
    elif isinstance(tab, ByHandTab):
        tab._show(lenet_case(0.0, 1.0))
    elif isinstance(tab, TryItTab) and not tab.editors:
        field = FieldFacts("image", "image", (1, 8, 8))
        look = PictureLook(channels=1, height=8, width=8, ground=0.0, ink=1.0, stroke=1.5)
        form = InputForm(field=field, editor="picture", look=look)
        tab._on_described(InputsDescribed(forms=(form,), parts={"test": 9}))
    if isinstance(tab, TryItTab):
        digit = FieldFacts("digit", "vector", (10,), classes=CLASSES)
        values = np.array([0.263, 0.237, 0.183, 0.149, 0.069, 0.056, 0.024, 0.008, 0.006, 0.005], np.float32)
        output = OutputPrediction(
            output="output1", kind="classes", target=digit, values=values, chosen=(0,), sure=0.263
        )
        sample = NewSample(arrays={"image": np.zeros((1, 8, 8), np.float32)})
        tab._on_sample(SampleRead(sample=sample, place=2, count=270, index=2, target=np.array(2), target_field=digit))
        tab._on_predicted(NewSamplePredicted(outputs=(output,)))
        tab.pages.bring(tab.page)


LESSON = Lesson.model_validate(
    {
        "lesson": 1, "id": "asked", "title": "Why a step does not learn", "summary": "A test", "minutes": 8,
        "start": "empty",
        "steps": [
            {"title": "See it stand still", "text": "[Train](command:train), and watch the loss. " * 5,
             "task": "Train for two epochs or more and see that the loss does not move.",
             "goals": [{"kind": "trained", "epochs": 99}], "hint": "Press Ctrl+Enter."},
            {"title": "What is lost", "text": "The slope tells where the error becomes smaller. " * 5,
             "question": {"ask": "What would change if two columns were swapped, for all wines alike?", "answer": 2,
                          "choices": ["The cultivar could not be told any more", "Nothing",
                                      "The picture would be mirrored"]}},
            {"title": "The table", "text": "Each map of the third layer sees other maps. " * 5,
             "question": {"ask": "What else does the table do?", "answer": 1,
                          "choices": ["It makes the maps differ, because each sees others",
                                      "It makes the picture larger", "It replaces the activation"]}},
            {"title": "The whole", "text": "Each output value is a weighted sum. " * 8,
             "question": {"ask": "How many parameters has the whole network?", "number": 16, "unit": "parameters"}},
        ],
    }
)  # fmt: skip
"""A lesson with something to do, the longest choices of the lessons that ship, and a number to type."""


def take_lesson(window: MainWindow, step: int) -> None:
    """Stand at a step of the lesson, in the project that is open."""
    course = Course(LESSON)
    course.go(step)
    window.part(LessonGuide)._take_up(course)
