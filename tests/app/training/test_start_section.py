"""The section `start` follows the layers that it names, and says what of them is trainable."""

from __future__ import annotations

from app.training.start_edits import begin_anew, few, freeze, has_weights, start_of
from app.training.start_section import StartSection, trainable
from graph.checking.check import Checker
from graph.document import Document
from graph.structure.grouping import group
from tests.app.training.projects import mlp

RUN = "runs/low-20261129-123105/weights.safetensors"


def document(**start: object) -> Document:
    return Document(mlp(), {"start": {"weights": RUN, "sha256": "0" * 64, **start}})


def test_a_layer_that_is_renamed_stays_frozen_and_keeps_the_weights_that_it_is_given() -> None:
    made = document(frozen=["dense1"], fresh=["dense2"])
    before = dict(made.sections)
    with made.transaction("Rename"):
        made.rename("dense1", "first")
        made.rename("dense2", "last")
    start = StartSection.read(made.sections["start"])
    assert (start.frozen, start.fresh) == (("first",), ("last",))
    tensors = {"dense1.weight": 1, "dense2.weight": 2, "first.weight": 3}
    assert start.by_layer(tensors) == {"first.weight": 1}
    with made.transaction("Rename back"):
        made.rename("first", "dense1")
        made.rename("last", "dense2")
    assert made.sections["start"] == before["start"]
    made.undo()
    assert StartSection.read(made.sections["start"]) == start
    made.undo()
    assert dict(made.sections) == before


def test_a_layer_that_is_deleted_is_forgotten_until_undo_brings_it_back() -> None:
    made = document(frozen=["dense1"], fresh=["dense2"])
    before = made.sections["start"]
    with made.transaction("Delete"):
        made.remove("dense1")
    assert StartSection.read(made.sections["start"]).frozen == ()
    made.undo()
    assert made.sections["start"] == before
    made.redo()
    assert StartSection.read(made.sections["start"]).frozen == ()


def test_a_section_that_says_nothing_any_more_is_gone() -> None:
    made = Document(mlp(), {"start": {"frozen": ["dense1"]}})
    freeze(made, ["dense1"], False)
    assert "start" not in made.sections
    made.undo()
    assert made.sections["start"] == {"frozen": ["dense1"]}


def test_what_begins_anew_is_there_to_be_trained() -> None:
    made = document()
    freeze(made, ["dense1", "dense2"], True)
    begin_anew(made, ["dense2"], True)
    start = start_of(made.sections)
    assert (start.frozen, start.fresh) == (("dense1",), ("dense2",))
    freeze(made, ["dense2"], True)
    assert start_of(made.sections).fresh == ()
    assert made.undo_names == ("Freeze dense2", "Fresh weights for dense2", "Freeze 2 layers")


def test_frozen_parameters_are_not_trainable() -> None:
    made = document(frozen=["dense1"])
    checker = Checker(made)
    own = checker.layer_info("dense1").parameters
    assert 0 < trainable(checker, start_of(made.sections)) == checker.parameters - own
    assert [id_ for id_ in made.network.ids if has_weights(made, checker, id_)] == ["dense1", "norm1", "dense2"]
    with made.transaction("Group"):
        block = group(made, checker, ["dense1"])
    assert trainable(checker, start_of(made.sections)) == checker.parameters
    freeze(made, [block], True)
    assert trainable(checker, start_of(made.sections)) == checker.parameters - own


def test_where_the_weights_are_from_is_said_in_words() -> None:
    assert StartSection(weights=RUN).source == "the run low 12:31"
    assert StartSection(weights="net.safetensors").source == "net.safetensors"
    assert few([str(number) for number in range(12)]) == "0, 1, 2, 3, 4, 5, 6, 7 and 4 more"
    assert few(["a", "b"]) == "a, b"
