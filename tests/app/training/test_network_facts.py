"""Facts of a run's network for the list of runs."""

from __future__ import annotations

from app.training.network_facts import network_facts
from graph.shapes import vector
from tests.app.training.projects import mlp


def test_facts_of_a_network_are_worked_out_once() -> None:
    network, same = mlp(), mlp()
    facts = network_facts(network)
    assert facts.parameters == 1242 and facts.outputs == {"output1": vector(10)}
    assert network_facts(network) is facts
    assert network_facts(same) is not facts and network_facts(same) == facts
