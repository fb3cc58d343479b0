"""Documents: transactions, exact undo, one notification stream."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.changes import Connected, LayerAdded
from graph.checking.check import Checker
from graph.document import Act, Commit, Document, Origin
from graph.errors import NetloomError
from graph.naming import fresh_name
from graph.project import Project, parse_project, project_bytes
from graph.structure.blocks import Block
from graph.structure.inner_document import InnerDocument
from tests.graph.networks import chain, layer, wire


def saved(document: Document) -> bytes:
    return project_bytes(Project(document.network, dict(document.sections)))


def test_an_edit_outside_a_transaction_raises_and_changes_nothing() -> None:
    document = Document()
    with pytest.raises(RuntimeError, match="outside a transaction"):
        document.add(layer("relu"))
    assert len(document.network) == 0


def test_a_transaction_that_fails_leaves_nothing() -> None:
    document = chain([layer("input"), layer("flatten")])
    before, told = saved(document), list[Commit]()
    document.subscribe(told.append)
    with pytest.raises(NetloomError, match="run in a circle"), document.transaction("Close a circle"):
        document.rename("flatten1", "flat")
        relu = document.add(layer("relu"))
        document.connect(wire("flat", relu))
        second = document.add(layer("add"))
        document.connect(wire(relu, second, "in1"))
        document.disconnect(wire("input1", "flat"))
        document.connect(wire(second, "flat"))
    assert saved(document) == before
    assert told == []
    assert document.undo_names == ("Draw a chain",)


def test_undo_and_redo_say_whether_there_was_anything() -> None:
    document = chain([layer("relu")])
    assert not document.redo()
    assert document.undo()
    assert not document.undo()
    assert document.redo()
    assert not document.redo()
    assert document.network.ids == ("relu1",)


def test_subscribers_hear_of_a_commit_once_with_its_changes_in_order() -> None:
    document, told = Document(), list[Commit]()
    stop = document.subscribe(told.append)
    with document.transaction("Add two"):
        a, b = document.add(layer("input")), document.add(layer("relu"))
        document.connect(wire(a, b))
    document.undo()
    document.redo()
    assert [commit.origin for commit in told] == [Origin.EDIT, Origin.UNDO, Origin.REDO]
    assert [type(change) for change in told[0].changes] == [LayerAdded, LayerAdded, Connected]
    assert told[2].changes == told[0].changes
    stop()
    document.undo()
    assert len(told) == 3


def test_an_empty_transaction_is_not_recorded() -> None:
    document = chain([layer("input")])
    with document.transaction("Nothing"):
        document.move({"input1": (0.0, 0.0)})
        document.set_values("input1", field="")
    assert document.undo_names == ("Draw a chain",)


def test_typing_in_one_field_is_one_undo_but_not_across_a_save() -> None:
    document = chain([layer("dense")])
    for units in (1, 12, 128):
        with document.transaction("Set units", merge="dense1.units"):
            document.set_values("dense1", units=units)
    document.mark_saved()
    with document.transaction("Set units", merge="dense1.units"):
        document.set_values("dense1", units=5)
    assert document.modified
    document.undo()
    assert not document.modified
    assert document.network.layer("dense1") == layer("dense", units=128)
    document.undo()
    assert document.network.layer("dense1") == layer("dense")


def test_renaming_carries_connections_and_comes_back() -> None:
    document = chain([layer("input"), layer("flatten"), layer("dense")])
    before = saved(document)
    with document.transaction("Rename"):
        document.rename("flatten1", "rows")
    assert wire("input1", "rows") in document.network.connections
    assert wire("rows", "dense1") in document.network.connections
    document.undo()
    assert saved(document) == before


@pytest.mark.parametrize("name", ["", "1a", "a b", "class", "forward", "train", "a_", "flatten1", "e\u0301"])
def test_names_that_torch_or_python_cannot_take_are_refused(name: str) -> None:
    document = chain([layer("input"), layer("flatten")])
    with pytest.raises(NetloomError), document.transaction("Rename"):
        document.rename("input1", name)


def test_letters_of_every_script_name_a_layer() -> None:
    document = chain([layer("input"), layer("flatten")])
    with document.transaction("Rename"):
        document.rename("input1", "é")
    assert "é" in document.network


def test_fewer_inputs_of_a_merge_drop_the_connections_that_lose_their_port() -> None:
    document = chain([layer("input")])
    with document.transaction("Merge"):
        add = document.add(layer("add", inputs=3))
        for port in ("in1", "in2", "in3"):
            document.connect(wire("input1", add, port))
    before = saved(document)
    with document.transaction("Fewer"):
        document.set_values(add, inputs=2)
    assert wire("input1", add, "in3") not in document.network.connections
    document.undo()
    assert saved(document) == before


def test_sections_are_edited_like_layers() -> None:
    document = Document()
    with document.transaction("Choose data"):
        document.set_section("data", {"source": "digits"})
    document.undo()
    assert "data" not in document.sections
    document.redo()
    assert document.sections["data"] == {"source": "digits"}


def test_a_muted_layer_that_becomes_an_end_is_muted_no_more() -> None:
    document = chain([layer("input"), layer("relu"), layer("output")])
    checker = Checker(document)
    with document.transaction("Mute"):
        document.mute("relu1", True)
    before = saved(document)
    with document.transaction("Replace"):
        document.set_layer("relu1", layer("input"))
    assert not document.network.node("relu1").muted
    assert checker.layer_info("relu1").outputs
    document.undo()
    assert saved(document) == before
    assert document.network.node("relu1").muted


@given(count=st.integers(0, 300), gaps=st.sets(st.integers(1, 300), max_size=5))
def test_a_fresh_name_is_free_and_the_first_free_among_few(count: int, gaps: set[int]) -> None:
    taken = {f"relu{number}" for number in range(1, count + 1) if number not in gaps}
    name = fresh_name("relu", taken)
    assert name not in taken
    assert name == "relu1" or f"relu{int(name[4:]) - 1}" in taken
    if count < 32:
        assert int(name[4:]) == min(set(range(1, 34)) - {int(each[4:]) for each in taken})


def counting(steps: list[str], name: str, *, back: bool = True) -> Act:
    """An act beside the document that keeps in ``steps`` that it was done; ``back`` says whether it can be repeated."""

    def take_back() -> bool:
        assert steps.pop() == name
        return back

    def repeat() -> bool:
        steps.append(name)
        return True

    steps.append(name)
    return Act(name, take_back, repeat)


@given(st.lists(st.sampled_from(("edit", "act", "undo", "redo", "save")), max_size=24))
def test_edits_and_acts_beside_the_document_are_undone_in_one_order(doings: list[str]) -> None:
    document, steps, at = Document(), list[str](), 0
    kept = document.network.ids
    states = [(kept, tuple(steps))]
    for number, doing in enumerate(doings):
        if doing == "edit":
            with document.transaction("Edit", merge="same"):
                document.add(layer("relu"), name=f"relu_{number}")  # the same again would be as saved
        elif doing == "act":
            document.record(counting(steps, f"act {number}"))
        elif doing == "save":
            document.mark_saved()
            kept = document.network.ids
        elif doing == "undo":
            assert document.undo() == (at > 0)
            at = max(at - 1, 0)
        else:
            assert document.redo() == (at < len(states) - 1)
            at = min(at + 1, len(states) - 1)
        now = (document.network.ids, tuple(steps))
        if doing in ("edit", "act"):
            merged = len(document.undo_names) == at
            at += not merged
            states[at:] = [now]
        assert now == states[at]
        assert len(document.undo_names) == at and len(document.redo_names) == len(states) - 1 - at
        assert document.modified == (document.network.ids != kept)


def edited(*names: str) -> Document:
    """A document with an edit for each of these names, which is that of a layer that was added."""
    document = Document()
    for name in names:
        with document.transaction(f"Add {name}"):
            document.add(layer("relu"), name=name)
    return document


def of_same_content(document: Document) -> Document:
    """A document as it is read from a file that holds another one as it is."""
    project = parse_project(json.loads(saved(document)))
    return Document(project.network, project.sections)


def test_another_document_with_the_same_content_takes_up_the_history() -> None:
    document = edited("one", "two", "three")
    document.record(counting([], "beside"))
    document.mark_saved()
    document.undo()
    document.undo()
    history = document.history(100)
    assert history is not None
    again = of_same_content(document)
    again.take_up(history)
    assert again.undo_names == ("Add two", "Add one") and again.redo_names == ("Add three",)
    assert not again.modified
    assert again.redo() and again.modified and set(again.network.ids) == {"one", "two", "three"}
    for _ in range(3):
        assert again.undo()
    assert not again.undo() and len(again.network) == 0


def test_edits_that_were_given_up_can_be_redone_from_what_was_saved() -> None:
    document = edited("one", "two")
    document.mark_saved()
    kept = of_same_content(document)
    with document.transaction("Add three"):
        document.add(layer("relu"), name="three")
    history = document.history(100, saved=True)
    assert history is not None
    kept.take_up(history)
    assert kept.undo_names == ("Add two", "Add one") and kept.redo_names == ("Add three",) and not kept.modified
    for _ in range(2):
        document.undo()
    with document.transaction("Add four"):
        document.add(layer("relu"), name="four")
    assert document.history(100, saved=True) is None, "what was saved cannot be reached any more"


def test_the_nearest_edits_are_kept_where_there_are_many() -> None:
    document = edited(*"abcdef")
    for _ in range(3):
        document.undo()
    history = document.history(2)
    assert history is not None
    again = of_same_content(document)
    again.take_up(history)
    assert again.undo_names == ("Add c", "Add b") and again.redo_names == ("Add d", "Add e")


def test_an_act_that_cannot_be_repeated_leaves_what_can_be_redone() -> None:
    document, given_up = chain([layer("relu")]), list[str]()
    document.undo()
    attempt = Act("Open a file", lambda: bool(given_up.append("file")))
    document.record(attempt)
    assert document.undo_names == ("Open a file",) and document.redo_names == ("Draw a chain",)
    assert document.undo() and given_up == ["file"]
    assert document.redo_names == ("Draw a chain",)


def test_an_act_is_forgotten_wherever_it_stands() -> None:
    document, steps = Document(), list[str]()
    first, second = (counting(steps, name) for name in ("first", "second"))
    for act in (first, second):
        document.record(act)
    document.undo()
    document.forget(second)
    document.forget(first)
    document.forget(first)
    assert not document.undo() and not document.redo() and steps == ["first"]


def test_what_cannot_be_repeated_after_all_leaves_the_history() -> None:
    document, steps = Document(), list[str]()
    document.record(counting(steps, "lost", back=False))
    assert document.undo() and not document.redo() and document.redo_names == ()


def test_an_act_inside_a_block_stands_in_the_outermost_history() -> None:
    document = Document()
    with document.transaction("Add"):
        document.add(Block(), name="block")
    inner, heard, steps = InnerDocument(document, "block"), list[Commit](), list[str]()
    inner.subscribe(heard.append)
    act = counting(steps, "act")
    inner.record(act)
    assert document.undo_names[0] == "act" and inner.is_next(act) and [commit.changes for commit in heard] == [()]
    inner.forget(act)
    assert document.undo_names == ("Add",)
