"""What excites a unit: strongest samples and climbing, against truths known beforehand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from app.data.dataset import Array
from app.insight.activation_maximisation import activations, beginning, blurred, climb, curvature
from app.insight.activations import layer_of, source_of, up_to
from app.insight.maximisation_settings import Recipe
from app.insight.receptive_patch import sight_of
from app.protocol.unit_messages import FindExemplars, MaximiseActivations, MaximisedInputs, RankUnits, UnitRanking
from app.training.trainable import Model
from app.worker.unit_requests import find_exemplars, maximise_activations, rank_units
from graph.errors import NetloomError
from graph.network import Network
from graph.shapes import Kind
from tests.app.training.projects import chain, cnn, mlp, project

PICTURE = ("input1", "input", {"shape": {"kind": "image", "sizes": [1, 8, 8]}})


def linear() -> Network:
    return chain(PICTURE, ("flatten1", "flatten", {}), ("dense1", "dense", {"units": 10}), ("output1", "output", {}))


def wave() -> Network:
    return chain(
        ("input1", "input", {"shape": {"kind": "sequence", "sizes": [50, 1]}}),
        ("conv1", "conv1d", {"filters": 3}),
        ("relu1", "relu", {}),
        ("flatten1", "flatten", {}),
        ("dense1", "dense", {"units": 1}),
        ("output1", "output", {}),
    )


def cosine(a: Array, b: Array) -> float:
    one, other = a.reshape(-1).astype(np.float64), b.reshape(-1).astype(np.float64)
    return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))


def ask(model: Model, so_far: MaximisedInputs | None = None, **fields: Any) -> MaximisedInputs:
    settings = {"steps": 40} | {name: fields.pop(name) for name in Recipe.model_fields if name in fields}
    units = tuple(fields.pop("units", (0,)))
    request = MaximiseActivations(units=units, settings=settings, seconds=1, so_far=so_far, **fields)
    return maximise_activations(model, request)


def to_the_end(model: Model, **fields: Any) -> MaximisedInputs:
    reply = ask(model, **fields)
    while not reply.complete:
        reply = ask(model, reply, **fields)
    return reply


def ranked(model: Model, layer: str, **fields: Any) -> UnitRanking:
    return rank_units(model, RankUnits(layer=layer, **{"seconds": 1, **fields}))


# Climbing


def test_the_input_that_excites_a_linear_unit_most_points_along_its_weights() -> None:
    model = Model.build(project(linear()))
    reply = to_the_end(model, layer="dense1", units=[3, 7], steps=150, within=False, smooth=0, jitter=0)
    weights = model.module.get_parameter("dense1.weight").detach().numpy()
    for row, unit in enumerate((3, 7)):
        assert cosine(reply.state[row], weights[unit]) > 0.99


def test_a_place_of_a_map_is_excited_by_its_kernel_where_it_looks() -> None:
    model = Model.build(project(cnn()))
    reply = to_the_end(model, layer="relu1", units=[2], steps=120, within=False, smooth=0, decay=1)
    kernel = model.module.get_parameter("conv1.weight").detach().numpy()[2, 0]
    state = reply.state[0, 0]
    assert cosine(state[2:5, 2:5], kernel) > 0.99
    outside = state.copy()
    outside[2:5, 2:5] = 0
    assert np.abs(outside).max() < 0.01


def test_climbing_raises_the_unit_above_all_samples() -> None:
    model = Model.build(project(cnn()))
    best = ranked(model, "conv2", part="train").values
    reply = to_the_end(model, layer="conv2", units=list(range(6)), steps=60, smooth=0)
    assert (reply.values > best[:, 0] * 0.9).all()
    values = activations(
        model, layer_of(model, "conv2"), source_of(model), range(6), torch.from_numpy(reply.state), False
    )
    assert np.allclose(values, reply.values, atol=1e-5)


def test_pieces_of_any_length_lead_to_the_same_input_as_one_go() -> None:
    model = Model.build(project(mlp()))
    layer, source, recipe = layer_of(model, "dense2"), source_of(model), Recipe(seed=5, blur=0.5)
    state = beginning(model, source, [1, 4], 5)
    whole, done = climb(model, layer, source, [1, 4], recipe, state, range(20), lambda: True)
    assert done == 20
    step = 0
    while step < 20:
        state, step = climb(model, layer, source, [1, 4], recipe, state, range(step, 20), lambda: False)
    assert torch.equal(state, whole)


def test_a_unit_climbs_alone_as_it_does_among_others_and_a_seed_decides() -> None:
    model = Model.build(project(cnn()))
    alone = to_the_end(model, layer="conv2", units=[4], steps=15, seed=3).state[0]
    among = to_the_end(model, layer="conv2", units=[0, 4, 5], steps=15, seed=3).state[1]
    other = to_the_end(model, layer="conv2", units=[4], steps=15, seed=4).state[0]
    assert np.allclose(alone, among, atol=1e-4)
    assert not np.allclose(alone, other, atol=1e-2)


def test_what_is_found_stays_within_the_range_of_the_data() -> None:
    model = Model.build(project(cnn()))
    inputs = model.prepared.dataset.input_field().values
    for whole in (False, True):
        found = to_the_end(model, layer="conv2", units=[0, 1], steps=60, decay=0, whole=whole).input
        assert found.min() >= inputs.min() - 1e-4
        assert found.max() <= inputs.max() + 1e-4


def test_smoothness_makes_smoother_pictures() -> None:
    model = Model.build(project(linear()))
    rough, smooth = (to_the_end(model, layer="dense1", steps=80, smooth=amount).state[0, 0] for amount in (0.0, 2.0))
    assert np.abs(np.diff(smooth)).mean() < 0.6 * np.abs(np.diff(rough)).mean()


def test_blur_and_curvature_keep_what_is_flat_and_its_sum() -> None:
    flat = torch.full((2, 3, 9, 7), 1.5)
    assert torch.allclose(blurred(flat, Kind.IMAGE, 1.3), flat)
    assert curvature(flat, Kind.IMAGE).abs().max() == 0
    bump = torch.zeros(1, 1, 31, 31)
    bump[0, 0, 15, 15] = 1
    spread = blurred(bump, Kind.IMAGE, 1.0)
    assert torch.allclose(spread.sum(), torch.tensor(1.0), atol=1e-5)
    assert torch.allclose(spread, spread.transpose(2, 3), atol=1e-6)
    assert spread.max() < 0.3
    line = torch.randn(2, 12, 3)
    assert torch.allclose(curvature(line, Kind.SEQUENCE).sum(1), torch.zeros(2, 3), atol=1e-5)


def test_climbing_changes_neither_weights_nor_mode_nor_gradients_nor_random_numbers() -> None:
    model = Model.build(project(mlp()))
    model.module.train()
    before, state = torch.get_rng_state(), {name: one.clone() for name, one in model.module.state_dict().items()}
    to_the_end(model, layer="norm1", units=[0, 5], steps=5)
    assert model.module.training
    assert torch.equal(torch.get_rng_state(), before)
    assert all(torch.equal(one, state[name]) for name, one in model.module.state_dict().items())
    assert all(parameter.grad is None for parameter in model.module.parameters())


def test_sequences_and_vectors_are_climbed_too() -> None:
    series = Model.build(project(wave(), {"source": "sine"}))
    found = to_the_end(series, layer="relu1", units=[0, 2], steps=30)
    assert found.input.shape == (2, 50, 1)
    assert found.input_field.kind == "sequence"
    flowers = Model.build(
        project(
            chain(
                ("input1", "input", {"shape": {"kind": "vector", "sizes": [4]}}),
                ("dense1", "dense", {"units": 5}),
                ("relu1", "relu", {}),
                ("dense2", "dense", {"units": 3}),
                ("output1", "output", {}),
            ),
            {"source": "iris"},
        )
    )
    found = to_the_end(flowers, layer="dense2", units=[0], steps=30)
    assert found.input.shape == (1, 4)
    assert len(found.input_field.names) == 4


def test_data_that_is_not_standardised_is_climbed_in_its_own_scale() -> None:
    model = Model.build(project(linear(), {"source": "digits", "standardise": False}))
    found = to_the_end(model, layer="dense1", steps=60, smooth=0, jitter=0).input[0]
    held = model.prepared.train.arrays["image"]
    assert held.min() <= found.min() < found.max() <= held.max()
    assert found.std() > 0.3 * held.std()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"layer": "gone"}, "no layer “gone”"),
        ({"layer": "conv1", "units": [4]}, "units 1 to 4"),
        ({"layer": "conv1", "units": []}, "units 1 to 4"),
        ({"layer": "conv1", "decay": "much"}, "Exciting input: decay"),
        ({"layer": "conv1", "steps": 0}, "steps"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused_in_words(fields: dict[str, Any], words: str) -> None:
    model = Model.build(project(cnn()))
    with pytest.raises(NetloomError, match=words):
        ask(model, **fields)


def test_units_that_are_answers_have_the_names_of_classes() -> None:
    model = Model.build(project(mlp(("softmax1", "softmax", {}))))
    digits = [str(digit) for digit in range(10)]
    for layer, names in (("dense2", digits), ("softmax1", digits), ("dense1", []), ("flatten1", [])):
        assert ranked(model, layer).names == tuple(names)
    plain = Model.build(project(linear()))
    assert ranked(plain, "dense1").names == tuple(digits)


# The strongest samples


def brute_force(model: Model, layer: str, part: str) -> Array:
    """What each unit of a layer says at its strongest place, (samples, units), one sample after another."""
    held, found = model.prepared.parts[part], []
    module = up_to(model, layer)
    with model.evaluating():
        for index in range(held.samples):
            values = module(*model.feed(held).pick(index).inputs)[0]
            found.append(values.reshape(len(values), -1).amax(1) if values.dim() > 1 else values)
    return torch.stack(found).numpy()


@pytest.mark.parametrize("layer", ["relu1", "dense1"])
def test_the_strongest_samples_are_those_of_brute_force_in_pieces_too(layer: str) -> None:
    model = Model.build(project(cnn()))
    truth = brute_force(model, layer, "validation")
    whole = ranked(model, layer, part="validation")
    assert whole.done == whole.total == len(truth)
    for unit in range(truth.shape[1]):
        order = np.argsort(-truth[:, unit], kind="stable")[:16]
        assert np.allclose(whole.values[unit], truth[order, unit], atol=1e-5)
        assert np.allclose(truth[whole.rows[unit], unit], truth[order, unit], atol=1e-5)


def test_a_ranking_in_pieces_is_the_ranking_in_one_go(monkeypatch: pytest.MonkeyPatch) -> None:
    model = Model.build(project(cnn()))
    whole = ranked(model, "relu1")
    monkeypatch.setattr("app.insight.top_activations.TOGETHER", 300)
    reply, pieces = ranked(model, "relu1", seconds=0), 1
    while not reply.complete:
        reply, pieces = ranked(model, "relu1", seconds=0, so_far=reply), pieces + 1
    assert pieces > 3
    for name in ("values", "rows", "places"):
        assert np.array_equal(getattr(reply, name), getattr(whole, name))


def test_a_ranking_of_another_layer_is_not_gone_on_with() -> None:
    model = Model.build(project(cnn()))
    with pytest.raises(NetloomError, match="another layer"):
        ranked(model, "dense1", so_far=ranked(model, "relu1", seconds=0))
    with pytest.raises(NetloomError, match="begin again"):
        ask(model, ask(model, layer="conv1", units=[0]), layer="conv1", units=[0, 1])


def test_the_mean_of_a_map_ranks_otherwise_than_its_strongest_place() -> None:
    model = Model.build(project(cnn()))
    by = [ranked(model, "relu1", mean=mean) for mean in (False, True)]
    assert (by[1].values < by[0].values).all()


def test_exemplars_come_with_the_patch_that_holds_what_excited_the_unit() -> None:
    model = Model.build(project(cnn()))
    found = ranked(model, "relu1")
    rows, places = tuple(found.rows[1].tolist()), tuple(found.places[1].tolist())
    reply = find_exemplars(model, FindExemplars(layer="relu1", part="test", rows=rows, places=places))
    images = model.prepared.dataset.input_field().values
    assert np.allclose(reply.input, images[reply.index], atol=1e-4)
    assert np.array_equal(reply.target, model.prepared.dataset.target_field().values[reply.index])
    kernel = model.module.get_submodule("conv1")
    assert reply.patch is not None
    standardised = model.prepared.test.arrays["image"][list(rows)]
    for sample, patch, value in zip(standardised, reply.patch, found.values[1], strict=True):
        top, left, bottom, right = (int(end) + 1 for end in patch)  # one place of padding around the picture
        wide = np.pad(sample[0], 1)[top:bottom, left:right]
        weights, bias = (one.detach().numpy() for one in kernel.parameters())
        assert np.isclose((wide * weights[1, 0]).sum() + bias[1], value, atol=1e-4)


def test_patches_follow_pooling_and_paddings() -> None:
    network = chain(
        PICTURE,
        ("conv1", "conv2d", {"filters": 3, "padding": "valid"}),
        ("relu1", "relu", {}),
        ("pool1", "max_pool2d", {}),
        ("flatten1", "flatten", {}),
        ("dense1", "dense", {"units": 10}),
        ("output1", "output", {}),
    )
    model = Model.build(project(network))
    source = source_of(model)
    sight = sight_of(model, layer_of(model, "pool1"), source)
    assert sight is not None
    assert sight.sizes == (3, 3)
    assert sight.patches(np.array([0, 5])).tolist() == [[0, 0, 4, 4], [2, 4, 6, 8]]
    assert sight_of(model, layer_of(model, "dense1"), source) is None


def test_patches_of_sequences_are_stretches_of_time() -> None:
    model = Model.build(project(wave(), {"source": "sine"}))
    sight = sight_of(model, layer_of(model, "relu1"), source_of(model))
    assert sight is not None
    size = sight.size[0]
    assert sight.patches(np.array([10])).tolist() == [[10 - size // 2, 10 + size // 2 + 1]]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"layer": "relu1", "part": "all"}, "no part “all”"),
        ({"layer": "relu1", "rows": (10**6,), "places": (0,)}, "no such samples"),
        ({"layer": "relu1", "rows": (0, 1), "places": (0,)}, "no such samples"),
    ],
)
def test_exemplars_that_are_not_there_are_refused_in_words(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(NetloomError, match=words):
        request = FindExemplars(**{"part": "test", "rows": (0,), "places": (0,), **fields})
        find_exemplars(Model.build(project(cnn())), request)
