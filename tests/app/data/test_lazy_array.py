"""Samples that are read when they are asked for: the same values, whether they fit into memory or not."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.data.baselines import baselines
from app.data.data_choice import DataChoice
from app.data.data_preview import preview
from app.data.dataset import Array
from app.data.lazy_array import LazyArray, RowFile, RowStatistics, RowStore
from app.data.leakage import duplicates
from app.data.prepare import Prepared, prepare
from app.data.readers import decoded_pictures
from app.data.sources.file_source import _loaded
from app.data.transforms import Standardise, extent
from app.inference.evaluate import evaluate
from app.protocol.evaluation_messages import Evaluated
from app.protocol.events import Event, Finished, Points
from app.protocol.framing import encode
from app.system import memory_budget
from app.system.memory_budget import budget, installed
from app.training.batches import Feed
from app.training.placement import DeviceTensor, Streamed, place
from app.training.process_group import own_stretch
from app.training.trainable import Model
from app.training.trainer import train
from app.training.training_session import TrainingSession, begin, resume
from graph.errors import NetloomError
from graph.project import Project
from graph.shapes import Kind, Shape, image
from tests.app.training.projects import chain, project

SIZES = (3, 6, 5)
TIERS = {"numbers": "1", "bytes": "4e-6", "file": "1e-7"}
"""Budgets in GB under which 24 pictures are held as numbers, as bytes in memory, and in their file."""


def bytes_of(seed: int = 0, samples: int = 24, sizes: tuple[int, ...] = SIZES) -> Array:
    return np.random.default_rng(seed).integers(0, 256, (samples, *sizes)).astype(np.uint8)


def in_file(path: Path, rows: Array, before: int = 7) -> RowFile:
    path.write_bytes(bytes(before) + rows.tobytes())
    return RowFile(path, rows.shape, rows.dtype, before)


@given(order=st.lists(st.integers(0, 23), max_size=40))
def test_rows_of_a_file_come_in_any_order(order: list[int], tmp_path_factory: pytest.TempPathFactory) -> None:
    rows = bytes_of()
    found = in_file(tmp_path_factory.mktemp("rows") / "rows", rows)[np.array(order, np.int64)]
    np.testing.assert_array_equal(found, rows[np.array(order, np.int64)])


def test_a_file_that_got_shorter_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = in_file(tmp_path / "rows", bytes_of())
    (tmp_path / "rows").write_bytes(b"short")
    with pytest.raises(OSError, match="shorter"):
        kept[np.array([20])]
    for amount in ("1e-6", "1e-9"):
        monkeypatch.setenv("NETLOOM_MEMORY", amount)
        with pytest.raises(NetloomError, match="load the data again"):
            Streamed(LazyArray.of(RowStore(kept, 1)), torch.device("cpu"), False).fetch(slice(0, 4))


@pytest.mark.parametrize("last", [False, True])
def test_it_looks_like_an_array(last: bool) -> None:
    rows = bytes_of()
    kept = np.ascontiguousarray(np.moveaxis(rows, 1, -1)) if last else rows
    stored = LazyArray.of(RowStore(kept, 3 if last else 1), last)
    plain = rows * np.float32(1 / 255)
    assert (stored.shape, stored.ndim, stored.size, len(stored)) == (plain.shape, 4, plain.size, 24)
    for where in (3, -1, slice(2, 20, 3), np.array([5, 1, 1]), (slice(1, 4), 2), (4, 0, slice(1, 3))):
        np.testing.assert_array_equal(stored[where], plain[where])
    np.testing.assert_array_equal(np.asarray(stored), plain)
    np.testing.assert_array_equal(stored.take(np.array([9, 2]))[:], plain[[9, 2]])
    assert extent(stored) == (plain.min(), plain.max())


SHAPES = [(image(*SIZES), 1), (Shape(Kind.VIDEO, (2, 3, 4, 5)), 2)]


@pytest.mark.parametrize(("shape", "channel"), SHAPES)
def test_it_is_standardised_as_an_array_is(shape: Shape, channel: int) -> None:
    rows = bytes_of(sizes=tuple(size or 0 for size in shape.sizes))
    stored = LazyArray.of(RowStore(rows, channel))
    plain = np.asarray(stored)
    ours, theirs = Standardise.fit(stored, shape), Standardise.fit(plain, shape)
    np.testing.assert_allclose(ours.mean, theirs.mean, rtol=1e-6)
    np.testing.assert_allclose(ours.scale, theirs.scale, rtol=1e-6)
    np.testing.assert_allclose(stored.scaled(ours.mean, ours.scale)[:], theirs.apply(plain), atol=1e-5)


def test_a_channel_that_never_changes_stays_finite() -> None:
    rows = bytes_of()
    rows[:, 1] = 77
    stored = LazyArray.of(RowStore(rows, 1))
    scaler = Standardise.fit(stored, image(*SIZES))
    assert scaler.scale[1] == 1.0
    np.testing.assert_allclose(stored.scaled(scaler.mean, scaler.scale)[:][:, 1], 0.0, atol=1e-6)


def test_sums_of_large_pictures_are_exact() -> None:
    rows = np.full((2, 1, 200, 200), 255, np.uint8)
    facts = RowStatistics.of(rows, 1)
    assert facts.sums.tolist() == [[200 * 200 * 255]] * 2
    assert facts.squares.tolist() == [[200 * 200 * 255**2]] * 2


@pytest.fixture
def pets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two classes of twelve pictures, which are kept in a file however small they are."""
    monkeypatch.setattr(decoded_pictures, "SMALL", 0)
    for number, pixels in enumerate(bytes_of(sizes=(6, 5, 3))):
        path = tmp_path / "pets" / ("cat" if number % 2 else "dog") / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(path)
    return tmp_path / "pets"


def section(pets: Path, **more: Any) -> dict[str, Any]:
    return {"source": "images", "options": {"path": str(pets), "height": 6, "width": 5}, **more}


def prepared(pets: Path, **more: Any) -> Prepared:
    return prepare(DataChoice.parse(section(pets, **more)))


@pytest.mark.parametrize("tier", TIERS)
def test_batches_are_the_same_wherever_samples_are_held(pets: Path, tier: str, monkeypatch: pytest.MonkeyPatch) -> None:
    part = prepared(pets).train
    plain = {name: np.asarray(values) for name, values in part.arrays.items()}
    for channels_last in (False, True):
        eager = Feed(type(part)(plain, part.indices), ["image"], ["class"], torch.device("cpu"), channels_last)
        monkeypatch.setenv("NETLOOM_MEMORY", TIERS[tier])
        lazy = Feed(part, ["image"], ["class"], torch.device("cpu"), channels_last)
        column = lazy._columns["image"]
        assert isinstance(column, DeviceTensor) == (tier == "numbers")
        if isinstance(column, Streamed):
            assert isinstance(column._values.store.rows, RowFile) == (tier == "file")
        for mine, theirs in ((lazy.epoch(1, 2, 5, 1), eager.epoch(1, 2, 5, 1)), (lazy.in_order(4), eager.in_order(4))):
            for batch, other in zip(mine, theirs, strict=True):
                assert torch.equal(batch.inputs[0], other.inputs[0])
                assert batch.inputs[0].stride() == other.inputs[0].stride()
                assert torch.equal(batch.targets[0], other.targets[0])


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("rank", [0, 1, 2])
def test_shares_of_batches_are_the_same_wherever_samples_are_held(
    pets: Path, tier: str, rank: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, stretch = prepared(pets, augment={"noise": 0.1}), partial(own_stretch, rank=rank, count=3)
    monkeypatch.setenv("NETLOOM_MEMORY", TIERS[tier])
    for augment in (None, data.choice.augment):
        feed = Feed(data.train, ["image"], ["class"], torch.device("cpu"), augment=augment)
        for whole, share in zip(feed.epoch(1, 2, 5, 1), feed.epoch(1, 2, 5, 1, stretch), strict=True):
            assert share.counted == whole.counted == whole.size
            assert torch.equal(share.inputs[0], whole.inputs[0][stretch(whole.size)])
            assert torch.equal(share.targets[0], whole.targets[0][stretch(whole.size)])


def test_what_is_reconstructed_and_altered_is_fetched_once(pets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = prepared(pets, augment={"noise": 0.1})
    monkeypatch.setenv("NETLOOM_MEMORY", TIERS["file"])
    feed = Feed(data.train, ["image"], ["image"], torch.device("cpu"), augment=data.choice.augment)
    for batch in feed.epoch(0, 0, 4):
        assert batch.inputs[0] is batch.targets[0]


def learning(pets: Path, **plan: Any) -> Project:
    network = chain(
        ("input1", "input", {"shape": {"kind": "image", "sizes": [3, 6, 5]}}),
        ("conv1", "conv2d", {"filters": 3}),
        ("flatten1", "flatten", {}),
        ("dense1", "dense", {"units": 2}),
        ("output1", "output", {}),
    )
    return project(network, section(pets, augment={"flip": True}), batch_size=4, **plan)


def run(session: TrainingSession) -> list[Event]:
    return list(train(session))


def told(events: list[Event]) -> list[Any]:
    """All losses, however many of them came at a time, and what the test says."""
    losses = [float(loss) for event in events if isinstance(event, Points) for loss in event.loss]
    return [losses] + [dict(event.test) for event in events if isinstance(event, Finished)]


def test_training_is_the_same_to_the_last_bit(pets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And goes on exactly, even where there is less memory than before."""
    found = []
    for tier, amount in TIERS.items():
        monkeypatch.setenv("NETLOOM_MEMORY", amount)
        found.append(told(run(begin(learning(pets, epochs=4), None, tmp_path / tier))))
        evaluation = evaluate(tmp_path / tier)
        assert evaluation.worst.input.shape[1:] == SIZES
    assert found[0] == found[1] == found[2]
    monkeypatch.setenv("NETLOOM_MEMORY", TIERS["numbers"])
    first = told(run(begin(learning(pets, epochs=2), None, tmp_path / "parts")))
    monkeypatch.setenv("NETLOOM_MEMORY", TIERS["file"])
    second = told(run(resume(tmp_path / "parts", epochs=4)))
    assert first[0] + second[0] == found[0][0]
    assert second[-1] == found[0][-1]


def test_a_run_of_pictures_from_before_they_were_stored_says_so(pets: Path, tmp_path: Path) -> None:
    run(begin(learning(pets, epochs=1), None, tmp_path / "run"))
    environment = tmp_path / "run" / "environment.json"
    held = json.loads(environment.read_text())
    held["data"] = "0" * 64
    environment.write_text(json.dumps(held))
    with pytest.raises(NetloomError, match=r"^The data of the run .* changed since it began"):
        resume(tmp_path / "run", epochs=2)
    del held["fingerprint"]
    environment.write_text(json.dumps(held))
    with pytest.raises(NetloomError, match=r"begun by an earlier Netloom, .* train the project again"):
        resume(tmp_path / "run", epochs=2)
    assert evaluate(tmp_path / "run").metrics["loss"] > 0


def test_reconstructions_are_evaluated_a_few_at_a_time(
    pets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = chain(
        ("input1", "input", {"shape": {"kind": "image", "sizes": [3, 6, 5]}}),
        ("conv1", "conv2d", {"filters": 3}),
        ("output1", "output", {"target": "image"}),
    )
    monkeypatch.setattr(Model, "evaluation_size", 3)
    evaluations = []
    for amount in TIERS.values():
        monkeypatch.setenv("NETLOOM_MEMORY", amount)
        data = section(pets, split={"train": 0.4, "validation": 0.2, "test": 0.4})
        out = tmp_path / f"run{amount}"
        run(begin(project(network, data, epochs=1), None, out))
        evaluations.append(evaluate(out))
    first = evaluations[0]
    frames = {encode(Evaluated(evaluation=evaluation)) for evaluation in evaluations}
    assert len(frames) == 1  # all arrays are the same to the last bit
    loss = first.worst.loss
    assert len(loss) > 6 and loss.tolist() == sorted(loss.tolist(), reverse=True)
    place = {index: row for row, index in enumerate(first.predictions.index.tolist())}
    rows = [place[index] for index in first.worst.index.tolist()]
    np.testing.assert_array_equal(first.worst.true, first.predictions.true[rows])
    np.testing.assert_array_equal(first.worst.predicted, first.predictions.predicted[rows])


def test_the_fingerprint_is_that_of_the_pixels(pets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = prepared(pets).fingerprint()
    _loaded.cache_clear()
    monkeypatch.setenv("NETLOOM_MEMORY", TIERS["file"])
    assert prepared(pets).fingerprint() == before
    assert prepared(pets, split={"seed": 1}).fingerprint() != before
    assert prepared(pets, standardise=False).fingerprint() != before
    Image.new("RGB", (5, 6), "red").save(pets / "cat" / "1.png")
    assert prepared(pets).fingerprint() != before


def test_pictures_that_are_in_two_parts_are_told(pets: Path) -> None:
    assert not duplicates(prepared(pets))
    for file in (pets / "cat").glob("*.png"):
        Image.new("RGB", (5, 6), "red").save(file)
    assert "also in the training set" in duplicates(prepared(pets))[0]


def test_previews_and_baselines_read_what_they_show(pets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETLOOM_MEMORY", TIERS["file"])
    data = prepared(pets)
    shown = preview(data, limit=6)
    np.testing.assert_array_equal(shown.values["image"], data.dataset.input_field().values[shown.index])
    mean = shown.features["image"][0].mean
    assert mean is not None and 0.4 < mean < 0.6
    assert baselines(data)[0].accuracy is not None


def test_large_arrays_are_read_row_by_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(0).normal(3, 2, (40, 7))
    np.save(tmp_path / "a.npy", values)
    choice = DataChoice.of("arrays", path=str(tmp_path / "a.npy"))
    whole = prepare(choice)
    _loaded.cache_clear()
    monkeypatch.setenv("NETLOOM_MEMORY", "1e-6")
    rows = prepare(choice)
    assert isinstance(rows.train.arrays["input"], LazyArray)
    for name, part in rows.parts.items():
        np.testing.assert_allclose(part.arrays["input"], whole.parts[name].arrays["input"], atol=1e-5)
    column = place(rows.train.arrays["input"], torch.device("cpu"), False)
    assert isinstance(column, Streamed)
    np.testing.assert_array_equal(column.numbers(column.fetch(slice(0, 9))), rows.train.arrays["input"][:9])


def test_the_budget_is_said_or_a_share_of_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NETLOOM_MEMORY", raising=False)
    assert budget() == max(1 << 30, installed() // 4)
    monkeypatch.setenv("NETLOOM_MEMORY", "2.5")
    assert budget() == 2.5 * 2**30
    for wrong in ("lots", "0", "-1", "nan", "inf"):
        monkeypatch.setenv("NETLOOM_MEMORY", wrong)
        with pytest.raises(NetloomError, match="NETLOOM_MEMORY"):
            budget()


def test_the_preference_of_a_window_holds_unless_the_environment_says_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("NETLOOM_MEMORY", raising=False)
    monkeypatch.setattr(memory_budget, "_preferred", [])
    assert "NETLOOM_MEMORY" in memory_budget.more_memory_remedy()
    memory_budget.allow(3)
    assert budget() == 3 * 2**30
    assert "preferences" in memory_budget.more_memory_remedy()
    for automatic in (0.0, -1.0, float("nan"), float("inf")):
        memory_budget.allow(automatic)
        assert budget() == max(1 << 30, installed() // 4)
    monkeypatch.setenv("NETLOOM_MEMORY", "2")
    memory_budget.allow(3)
    assert budget() == 2 * 2**30
    assert "NETLOOM_MEMORY" in memory_budget.more_memory_remedy()
