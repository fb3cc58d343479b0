"""The checker: what it says, what it offers, and how little it re-infers."""

from __future__ import annotations

import pytest

from graph.checking.check import Checker
from graph.checking.layer_info import DataSpec, Problem, Severity
from graph.document import Document
from graph.layers.dense import Dense
from graph.shapes import Shape, image, sequence, vector
from tests.graph.networks import chain, layer, lenet, wire

DIGITS = DataSpec({"image": image(1, 8, 8)}, {"label": vector(10)}, "image", "label")


def errors(checker: Checker) -> list[Problem]:
    return [problem for problem in checker.problems if problem.severity is Severity.ERROR]


def apply_first_fix(document: Document, checker: Checker) -> None:
    """One click on the first fix repairs; one undo takes it back."""
    before = document.network.connections, document.network.ids
    errors(checker)[0].fixes[0].apply(document)
    document.undo()
    assert (document.network.connections, document.network.ids) == before
    document.redo()


def test_lenet_checks_clean_with_the_known_shapes_and_costs() -> None:
    document = lenet(image(1, 32, 32))
    checker = Checker(document)
    assert checker.ok
    assert checker.layer_info("conv1").outputs["out"] == image(6, 32, 32)
    assert checker.layer_info("conv1").parameters == 156
    assert checker.parameters == sum(checker.layer_info(name).parameters for name in document.network.ids)


def test_receptive_field_of_three_small_convolutions_is_that_of_one_large() -> None:
    three = chain([layer("input", shape=image(1, 32, 32)), *[layer("conv2d")] * 3])
    one = chain([layer("input", shape=image(1, 32, 32)), layer("conv2d", kernel_size=(7, 7))])
    assert Checker(three).layer_info("conv3").receptive_size == (7, 7)
    assert Checker(one).layer_info("conv1").receptive_size == (7, 7)


def test_strides_multiply_the_jump() -> None:
    checker = Checker(lenet(image(1, 28, 28)))
    assert checker.layer_info("conv2").receptive_size == (14, 14)
    assert checker.layer_info("dense1").receptive_size is None


def test_a_dense_layer_fed_by_an_image_offers_flatten() -> None:
    document = chain([layer("input", shape=image(16, 5, 5)), layer("dense"), layer("output")])
    checker = Checker(document)
    (problem,) = errors(checker)
    assert problem.layer == "dense1"
    assert "Dense needs a vector, but an image 16 × 5 × 5 arrives." in problem.message
    assert problem.fixes[0].title == "Insert Flatten"
    apply_first_fix(document, checker)
    assert checker.ok
    assert checker.layer_info("dense1").inputs["in"] == vector(400)


def test_mismatched_images_at_an_add_offer_a_small_convolution() -> None:
    document = chain([layer("input", shape=image(3, 8, 8)), layer("conv2d", filters=5)])
    with document.transaction("Add"):
        add, out = document.add(layer("add")), document.add(layer("output"))
        document.connect(wire("input1", add, "in1"))
        document.connect(wire("conv1", add, "in2"))
        document.connect(wire(add, out))
    checker = Checker(document)
    assert "1" in errors(checker)[0].fixes[0].title
    apply_first_fix(document, checker)
    assert checker.ok


def test_a_too_deep_pooling_offers_a_repair() -> None:
    pools = [layer("max_pool2d")] * 4
    document = chain([layer("input", shape=image(1, 8, 8)), *pools, layer("output")])
    checker = Checker(document)
    assert errors(checker)[0].fixes
    apply_first_fix(document, checker)
    assert checker.ok


def test_classes_that_do_not_match_the_data_offer_the_right_number() -> None:
    document = chain([layer("input"), layer("flatten"), layer("dense", units=7), layer("softmax"), layer("output")])
    checker = Checker(document, DIGITS)
    (problem,) = errors(checker)
    assert problem.fixes[0].title == "Set dense1 to 10 units"
    apply_first_fix(document, checker)
    assert checker.ok


def test_an_answer_of_another_kind_is_flattened_and_made_the_right_size() -> None:
    document = chain([layer("input"), layer("conv2d"), layer("output")])
    checker = Checker(document, DIGITS)
    assert errors(checker)[0].fixes[0].title == "Insert Flatten, Dense"
    apply_first_fix(document, checker)
    assert checker.ok


@pytest.mark.parametrize("wanted", [image(1, 8, 8), vector(3), sequence(8, 8)])
def test_any_target_with_known_sizes_can_be_reached(wanted: Shape) -> None:
    document = chain([layer("input"), layer("flatten"), layer("dense", units=5), layer("output")])
    checker = Checker(document, DataSpec({"image": image(1, 8, 8)}, {"y": wanted}, "image", "y"))
    apply_first_fix(document, checker)
    assert checker.ok


def test_an_input_that_differs_from_the_data_is_set_by_one_click() -> None:
    document = chain([layer("input", shape=vector(3)), layer("flatten"), layer("dense", units=10), layer("output")])
    checker = Checker(document)
    assert checker.ok
    told: list[frozenset[str]] = []
    checker.subscribe(told.append)
    checker.set_data_spec(DIGITS)
    assert told == [frozenset({"input1"})]
    apply_first_fix(document, checker)
    assert checker.ok


def test_a_field_that_the_data_lacks_is_named() -> None:
    checker = Checker(chain([layer("input", field="sound"), layer("output", target="song")]), DIGITS)
    assert "no field “sound”" in errors(checker)[0].message
    assert "no field “song”" in errors(checker)[1].message


def test_an_unfinished_layer_warns_and_one_on_the_way_to_the_output_stops() -> None:
    document = Document()
    checker = Checker(document)
    with document.transaction("Add"):
        document.add(layer("conv2d"))
    (warning,) = [problem for problem in checker.problems if problem.layer]
    assert warning.severity is Severity.WARNING
    with document.transaction("Output"):
        out = document.add(layer("output"))
        document.connect(wire("conv1", out))
    assert any(problem.layer == "conv1" for problem in errors(checker))


def test_the_input_that_lacks_a_wire_is_named_where_there_are_several() -> None:
    document = chain([layer("input", shape=vector(3)), layer("relu")])
    with document.transaction("Draw"):
        document.add(layer("tanh"))
        document.connect(wire("relu1", document.add(layer("add")), "in1"))
    remedy = "Pull a wire to it from another layer."
    assert [problem.message for problem in Checker(document).problems if problem.layer] == [
        f"tanh1: nothing is connected to its input. {remedy}",
        f"add1: nothing is connected to its input in2. {remedy}",
    ]


def test_costs_follow_an_edit_and_leave_out_what_leads_nowhere() -> None:
    document = chain([layer("input", shape=vector(4)), layer("dense", units=3), layer("output")])
    checker = Checker(document)
    assert checker.parameters == 15
    with document.transaction("Edit"):
        document.set_values("dense1", units=5)
    assert checker.parameters == 25
    with document.transaction("Branch"):
        document.connect(wire("input1", document.add(layer("dense", units=7))))
    assert (checker.layer_info("dense2").parameters, checker.parameters) == (35, 25)


@pytest.mark.parametrize("cut", [False, True], ids=["no output", "an output that nothing reaches"])
def test_costs_of_a_network_that_reaches_no_output_yet_are_those_of_all_its_layers(cut: bool) -> None:
    document = chain([layer("input", shape=vector(4)), layer("dense", units=3), layer("output")])
    checker = Checker(document)
    with document.transaction("Take away"):
        if cut:
            document.disconnect(wire("dense1", "output1"))
        else:
            document.remove("output1")
    work = checker.layer_info("dense1").flops
    assert (checker.parameters, checker.flops) == (15, work) and work > 0
    with document.transaction("Put in"):
        document.connect(wire("dense1", document.add(layer("dense", units=2))))
    assert checker.parameters == 15 + 8


def test_a_network_without_ends_says_so_and_offers_the_output() -> None:
    document = chain([layer("input"), layer("flatten")])
    checker = Checker(document)
    assert "no Output" in errors(checker)[0].message
    apply_first_fix(document, checker)
    assert checker.ok


@pytest.mark.parametrize("layers", [[], ["flatten"], ["flatten", "dense"]])
def test_what_has_no_ends_offers_both(layers: list[str]) -> None:
    document = chain([layer(kind) for kind in layers])
    checker = Checker(document)
    while any(problem.layer is None for problem in errors(checker)):
        missing = next(problem for problem in errors(checker) if problem.layer is None)
        missing.fixes[0].apply(document)
    kinds = [node.layer.kind for node in document.network]
    assert sorted(kinds) == sorted([*layers, "input", "output"])
    assert len(document.network.connections) == len(layers) + 1


def test_only_what_lies_downstream_of_an_edit_is_inferred_again(monkeypatch: pytest.MonkeyPatch) -> None:
    document = chain([layer("input", shape=vector(4)), *[layer("dense", units=4)] * 50, layer("output")])
    checker = Checker(document)
    inferred: list[int] = []
    rule = Dense.output
    monkeypatch.setattr(Dense, "output", lambda self, x: (inferred.append(self.units), rule(self, x))[1])
    with document.transaction("Last but one"):
        document.set_values("dense49", units=6)
    assert len(inferred) == 2, "the edited layer and the one whose input changed"
    inferred.clear()
    with document.transaction("Bias only"):
        document.set_values("dense10", bias=False)
    assert len(inferred) == 1, "shapes downstream did not change"
    with document.transaction("Move"):
        document.move({"dense1": (5.0, 5.0)})
    assert len(inferred) == 1
    assert checker.ok
