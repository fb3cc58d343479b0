"""Names of layers in any script, and what is made of typed text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.document import Document
from graph.editing import block_edits
from graph.errors import NetloomError
from graph.naming import LONGEST, check_name, possible_name, typed_name
from graph.project import Project, parse_project, project_json
from graph.structure.blocks import Block
from tests.graph.networks import layer, wire

FOREIGN = ("größe", "数据", "слой1", "हिन्दी", "σ", "Ärger_2", "시각", "مدخل")


@pytest.mark.parametrize("name", [*FOREIGN, "conv1", "F6", "a__b", "x" * LONGEST])
def test_letters_of_every_script_are_a_name(name: str) -> None:
    check_name(name)
    assert possible_name(name) == name


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("no good", "as in “no_good”"),
        ("1st", "begin with a letter."),
        ("_x", "as in “x”"),
        ("größe_", "as in “größe”"),
        ("ﬁlter", "as in “filter”"),
        ("a\u3164", "as in “a”"),
        ("e\u0301", "as in “é”"),
        ("a\ufe0f", "as in “a”"),
        ("a-b.c", "as in “a_b_c”"),
        ("日" * (LONGEST + 1), "at most 64 letters, and this one has 65"),
        ("for", "Python or torch uses the word"),
        ("train", "Python or torch uses the word"),
        ("", "begin with a letter."),
        ("🙂", "begin with a letter."),
    ],
)
def test_what_cannot_be_a_name_is_refused_with_what_can(name: str, reason: str) -> None:
    with pytest.raises(NetloomError) as error:
        check_name(name)
    assert reason in str(error.value)


@given(st.text())
def test_what_is_made_of_any_text_is_a_name_or_nothing(text: str) -> None:
    name = possible_name(text)
    if name:
        check_name(name)
        assert unicodedata.is_normalized("NFKC", name)
        assert possible_name(name) == name
    if text.isidentifier() and typed_name(text) == text and text.isalnum() and len(text) <= LONGEST and text.isascii():
        assert name in (text, "")


def drawn(*names: str) -> Document:
    document = Document()
    with document.transaction("Draw"):
        last = document.add(layer("input"))
        for name in names:
            last_before, last = last, document.add(layer("tanh"), name=name)
            document.connect(wire(last_before, last))
        document.connect(wire(last, document.add(layer("output"))))
    return document


def test_a_project_keeps_names_of_every_script() -> None:
    network = drawn(*FOREIGN).network
    text = project_json(Project(network))
    assert parse_project(text).network.ids == network.ids
    assert parse_project(text).network.connections == network.connections


def test_a_layer_and_a_block_are_named_by_one_rule() -> None:
    document = drawn("tanh1")
    with document.transaction("Add"):
        block = document.add(Block())
        block_edits.rename_layer(document, block, "große_stufe")
        block_edits.rename_layer(document, "tanh1", " e\u0301tage ")
    assert "große_stufe" in document.network
    assert "étage" in document.network
    for id_ in ("étage", "große_stufe"):
        with pytest.raises(NetloomError, match="as in “Große_Stufe”"), document.transaction("Name"):
            block_edits.rename_layer(document, id_, "Große Stufe")
        assert id_ in document.network


@pytest.mark.parametrize("words", ["train", "for", "!?", "étage"])
def test_a_block_is_refused_what_no_layer_can_be_called(words: str) -> None:
    document = drawn("étage")
    with document.transaction("Add"):
        block = document.add(Block())
    with pytest.raises(NetloomError), document.transaction("Name"):
        block_edits.rename_layer(document, block, words)
    assert document.network.layer_as(block, Block).label == ""
