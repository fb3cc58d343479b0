"""Small trainable documents, and a controller on the real worker."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from pytestqt.qtbot import QtBot

from app.data.data_choice import DataChoice
from graph.document import Document
from graph.layers.base import Layer
from graph.layers.catalogue import parse_layer
from graph.layers.io import Input, Output
from graph.network import Connection
from tests.widgets.understand.shared_worker import SharedWorker
from tests.widgets.understand.silent import Silent
from widgets.training.training_controller import TrainingController

NETWORKS = {
    "digits": [("conv2d", {"filters": 4}), ("flatten", {}), ("dense", {"units": 10})],
    "spirals": [("dense", {"units": 8}), ("tanh", {}), ("dense", {"units": 2})],
    "diabetes": [("dense", {"units": 1})],
    "sine": [("lstm", {}), ("dense", {"units": 1})],
}


def make_document(kind: str, epochs: int) -> Document:
    """A chain of layers on the data set called ``kind``."""
    choice = DataChoice.of(kind)
    document = Document(
        sections={"about": {"title": kind}, "data": choice.to_json(), "plan": {"epochs": epochs, "batch_size": 64}}
    )
    layers: list[Layer] = [Input(shape=choice.info().shape)]
    layers += [parse_layer(name, settings, name) for name, settings in NETWORKS[kind]]
    with document.transaction("Draw"):
        ids = [document.add(layer) for layer in [*layers, Output()]]
        for before, after in pairwise(ids):
            ports = document.network.node(before).outputs[0], document.network.node(after).inputs[0]
            document.connect(Connection(before, ports[0], after, ports[1]))
    return document


@pytest.fixture(scope="session")
def shared_worker(qapp: object) -> Iterator[SharedWorker]:
    """The real worker, started once."""
    worker = SharedWorker()
    yield worker
    worker.close()


@pytest.fixture
def controller(shared_worker: SharedWorker) -> Iterator[TrainingController]:
    """A controller on the real worker."""
    made = TrainingController(shared_worker.lend())
    yield made
    shared_worker.take_back(made)


@pytest.fixture
def silent(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Silent:
    """The panel on a worker that never answers by itself."""
    return Silent(qtbot, monkeypatch)
