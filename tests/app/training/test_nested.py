"""Networks with blocks and shared weights: they train, continue exactly, and count each weight once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from app.insight.layer_arrays import snapshot
from app.protocol.events import Event, Finished, Paused
from app.protocol.watch import Watch
from app.training.trainable import Model
from app.training.trainer import train
from app.training.training_session import TrainingSession, begin, load_model, resume
from app.training.weights import Weights
from graph.document import Document
from graph.modules.recurrent import FastGru
from graph.network import Connection, Network
from graph.shapes import image, sequence
from graph.structure.blocks import Block, Body
from tests.app.training.projects import project
from tests.graph.networks import chain, layer

SERIES: dict[str, Any] = {
    "source": "sine",
    "options": {"window": 12},
    "split": {"train": 0.1, "validation": 0.1, "test": 0.8},
}


def around(block: Block, before: list[Any], after: list[Any]) -> Network:
    """The block between two chains."""
    document = chain([*before, *after])
    names = [node.id for node in document.network]
    first, second = names[len(before) - 1], names[len(before)]
    with document.transaction("Insert"):
        document.disconnect(Connection(first, "out", second, "in"))
        middle = document.add(block)
        inside = document.network.layer(middle)
        assert isinstance(inside, Block)
        document.connect(Connection(first, "out", middle, inside.inner_inputs()[0]))
        document.connect(Connection(middle, inside.inner_outputs()[0], second, "in"))
    return document.network


def convolutions(repeat: int = 1, shared: bool = False) -> Network:
    """A block of convolution and ReLU before a classifier of digits."""
    shape = image(1, 8, 8)
    inner = chain([layer("input", shape=shape), layer("conv2d", filters=1), layer("relu"), layer("output")])
    block = Block(body=Body.of(inner.network), repeat=repeat, shared=shared)
    classifier = [layer("flatten"), layer("dense", units=10), layer("output")]
    return around(block, [layer("input", shape=shape)], classifier)


def recurrent() -> Network:
    """A block with a GRU before a forecast."""
    shape = sequence(12, 1)
    inner = chain([layer("input", shape=shape), layer("gru", hidden_size=5), layer("output")])
    return around(
        Block(body=Body.of(inner.network)),
        [layer("input", shape=shape)],
        [layer("dense", units=1), layer("output")],
    )


def tied() -> Document:
    """Two dense layers of 64 units with one set of weights."""
    layers = [layer("flatten"), layer("dense", units=64), layer("tanh"), layer("dense", units=64), layer("tanh")]
    document = chain([layer("input", shape=image(1, 8, 8)), *layers, layer("dense", units=10), layer("output")])
    with document.transaction("Share"):
        document.tie("dense2", "dense1")
    return document


def finish(session: TrainingSession) -> Finished:
    events: list[Event] = list(train(session))
    assert isinstance(events[-1], Finished)
    return events[-1]


def stopped_after(session: TrainingSession, steps: int) -> None:
    """Train a session that begins paused for some steps."""
    for event in train(session):
        if isinstance(event, Paused):
            session.control.stop() if event.step == steps else session.control.step()


CASES = [
    (convolutions(), None),
    (convolutions(3), None),
    (convolutions(3, shared=True), None),
    (recurrent(), SERIES),
    (tied().network, None),
]


@pytest.mark.parametrize(("network", "data"), CASES, ids=["block", "repeated", "shared", "recurrent", "tied"])
def test_resuming_in_mid_epoch_changes_nothing(network: Network, data: dict[str, Any] | None, tmp_path: Path) -> None:
    straight = begin(project(network, data, epochs=2), None, tmp_path / "straight")
    finish(straight)
    stopped_after(begin(project(network, data, epochs=2), None, tmp_path / "parts", paused=True), 2)
    again = resume(tmp_path / "parts")
    assert finish(again).status == "completed"
    for name, one in straight.model.module.state_dict().items():
        assert torch.equal(one, again.model.module.state_dict()[name]), name
    _, model = load_model(tmp_path / "parts")
    for name, one in again.model.module.state_dict().items():
        assert torch.equal(one, model.module.state_dict()[name]), name


def test_weights_that_stay_apart_learn_and_continue_as_those_in_one_vector(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On CUDA, recurrent layers keep their own layout, so that their weights are many tensors."""
    flat = begin(project(recurrent(), SERIES, epochs=2), None, tmp_path / "flat")
    finish(flat)
    monkeypatch.setattr(torch.nn.Parameter, "is_cuda", True, raising=False)
    stopped_after(begin(project(recurrent(), SERIES, epochs=2), None, tmp_path / "apart", paused=True), 2)
    apart = resume(tmp_path / "apart")
    assert len(flat.weights.tensors) == 1 < len(apart.weights.tensors)
    finish(apart)
    for name, one in flat.model.module.state_dict().items():
        torch.testing.assert_close(one, apart.model.module.state_dict()[name])


def test_shared_weights_are_counted_and_changed_once() -> None:
    one, three = (Weights(Model.build(project(convolutions(n, shared=True))).module) for n in (1, 3))
    assert one.count == three.count == 10 + 650
    model = Model.build(project(tied().network))
    weights = Weights(model.module)
    assert weights.count == 64 * 64 + 64 + 650
    assert weights.count == sum(facts.parameters for facts in model.compiled.layer_info.values())
    assert len(weights.names) == len(set(weights.names)) == 4


def test_pictures_and_recurrent_layers_inside_blocks_get_their_fast_forms() -> None:
    assert any(isinstance(part, FastGru) for part in Model.build(project(recurrent(), SERIES)).module.modules())
    model = Model.build(project(convolutions()))
    assert model.channels_last
    assert model.module.training
    feed = model.feed(model.prepared.train)
    batch = next(feed.epoch(0, 0, 8))
    assert batch.inputs[0].is_contiguous(memory_format=torch.channels_last)


def test_filters_inside_blocks_are_found_by_their_path() -> None:
    model = Model.build(project(convolutions(2)))
    paths = [name for name, _ in model.module.named_modules() if name.endswith("conv1")]
    views = snapshot(model, Watch(filters=(*paths, "block1", "nothing.there")))
    assert sorted(views.filters) == sorted(paths)
    for path in paths:
        kernels = model.module.state_dict()[f"{path}.weight"].numpy()
        assert np.array_equal(views.filters[path], kernels)
    assert len(paths) == 2
