"""Baselines: the errors that simple answers make, found again by hand, and never with a look ahead."""

import re

import numpy as np
import pytest

from app.data.baselines import baselines, season_of, seasonal
from app.data.data_choice import DataChoice
from app.data.data_preview import preview
from app.data.dataset import Array
from app.data.prepare import Prepared, prepare
from tests.app.conftest import Write


def forecast(**options: float) -> Prepared:
    return prepare(DataChoice.of("sine", **options))


def test_a_repeating_series_is_found_to_repeat() -> None:
    found = {one.name: one for one in baselines(forecast(noise=0.0, period=25.0, horizon=30))}
    *averages, linear = list(found)[2:5]
    assert list(found)[:2] == ["last value", "one season earlier (25 steps)"]
    assert (linear, [name.partition(" (")[0] for name in averages]) == (
        "linear autoregression",
        ["moving average", "weighted moving average"],
    )
    assert found["one season earlier (25 steps)"].rmse == pytest.approx(0.0, abs=1e-5)
    assert found["linear autoregression"].rmse == pytest.approx(0.0, abs=0.05)
    last = found["last value"].rmse
    assert last is not None and last > 0.5


def test_errors_are_in_the_units_of_the_data() -> None:
    prepared = prepare(DataChoice.of("seasons"))
    (last, *_) = baselines(prepared)
    index = prepared.test.indices
    truth = prepared.dataset.target_field().values[index][:, 0]
    said = prepared.dataset.input_field().values[index][:, -1, 0]
    assert last.rmse == pytest.approx(float(np.sqrt(((truth - said) ** 2).mean())), rel=1e-5)
    assert last.mae == pytest.approx(float(np.abs(truth - said).mean()), rel=1e-5)
    assert last.predictions.shape == (len(index), 1)


def test_the_season_repeats_over_a_long_horizon() -> None:
    past = np.array([[1.0, 2.0, 3.0, 1.0, 2.0, 3.0]])
    assert season_of(past, np.array([[1.0, 2.0, 3.0, 1.0]])) == 3
    np.testing.assert_array_equal(seasonal(past, 3, 7), [[1, 2, 3, 1, 2, 3, 1]])


def test_regression_and_classes_have_baselines_too() -> None:
    prepared = prepare(DataChoice.of("diabetes"))
    mean, linear = baselines(prepared)
    held = prepared.dataset.target_field().values
    expected = held[prepared.test.indices] - held[prepared.train.indices].mean()
    assert mean.rmse == pytest.approx(float(np.sqrt((expected**2).mean())), rel=1e-5)
    assert mean.predictions.shape == linear.predictions.shape == (prepared.test.samples, 1)
    assert mean.rmse is not None and linear.rmse is not None and linear.rmse < 0.85 * mean.rmse
    (usual,) = baselines(prepare(DataChoice.of("breast_cancer")))
    assert usual.name == "always “benign”" and usual.accuracy == pytest.approx(0.63, abs=0.02)


def test_zeros_and_ones_are_held_against_shares_of_right_answers_and_no_errors() -> None:
    prepared = prepare(DataChoice.of("binary_addition", samples=400, bits=12, shortest=2, trained=6))
    found = {baseline.name: baseline for baseline in baselines(prepared, binary=True)}
    assert {tuple(baseline.to_json()) for baseline in found.values()} == {("name", "accuracy")}
    index = prepared.test.indices
    sums = prepared.dataset.field_named("sum").values[index][..., 0]
    own = np.arange(sums.shape[1]) < prepared.dataset.field_named("length").values[index]
    usual = next(found[name] for name in found if name.startswith("always"))
    assert usual.accuracy == pytest.approx(float((sums[own] == float(usual.name[-1])).mean()))
    linear = found["linear"].accuracy
    assert linear is not None and 0.4 < linear < 0.8  # the carry is not linear


def test_a_label_for_every_step_is_held_against_the_most_frequent_one() -> None:
    prepared = prepare(DataChoice.of("frame_events", samples=100))
    [usual] = baselines(prepared)
    words = prepared.dataset.target_field().values
    known, asked = (np.asarray(words[part.indices]) for part in (prepared.train, prepared.test))
    most = int(np.bincount(known.ravel()).argmax())
    assert usual.to_json() == {"name": "always “stands”", "accuracy": float((asked == most).mean())}


def test_they_are_told_by_name_and_errors() -> None:
    assert [set(baseline.to_json()) for baseline in baselines(forecast())] == [{"name", "rmse", "mae"}] * 6
    assert baselines(prepare(DataChoice.of("dates", samples=40))) == ()


def test_duplicates_across_parts_are_told(write: Write) -> None:
    rows = [f"{row % 30},{row % 30 * 2},{row % 30 * 0.37 % 1}" for row in range(120)]
    path = write("t.csv", "a,b,y\n" + "\n".join(rows))
    notes = " ".join(preview(prepare(DataChoice.of("table", path=str(path), target="y"))).notes)
    assert re.search(r"1\d of 18 test samples are also in the training set", notes)
    clean = write("c.csv", "a,b,y\n" + "\n".join(f"{row},{row * 2},{row * 0.37 % 1}" for row in range(120)))
    assert preview(prepare(DataChoice.of("table", path=str(clean), target="y"))).notes == ()


def test_samples_that_are_drawn_anew_may_be_equal() -> None:
    drawn = preview(prepare(DataChoice.of("binary_addition", samples=300, bits=3, shortest=3)))
    assert not drawn.leaks


@pytest.mark.parametrize(("target", "task"), [("y", "regression"), ("kind", "classification")])
def test_features_that_hold_the_target_are_told(write: Write, target: str, task: str) -> None:
    rng = np.random.default_rng(0)
    rows = [f"{row},{rng.random():.4f},{row % 3 + 5},{value:.4f},{value * 2 + 1:.4f},{row % 3}"
            for row, value in enumerate(rng.random(90))]  # fmt: skip
    path = write("t.csv", "row number,noise,code,y,twice,kind\n" + "\n".join(rows))
    choice = DataChoice.of("table", path=str(path), target=target, task=task)
    notes = [note for note in preview(prepare(choice)).notes if note.startswith("Feature")]
    holding = "twice" if target == "y" else "code"
    assert notes == [
        "Feature “row number” only numbers the samples; leave it out, or the network may learn their order.",
        f"Feature “{holding}” holds the target itself; leave it out, or nothing is learned.",
    ]


def test_a_season_is_found_where_the_last_value_is_nearly_as_good() -> None:
    steps = np.arange(1200)
    noise = np.random.default_rng(0).normal(size=1200)

    def season(series: Array) -> int:
        windows = np.lib.stride_tricks.sliding_window_view(series, 52)
        return season_of(windows[:, :50], windows[:, 50:])

    daily = np.sin(steps * 2 * np.pi / 24)
    assert [season(daily), season(daily + 0.002 * steps), season(daily + 0.3 * noise)] == [24, 24, 24]
    assert [season(noise), season(np.cumsum(noise)), season(steps * 1.0), season(steps * 0.0)] == [1, 1, 1, 1]
