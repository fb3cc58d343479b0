"""Nearest samples by their codes and by their pixels, reconstructions, and the map of all codes."""

from __future__ import annotations

import gc
import weakref
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from app.insight import embeddings as module
from app.insight.embeddings import Codes, by_pixels, nearest, neighbours_of, principal, projection, unit
from app.numerics import spectrum
from app.project.presets import preset
from app.protocol.embedding_messages import CodeProjection, FindSimilarSamples, ProjectCodes, SimilarSamples
from app.training.trainable import Model
from app.training.trainer import train
from app.training.training_session import begin
from app.worker.embedding_requests import codes_of
from app.worker.handlers import answer
from app.worker.run_cache import RunCache
from graph.errors import NetloomError
from graph.layers.image_kernels import KERNELS
from tests.app.project.test_presets import small
from tests.app.training.projects import mlp, project


def complete(model: Model, layer: str) -> Codes:
    codes = Codes(model, layer)
    codes.advance(model, 1e9)
    assert codes.complete
    return codes


def test_codes_are_what_the_layer_gives_with_length_1() -> None:
    model = Model.build(project())
    codes = complete(model, "dense1")
    parts = model.prepared.parts.values()
    assert sorted(codes.index.tolist()) == sorted(place for part in parts for place in part.indices.tolist())
    model.module.eval()
    with torch.no_grad():
        pixels = torch.from_numpy(model.prepared.test.arrays["image"][:9]).flatten(1)
        own = model.module.get_submodule("dense1")(pixels).numpy()
    rows = [codes.index.tolist().index(place) for place in model.prepared.test.indices[:9]]
    assert np.allclose(codes.values[rows], own / np.linalg.norm(own, axis=1, keepdims=True), atol=1e-5)


def test_neighbours_are_the_nearest_of_all_and_not_the_sample_itself() -> None:
    model = Model.build(project())
    codes = complete(model, "dense1")
    position = int(model.prepared.validation.indices[3])
    found = neighbours_of(model, codes, position, 7)
    own = codes.values[codes.index.tolist().index(position)]
    order = [place for place in codes.index[np.argsort(-(codes.values @ own), kind="stable")] if place != position]
    assert found.by_code.index.tolist() == order[:7]
    assert found.by_code.similarity.tolist() == sorted(found.by_code.similarity.tolist(), reverse=True)
    pictures = model.prepared.dataset.field_named("image").values
    assert np.array_equal(found.by_code.input, pictures[found.by_code.index])
    first, flat = pictures[position].ravel(), pictures[int(found.by_value.index[0])].ravel()
    cosine = first @ flat / np.linalg.norm(first) / np.linalg.norm(flat)
    assert found.by_value.similarity[0] == pytest.approx(cosine, abs=1e-5)
    assert found.reconstruction is None


def test_pixels_are_compared_piece_by_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    model = Model.build(project())
    index = model.prepared.train.indices
    whole = by_pixels(model, index, 5)
    monkeypatch.setattr(module, "PIXELS_TOGETHER", 64 * 7)
    assert np.allclose(by_pixels(model, index, 5), whole, atol=1e-6)


def test_codes_are_made_piece_by_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.training.batch_bounds.ACTIVATIONS", 64 * 100)
    model = Model.build(project())
    codes = Codes(model, "dense1")
    steps = []
    while not codes.complete:
        codes.advance(model, 0.0)
        steps.append(codes.done)
    assert len(steps) > 5
    assert steps == sorted(set(steps))


def test_of_large_data_evenly_spaced_samples_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_VALUES", 16 * 100)
    codes = complete(Model.build(project()), "dense1")
    assert codes.values.shape == (100, 16)
    assert codes.samples == 1797
    assert len(set(codes.index.tolist())) == 100


def test_a_layer_that_has_no_code_is_refused() -> None:
    with pytest.raises(NetloomError, match="“gone” gives no code"):
        Codes(Model.build(project()), "gone")


def test_an_autoencoder_shows_what_goes_in_and_what_comes_out() -> None:
    model = Model.build(small(preset("digits_autoencoder").project))
    found = neighbours_of(model, complete(model, "bottleneck"), 40, 3)
    made = found.reconstruction
    assert made is not None
    assert np.allclose(made.before, found.input, atol=1e-6)
    assert found.code.shape == (16,)
    error = np.sqrt(np.square(made.after - found.input).mean())
    assert made.error == pytest.approx(error, abs=1e-5)


def test_the_edge_autoencoder_is_held_against_its_edges() -> None:
    model = Model.build(small(preset("edge_autoencoder").project))
    found = neighbours_of(model, complete(model, "bottleneck"), 40, 3)
    made = found.reconstruction
    assert made is not None
    scaled = model.prepared.scalers["image"].apply(found.input[None])[0, 0]
    around = np.pad(scaled.astype(np.float64), 1, mode="edge")
    kernels = [np.array(KERNELS[name]) for name in ("Sobel across", "Sobel down")]
    edges = sum(np.abs(spectrum.correlate(around, kernel)[2:-2, 2:-2]) for kernel in kernels) / 4
    assert np.allclose(made.before[0], edges, atol=1e-5)
    # The preset's answer is picture + reconstruction - edges, so its error is that of the edges, in the data's units.
    off = model.prepared.scalers["image"].scale * (made.after - made.before)
    assert made.error == pytest.approx(np.sqrt(np.square(off).mean()), rel=1e-4)


@given(rows=st.integers(1, 12), size=st.integers(1, 12))
def test_principal_components_are_those_of_the_singular_values(rows: int, size: int) -> None:
    values = np.random.default_rng(rows * 31 + size).normal(size=(rows, size))
    points, share = principal(values.astype(np.float32))
    centred = values - values.mean(axis=0)
    left, strength, _ = np.linalg.svd(centred, full_matrices=False)
    expected = np.zeros((rows, 2))
    expected[:, : min(2, len(strength))] = (left * strength)[:, :2]
    assert np.allclose(np.abs(points), np.abs(expected), atol=1e-4)
    total = float(np.square(strength).sum())
    if total > 1e-9:
        assert share[0] == pytest.approx(strength[0] ** 2 / total, abs=1e-5)


def test_the_map_places_every_sample() -> None:
    model = Model.build(project())
    codes = complete(model, "dense1")
    found = projection(model, codes)
    assert found.points.shape == (1500, 2)
    assert set(found.index.tolist()) <= set(codes.index.tolist())
    assert 0 < found.share[1] <= found.share[0] <= 1
    labels = model.prepared.dataset.target_field().values
    assert np.array_equal(found.target, labels[found.index])


def test_nothing_is_like_a_code_of_zeros() -> None:
    rows = unit(np.array([[0.0, 0.0], [3.0, 4.0], [np.nan, 1.0]], np.float32))
    assert rows.tolist() == [[0, 0], [pytest.approx(0.6), pytest.approx(0.8)], [0, 1]]
    places, values = nearest(rows @ rows[1], np.array([7, 8, 9]), 8, 5)
    assert places.tolist() == [9, 7]
    assert values.tolist() == [pytest.approx(0.8), 0]


def test_the_worker_tells_how_far_it_is_and_keeps_the_codes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    list(train(begin(project(mlp(), epochs=1), None, tmp_path / "run")))
    monkeypatch.setattr("app.training.batch_bounds.ACTIVATIONS", 64 * 100)
    monkeypatch.setattr(Codes.advance, "__defaults__", (0.0,))
    opened = RunCache()
    request = FindSimilarSamples(run=tmp_path / "run", layer="dense1", sample=40, count=5)
    first = answer(request, opened.open)
    assert isinstance(first, SimilarSamples)
    assert 0 < first.done < first.total == 1797
    assert first.neighbours is None
    _, model = opened.open(tmp_path / "run")
    codes_of(model, "dense1").advance(model, 1e9)
    last = answer(request, opened.open)
    assert isinstance(last, SimilarSamples) and last.neighbours is not None
    assert (last.done, last.sample) == (1797, 40)
    assert last.neighbours.by_code.index.shape == (5,)
    assert last.target_field.classes[3] == "3"
    mapped = answer(ProjectCodes(run=tmp_path / "run", layer="dense1"), opened.open)
    assert isinstance(mapped, CodeProjection) and mapped.codes is not None
    assert mapped.codes.points.shape == (1500, 2)
    other = answer(replace(request, layer="relu1"), opened.open)
    assert isinstance(other, SimilarSamples) and other.done < 1797


def test_codes_do_not_outlive_their_model() -> None:
    model = Model.build(project())
    model.module.eval()
    codes_of(model, "dense1")
    gone = weakref.ref(model)
    del model
    gc.collect()
    assert gone() is None


def test_a_network_in_training_is_not_searched() -> None:
    model = Model.build(project())
    model.module.train()
    with pytest.raises(NetloomError, match="once that has ended"):
        codes_of(model, "dense1")
