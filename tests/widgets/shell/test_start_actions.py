"""Starting from the weights of a run: what is said before, the edit of the project, and what follows a new name."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from app.protocol.start_messages import LayerStart, WeightsFitted
from graph.document import Document
from widgets.shell.actions.start_actions import StartActions, sheet_text, state_text
from widgets.shell.banners import Notice
from widgets.shell.context import Context

LAYERS = (
    LayerStart(layer="conv1"),
    LayerStart(layer="conv2"),
    LayerStart(layer="dense1", reason="its shape differs: 5 × 128 there, 6 × 128 here"),
)
WEIGHTS = "/runs/low-20261129-123105/weights.safetensors"


class Scene:
    """A project, and the notices that are said of it."""

    def __init__(self, start: dict[str, object] | None = None) -> None:
        self.document = Document(sections={} if start is None else {"start": start})
        self.said: list[Notice] = []
        session = SimpleNamespace(document=self.document, base=Path("/home/project"))
        self.actions = StartActions(cast(Context, SimpleNamespace(session=session, say=self.said.append, ready=True)))

    def offer(self, layers: tuple[LayerStart, ...] = LAYERS) -> Notice:
        self.actions._offer(self.document, "low 12:31", WeightsFitted(weights=WEIGHTS, sha256="0" * 64, layers=layers))
        return self.said[-1]

    def choose(self, title: str) -> None:
        next(act for name, act in self.offer().choices if name == title)()

    @property
    def start(self) -> Any:
        return self.document.sections.get("start")


def test_what_takes_weights_and_what_begins_anew_and_why_is_said_before() -> None:
    scene = Scene()
    question = scene.offer()
    assert question.asks
    assert question.text == (
        "Start the next training with the weights of “low 12:31”?\n\n"
        "Take its weights: conv1, conv2.\n"
        "Begin anew: dense1 (its shape differs: 5 × 128 there, 6 × 128 here)."
    )
    assert [title for title, _ in question.choices] == ["Start from this run", "Start, taken layers frozen", "Cancel"]
    assert scene.start is None
    scene.choose("Cancel")
    assert scene.start is None


def test_the_project_starts_there_until_undo() -> None:
    scene = Scene({"frozen": ["conv1"]})
    scene.choose("Start from this run")
    assert scene.start == {"weights": WEIGHTS, "sha256": "0" * 64, "frozen": ["conv1"], "fresh": ["dense1"]}
    assert scene.document.undo_names == ("Start from “low 12:31”",)
    assert scene.said[-1].tone == "ok"
    assert scene.actions.has_weights
    scene.actions.start_from_random_weights()
    assert scene.start == {"frozen": ["conv1"], "fresh": ["dense1"]}
    scene.document.undo()
    scene.document.undo()
    assert scene.start == {"frozen": ["conv1"]}


def test_what_takes_weights_is_frozen_where_something_else_learns() -> None:
    scene = Scene()
    scene.choose("Start, taken layers frozen")
    assert (scene.start["frozen"], scene.start["fresh"]) == (["conv1", "conv2"], ["dense1"])
    assert [title for title, _ in Scene().offer(LAYERS[:2]).choices] == ["Start from this run", "Cancel"]


@pytest.mark.parametrize(
    ("layers", "why"), [(LAYERS[2:], "because its shape differs"), ((), "it has no layers with weights")]
)
def test_a_run_of_which_nothing_fits_is_refused(layers: tuple[LayerStart, ...], why: str) -> None:
    refused = Scene().offer(layers)
    assert refused.tone == "error"
    assert why in refused.text


def test_a_run_that_gets_another_name_is_found_by_it() -> None:
    scene = Scene()
    scene.choose("Start from this run")
    scene.actions.follow_rename(Path("/runs/another"), Path("/runs/best"))
    assert scene.start["weights"] == WEIGHTS
    scene.actions.follow_rename(Path(WEIGHTS).parent, Path("/runs/best"))
    assert scene.start["weights"] == "/runs/best/weights.safetensors"


def test_frozen_layers_are_named() -> None:
    assert sheet_text(LAYERS, ["conv2", "gone"]).endswith("\nFrozen: conv2.")


def fitted(taken: int = 2, rest: str = "dense1") -> WeightsFitted:
    layers = [LayerStart(layer=f"conv{at}", source=f"features.{at}", how="by name") for at in range(1, taken + 1)]
    layers += [LayerStart(layer=rest, reason="nothing in the file fits it")] if rest else []
    return WeightsFitted(weights="", sha256="", layers=tuple(layers), left=("fc.weight", "fc.bias"))


def test_a_state_dict_is_told_layer_by_layer_with_what_is_left_over() -> None:
    scene = Scene()
    scene.actions._offer_state(scene.document, Path("theirs.pt"), fitted())
    question = scene.said[-1]
    assert question.asks
    assert question.text == (
        "Start the next training with the weights of theirs.pt?\n\n"
        "conv1 takes features.1, by name.\n"
        "conv2 takes features.2, by name.\n"
        "Begin anew: dense1 (nothing in the file fits it).\n"
        "Left over in the file: fc.weight, fc.bias."
    )
    titles = [title for title, _ in question.choices]
    assert titles == ["Start from these weights", "Start, taken layers frozen", "Cancel"]
    assert scene.start is None


def test_of_many_layers_of_a_state_dict_the_rest_is_counted() -> None:
    assert "\n12 more layers by name.\n" in state_text(fitted(20))


def test_a_state_dict_of_which_nothing_fits_is_refused() -> None:
    scene = Scene()
    scene.actions._offer_state(scene.document, Path("theirs.pt"), fitted(0))
    assert scene.said[-1].tone == "error"
    assert "No layer of this network takes weights of theirs.pt: dense1 begins anew" in scene.said[-1].text
    scene.actions._offer_state(Document(), Path("theirs.pt"), fitted())
    assert len(scene.said) == 1
