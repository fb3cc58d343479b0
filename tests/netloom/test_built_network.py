"""Networks built in code: layers behind layers, merged, chained, and refused with a sentence."""

from __future__ import annotations

import pytest

import netloom
from netloom.built_network import Network


def image(network: Network) -> str:
    return network.add("input", shape={"kind": "image", "sizes": [1, 8, 8]})


def test_layers_stand_behind_those_that_are_named() -> None:
    network = Network()
    first = image(network)
    one, two = network.add("conv2d", first, filters=4), network.add("conv2d", first, filters=4, name="wide")
    both = network.add("concatenate", one, two, one)
    assert network.chain(both, "relu", ("dense", {"units": 3})) == "dense1"
    made = network.network()
    assert (first, one, two, both) == ("input1", "conv1", "wide", "concat1")
    assert [made.into(both)[f"in{number}"].source for number in (1, 2, 3)] == ["conv1", "wide", "conv1"]
    places = [made.node(id_).position[0] for id_ in ("input1", "conv1", "concat1", "relu1", "dense1")]
    assert places == sorted(set(places))  # arranged from left to right
    assert network._repr_svg_().count("<svg") == 1


def test_one_of_several_outputs_is_named_behind_a_point() -> None:
    network = Network()
    steps = network.add("input", shape={"kind": "sequence", "sizes": [5, 2]})
    lstm = network.add("lstm", steps, final_state=True)
    port = network.network().node(lstm).outputs[-1]
    end = network.add("dense", f"{lstm}.{port}", units=2)
    assert port != "out" and network.network().into(end)["in"].source_port == port
    plain = network.add("dense", lstm, units=2)
    assert network.network().into(plain)["in"].source_port == "out"


def test_what_cannot_be_leaves_the_network_as_it_was() -> None:
    network = Network()
    first = image(network)
    for arguments, said in (
        (("conv9d", first), "conv9d"),
        (("conv2d", "nothing"), "There is no layer “nothing”"),
        (("flatten", first, first), "takes 1 inputs"),
        (("conv2d", f"{first}.sideways"), "sideways"),
    ):
        with pytest.raises(netloom.NetloomError, match=said):
            network.add(*arguments)
        assert network.ids == (first,)
    with pytest.raises(netloom.NetloomError, match="filters"):
        network.add("conv2d", first, filters=0)
    with pytest.raises(netloom.NetloomError, match="one layer at least"):
        network.chain(None)
