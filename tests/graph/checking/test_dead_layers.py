"""Layers that lead to no output: they are named once for each path, with repairs that can be applied and undone."""

from __future__ import annotations

import pytest

from graph.checking.check import Checker
from graph.checking.dead_layers import MOST_LOOSE
from graph.checking.layer_info import Problem, Severity
from graph.document import Document
from graph.layers.activation import Relu
from graph.layers.dense import Dense
from graph.layers.io import Input, Output
from graph.layers.merge import Add
from graph.layers.shape import Flatten
from graph.network import Connection, Network
from graph.shapes import image, vector
from tests.graph.networks import chain, layer, lenet


def perceptron() -> Document:
    return chain([layer("input", shape=vector(8)), layer("dense"), layer("output")])


def warnings(checker: Checker) -> list[Problem]:
    return [problem for problem in checker.problems if problem.severity is Severity.WARNING]


def branch(document: Document, source: str, *kinds: str) -> list[str]:
    """Layers in a row behind a layer, leading nowhere."""
    added = []
    with document.transaction("Branch"):
        for kind in kinds:
            added.append(document.add(layer(kind)))
            document.connect(Connection(source, "out", added[-1], "in"))
            source = added[-1]
    return added


def test_a_branch_that_leads_nowhere_is_named_once_and_put_into_the_flow() -> None:
    document = perceptron()
    checker = Checker(document)
    relu, tanh = branch(document, "input1", "relu", "tanh")
    (problem,) = warnings(checker)
    assert problem.layer == tanh
    assert problem.message == "relu1 and tanh1 lead to no output, so nothing that they compute is used."
    assert [fix.title for fix in problem.fixes] == ["Put them between input1 and dense1", "Remove these 2 layers"]
    assert checker.layer_info(relu).dead
    assert checker.layer_info(tanh).dead
    assert not checker.layer_info("dense1").dead
    problem.fixes[0].apply(document)
    assert [document.network.into(id_)["in"].source for id_ in ("relu1", "tanh1", "dense1")] == [
        "input1",
        "relu1",
        "tanh1",
    ]
    assert not checker.problems
    document.undo()
    assert warnings(checker) == [problem]
    problem.fixes[1].apply(document)
    assert document.network.ids == ("input1", "dense1", "output1")
    assert not checker.problems


def test_many_dead_layers_are_counted() -> None:
    document = perceptron()
    checker = Checker(document)
    branch(document, "dense1", "relu", "tanh", "relu", "tanh", "relu")
    (problem,) = warnings(checker)
    assert problem.message.startswith("relu3 and the 4 layers before it lead to no output")


def test_a_second_input_that_feeds_nothing_is_a_problem() -> None:
    document = perceptron()
    checker = Checker(document)
    with document.transaction("Add"):
        document.add(Input(shape=vector(8)))
    (problem,) = warnings(checker)
    assert problem.layer == "input2"
    assert problem.message == "input2 feeds no layer, so its data is not used."
    assert [fix.title for fix in problem.fixes] == ["Remove input2"]
    with document.transaction("Merge"):
        document.set_layer("dense1", Add())
        document.add(Dense(), name="dense2")
    free = [fix.title for problem in checker.problems if problem.layer == "input2" for fix in problem.fixes]
    assert "Connect input2 to dense1.in2" in free


def test_before_there_is_an_output_only_a_second_idle_input_is_a_problem() -> None:
    document = Document()
    checker = Checker(document)
    with document.transaction("Add"):
        document.add(Input(shape=image(1, 8, 8)))
        document.add(Relu())
    assert not [problem for problem in warnings(checker) if "feeds no layer" in problem.message]
    with document.transaction("Add"):
        document.add(Input(shape=vector(8)))
    assert [problem.layer for problem in warnings(checker) if "feeds no layer" in problem.message] == ["input2"]
    with document.transaction("Connect"):
        document.connect(Connection("input2", "out", "relu1", "in"))
    assert [problem.layer for problem in warnings(checker) if "feeds no layer" in problem.message] == ["input1"]


def test_a_network_that_is_being_put_together_is_not_dead_and_its_output_is_offered_what_is_open() -> None:
    document = chain([layer("input", shape=vector(8)), layer("dense"), layer("relu")])
    checker = Checker(document)
    with document.transaction("Add"):
        document.add(Output())
    assert not any(checker.layer_info(id_).dead for id_ in document.network.ids)
    (problem,) = [problem for problem in checker.problems if problem.layer == "output1"]
    assert [fix.title for fix in problem.fixes] == ["Connect relu1 to output1"]
    problem.fixes[0].apply(document)
    assert not checker.problems


def test_the_only_input_is_not_offered_to_be_removed() -> None:
    document = perceptron()
    checker = Checker(document)
    with document.transaction("Cut"):
        document.disconnect(document.network.into("dense1")["in"])
        document.add(Input(shape=vector(4)))
        document.connect(Connection("input2", "out", "dense1", "in"))
        document.remove("input2")
    assert not [fix.title for problem in checker.problems for fix in problem.fixes if "Remove" in fix.title]
    (problem,) = [problem for problem in checker.problems if problem.layer == "dense1"]
    assert [fix.title for fix in problem.fixes] == ["Connect input1 to dense1"]


def test_an_output_that_comes_and_goes_changes_what_is_dead() -> None:
    document = chain([layer("input", shape=vector(8)), layer("dense")])
    checker = Checker(document)
    heard: list[frozenset[str]] = []
    checker.subscribe(heard.append)
    assert not checker.layer_info("dense1").dead
    with document.transaction("Add"):
        document.add(Output())
        document.connect(Connection("input1", "out", "output1", "in"))
    assert checker.layer_info("dense1").dead
    assert "dense1" in heard[-1]
    with document.transaction("Connect"):
        document.disconnect(document.network.into("output1")["in"])
        document.connect(Connection("dense1", "out", "output1", "in"))
    assert not checker.layer_info("dense1").dead
    document.undo()
    assert checker.layer_info("dense1").dead
    document.undo()
    assert not checker.layer_info("dense1").dead


def test_a_network_without_dead_layers_says_nothing() -> None:
    assert not warnings(Checker(lenet(image(1, 32, 32))))


def test_many_loose_ends_are_named_without_a_search_for_places() -> None:
    document = perceptron()
    checker = Checker(document)
    with document.transaction("Add"):
        for _ in range(60):
            document.connect(Connection("input1", "out", document.add(Relu()), "in"))
    problems = warnings(checker)
    assert len(problems) == 60
    assert {tuple(fix.title for fix in problem.fixes) for problem in problems} == {
        (f"Remove relu{number}",) for number in range(1, 61)
    }


def test_many_loose_layers_are_not_held_against_one_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond `MOST_LOOSE` loose ends none is offered a connection, so that no list of them is gone through for each."""
    document = chain([layer("input"), layer("dense"), layer("output")])
    with document.transaction("Draw"):
        for _ in range(2 * MOST_LOOSE):
            document.add(layer("relu"), (0, 0))
    checker = Checker(document)
    calls, lacking = [], Network.lacking

    def counted(network: Network) -> set[str]:
        calls.append(network)
        return lacking(network)

    monkeypatch.setattr(Network, "lacking", counted)
    with document.transaction("Set"):
        document.set_layer("dense1", layer("dense", units=7))
    assert checker.layer_info("relu1").problems
    assert len(calls) < 5


def test_a_broken_chain_is_mended_where_it_broke_and_a_stray_layer_can_be_removed() -> None:
    document = lenet()
    with document.transaction("Break"):
        document.add(layer("conv2d"), (0.0, 900.0))
        (flatten,) = [node.id for node in document.network if isinstance(node.layer, Flatten)]
        before, (after,) = document.network.into(flatten)["in"].source, document.network.successors(flatten)
        document.remove(flatten)
    checker = Checker(document)
    (error,) = [problem for problem in checker.problems if problem.severity is Severity.ERROR]
    assert error.layer == after
    assert [fix.title for fix in error.fixes] == [f"Insert Flatten between {before} and {after}"]
    (stray,) = warnings(checker)
    assert [fix.title for fix in stray.fixes][-1] == f"Remove {stray.layer}"
    error.fixes[0].apply(document)
    (stray,) = checker.problems
    assert [fix.title for fix in stray.fixes][-1] == f"Remove {stray.layer}"
    stray.fixes[-1].apply(document)
    assert not checker.problems


def test_an_output_is_not_led_past_the_layers_that_were_drawn_for_it() -> None:
    document = Document()
    with document.transaction("Draw"):
        for kind in (layer("input", shape=vector(8)), layer("dense"), layer("relu"), layer("output")):
            document.add(kind)
    checker = Checker(document)
    offered = [fix.title for problem in checker.problems for fix in problem.fixes]
    assert "Connect input1 to dense1" in offered
    assert "Connect input1 to output1" not in offered
