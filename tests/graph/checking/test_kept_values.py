"""What is kept for the backward pass: counted by hand, and held against the tensors that autograd saves."""

from __future__ import annotations

import pytest
import torch

from app.project.presets import preset
from app.training.data_spec import data_spec
from app.training.trainable import Model
from graph.checking.check import Checker
from graph.checking.kept_values import Needs, needs_of
from graph.checking.layer_info import DataSpec
from graph.document import Document
from graph.layers.base import Layer
from graph.layers.training_needs import Work
from graph.network import Network
from graph.shapes import image, sequence, vector
from tests.graph.networks import chain, layer

FLOAT = 4
CLOSE = 0.1
"""Share by which the sum may differ from what autograd saves."""
PRESETS = (
    "digits_mlp",
    "digits_cnn",
    "digits_rnn",
    "digits_gru",
    "digits_bilstm",
    "digits_autoencoder",
    "dates_attention",
    "clips_cnn_lstm",
    "elman_addition",
    "lenet",
    "fractional_cnn",
    "jarrett_pa",
    "light_cnn",
    "lstm_peephole",
    "pooling_four_ways",
    "recurrent_cnn",
    "residual_cnn",
    "seasons_cnn1d",
    "sentences_rnn",
)


def needs(network: Network, frozen: tuple[str, ...] = (), spec: DataSpec | None = None) -> Needs:
    """What training needs of a network, whose lengths are known."""
    checker = Checker(Document(network), spec)
    found = needs_of(network, {id_: checker.layer_info(id_) for id_ in checker.useful}, frozen=frozen)
    checker.close()
    assert found is not None
    return found


def mlp(*between: Layer) -> Network:
    return chain([layer("input", shape=vector(7)), layer("dense", units=5), *between, layer("output")]).network


def test_of_a_small_mlp_by_hand() -> None:
    found = needs(mlp(layer("relu"), layer("dense", units=3), layer("dropout", rate=0.5)))
    # what arrives at both dense layers, of which the second is what ReLU keeps too, and the mask of the dropout
    assert found.kept == FLOAT * (7 + 5 + 3)
    assert (found.at_input, found.at_output) == (FLOAT * 7, 0)
    assert found.widest == FLOAT * (7 + 5)


def test_a_value_that_two_layers_need_is_kept_once() -> None:
    assert needs(mlp(layer("relu"))).kept == needs(mlp(layer("relu"), layer("dense", units=9))).kept
    assert needs(mlp(layer("gelu"))).kept == FLOAT * (7 + 5)  # what arrives, not what leaves


def test_before_the_first_weights_nothing_is_kept() -> None:
    late = [layer("input", shape=vector(7)), layer("relu"), layer("dense", units=5), layer("output")]
    assert needs(chain(late).network).kept == FLOAT * 7
    assert needs(mlp(layer("relu")), frozen=("dense1",)).kept == 0


def test_a_view_takes_no_memory_of_its_own() -> None:
    plain = [layer("input", shape=sequence(6, 4)), layer("flatten"), layer("dense", units=5), layer("output")]
    assert needs(chain(plain).network).kept == FLOAT * 24
    pictures = [layer("input", shape=image(1, 6, 6)), layer("conv2d", filters=2), layer("flatten")]
    dense = [layer("dense", units=5), layer("output")]
    # the picture, and the maps put in another order for the dense layer
    assert needs(chain([*pictures, *dense]).network).kept == FLOAT * (36 + 72)


def test_the_first_layer_passes_no_gradient_on() -> None:
    works = [work for work in needs(mlp(layer("relu"), layer("dense", units=3))).works if work.kind is Work.MATRIX]
    assert [work.passes_gradient for work in works] == [False, True]
    assert [work.amount for work in works] == [(2 * 7 + 1) * 5, (2 * 5 + 1) * 3]


def test_an_unknown_length_leaves_it_open() -> None:
    checker = Checker(chain([layer("input", shape=sequence(None, 2)), layer("gru"), layer("output")]))
    assert needs_of(checker.network, {id_: checker.layer_info(id_) for id_ in checker.useful}) is None


def saved_bytes(model: Model, inputs: tuple[torch.Tensor, ...]) -> int:
    """Bytes of all memory that the backward pass keeps, weights and buffers left out."""
    own = {tensor.untyped_storage().data_ptr() for tensor in model.module.state_dict().values()}
    found = dict[int, tuple[int, torch.Tensor]]()

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            found[storage.data_ptr()] = storage.nbytes(), tensor
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        outputs = model.module(*inputs)
    assert outputs is not None
    return sum(size for size, _ in found.values())


@pytest.mark.parametrize("name", PRESETS)
def test_what_autograd_saves(name: str) -> None:
    """Over presets of different families, per sample of a batch that is large enough for what is per batch."""
    project = preset(name).project
    model = Model.build(project)
    model.module.train()
    batch = model.feed(model.prepared.train).spread(16)
    inputs = tuple(values.clone(memory_format=torch.preserve_format) for values in batch.inputs)
    inputs = model.objective.forward_inputs(inputs, model.forward)
    found = needs(project.network, spec=data_spec(model.prepared.dataset.info, project.sections.get("plan")))
    truth = saved_bytes(model, inputs) / len(inputs[0])
    assert found.kept == pytest.approx(truth, rel=CLOSE)
