"""Each habit of networks: when it is noticed, when not, and that its change makes the hint go away."""

from __future__ import annotations

import pytest

from graph.checking.check import Checker
from graph.checking.fixes import Bypass, Write
from graph.checking.habits import HintContext
from graph.checking.network_hints import RULES, Hint, network_hints
from graph.document import Document
from graph.layers.base import Layer
from graph.shapes import image, sequence, vector
from tests.graph.networks import chain, layer, wire

Layers = list[Layer]
PICTURE = layer("input", shape=image(1, 32, 32))
VECTOR = layer("input", shape=vector(8))
SERIES, DROP = layer("input", shape=sequence(9, 2)), layer("dropout")
OUT, RELU, FLAT, POOL = layer("output"), layer("relu"), layer("flatten"), layer("max_pool2d")


def conv(filters: int = 8, side: int = 3, **settings: object) -> Layer:
    return layer("conv2d", filters=filters, kernel_size=(side, side), **settings)


def dense(units: int = 10) -> Layer:
    return layer("dense", units=units)


def squashed(kind: str, count: int) -> Layers:
    return [VECTOR, *[each for _ in range(count) for each in (dense(), layer(kind))], dense(), OUT]


def hints(document: Document, rule: str) -> list[Hint]:
    checker = Checker(document)
    checker.close()
    return [hint for hint in network_hints(HintContext(checker)) if hint.rule == rule]


END = [FLAT, dense(), OUT]
TRIGGERS: dict[str, list[Layers]] = {
    "large_kernel": [
        [PICTURE, conv(side=7), RELU, POOL, *END],
        [PICTURE, conv(side=8, padding="valid"), RELU, POOL, *END],
    ],
    "no_shrinking": [[PICTURE, conv(16), RELU, *END]],
    "not_deeper": [
        [PICTURE, conv(16), RELU, POOL, conv(8), RELU, POOL, *END],
        [PICTURE, conv(), RELU, POOL, conv(), RELU, POOL, conv(), RELU, *END],
    ],
    "no_activation": [
        [VECTOR, dense(), dense(), OUT],
        [PICTURE, conv(2), layer("batch_norm"), layer("average_pool2d"), *END],
    ],
    "step_activation": [[VECTOR, dense(), layer("step"), dense(), OUT]],
    "saturating": [squashed("sigmoid", 3), squashed("tanh", 5)],
    "bent_answer": [[VECTOR, dense(), RELU, OUT]],
    "last_of_both": [
        [SERIES, layer("lstm", bidirectional=True, output_mode="sequence"), layer("last_step"), dense(), OUT],
        [SERIES, layer("gru", bidirectional=True, output_mode="sequence"), DROP, layer("last_step"), dense(), OUT],
    ],
    "useless_bias": [
        [PICTURE, conv(2), layer("batch_norm"), RELU, POOL, conv(4), layer("batch_norm"), RELU, POOL, *END],
        [VECTOR, dense(), layer("batch_norm"), RELU, dense(), OUT],
    ],
    "norm_behind_dropout": [[VECTOR, dense(), RELU, layer("dropout"), layer("batch_norm"), dense(), OUT]],
    "altered_answer": [[VECTOR, dense(), layer("dropout"), OUT], [VECTOR, dense(), layer("batch_norm"), OUT]],
}
KEPT: dict[str, list[Layers]] = {
    "large_kernel": [
        [PICTURE, conv(side=5), RELU, POOL, *END],
        [PICTURE, conv(side=11, stride=(4, 4)), RELU, *END],
        [PICTURE, layer("conv2d", kernel_size=(1, 9)), RELU, *END],
    ],
    "no_shrinking": [
        [PICTURE, conv(16), RELU, POOL, *END],
        [PICTURE, conv(2), RELU, *END],
        [PICTURE, FLAT, dense(200), OUT],
    ],
    "not_deeper": [
        [PICTURE, conv(8), RELU, POOL, conv(16), RELU, POOL, *END],
        [PICTURE, conv(8), RELU, POOL, conv(8), RELU, *END],
        [PICTURE, conv(8), RELU, POOL, layer("upsample2d"), conv(2), RELU, *END],
    ],
    "no_activation": [
        [VECTOR, dense(), RELU, dense(), OUT],
        [PICTURE, conv(2), POOL, *END],
        [PICTURE, layer("fixed_conv2d"), conv(2), RELU, POOL, *END],
    ],
    "step_activation": [[VECTOR, dense(), layer("sigmoid"), dense(), OUT]],
    "saturating": [
        squashed("sigmoid", 2),
        squashed("tanh", 4),
        squashed("relu", 9),
        [VECTOR, *[each for _ in range(4) for each in (dense(), layer("batch_norm"), layer("sigmoid"))], dense(), OUT],
    ],
    "bent_answer": [[VECTOR, dense(), RELU, dense(), OUT], [PICTURE, conv(10), RELU, layer("global_pool2d"), OUT]],
    "last_of_both": [
        [SERIES, layer("lstm", output_mode="sequence"), layer("last_step"), dense(), OUT],
        [SERIES, layer("lstm", bidirectional=True), dense(), OUT],
        [SERIES, layer("lstm", bidirectional=True, output_mode="sequence"), layer("global_pool1d"), dense(), OUT],
    ],
    "useless_bias": [[VECTOR, layer("dense", bias=False), layer("batch_norm"), RELU, dense(), OUT]],
    "norm_behind_dropout": [[VECTOR, dense(), layer("batch_norm"), RELU, layer("dropout"), dense(), OUT]],
    "altered_answer": [[VECTOR, dense(), layer("dropout"), RELU, dense(), OUT]],
}


def cases(table: dict[str, list[Layers]]) -> list[tuple[str, Layers]]:
    return [(rule, layers) for rule, found in table.items() for layers in found]


def test_every_rule_is_tested_and_says_why() -> None:
    assert set(TRIGGERS) == set(KEPT) == {rule.id for rule in RULES}
    for rule in RULES:
        assert 2 <= rule.why.count(". ") + 1 <= 4
        assert rule.title and rule.id.isidentifier()


@pytest.mark.parametrize(("rule", "layers"), cases(TRIGGERS))
def test_a_departure_is_noticed_and_its_change_makes_it_go(rule: str, layers: Layers) -> None:
    document = chain(layers)
    before = len(document.network)
    (found,) = hints(document, rule)
    assert found.layer in document.network
    assert found.message.endswith(".") and str(found.layer) in found.message
    for fix in found.fixes:
        fix.apply(document)
        assert hints(document, rule) == []
        checker = Checker(document)
        checker.close()
        assert checker.ok, checker.problems
        assert set(checker.useful) == set(document.network.ids)
        assert document.undo()
        assert len(document.network) == before


@pytest.mark.parametrize(("rule", "layers"), cases(KEPT))
def test_a_habit_that_is_kept_is_not_mentioned(rule: str, layers: Layers) -> None:
    assert hints(chain(layers), rule) == []


def test_muted_layers_and_those_that_lead_nowhere_are_looked_past() -> None:
    document = chain([VECTOR, dense(), RELU, dense(), OUT])
    assert hints(document, "no_activation") == []
    with document.transaction("Mute"):
        document.mute("relu1", True)
    assert [hint.layer for hint in hints(document, "no_activation")] == ["dense2"]
    with document.transaction("Mute"):
        document.mute("dense2", True)
    assert hints(document, "no_activation") == []
    with document.transaction("Draw"):
        loose = document.add(dense())
        document.connect(wire("dense1", loose))
    assert hints(document, "no_activation") == []


def test_a_large_kernel_is_taken_apart_with_activations_between() -> None:
    document = chain([PICTURE, conv(side=7), RELU, POOL, *END])
    (found,) = hints(document, "large_kernel")
    assert found.message == "conv1: one kernel of 7 × 7 where three of 3 × 3 see as far."
    found.fixes[0].apply(document)
    kinds = [document.network.layer(id_).kind for id_ in document.network.ordered()]
    assert kinds[1:6] == ["conv2d", "relu", "conv2d", "relu", "conv2d"]
    checker = Checker(document)
    checker.close()
    assert checker.layer_info("conv1").receptive_size == (7, 7)
    assert hints(document, "no_activation") == []


def test_the_last_stage_is_given_twice_the_maps_of_the_one_before() -> None:
    stages = [each for filters in (8, 12, 8) for each in (conv(filters), RELU, POOL)]
    (found,) = hints(chain([PICTURE, *stages, *END]), "not_deeper")
    assert found.message == "conv3: 8 maps behind the last pool, where the first stage has 8."
    assert [fix.title for fix in found.fixes] == ["Use 24 filters"]


def test_taking_a_layer_out_heals_every_wire_and_writing_sets_a_section() -> None:
    document = chain([VECTOR, RELU, dense(), OUT])
    with document.transaction("Branch"):
        other = document.add(dense())
        document.connect(wire("relu1", other))
    with document.transaction("Take out"):
        Bypass("relu1").apply(document)
        Write("plan", {"epochs": 3}).apply(document)
    assert {connection.target for connection in document.network.out_of("input1")} == {"dense1", other}
    assert document.sections["plan"] == {"epochs": 3}
    document.undo()
    assert "relu1" in document.network
