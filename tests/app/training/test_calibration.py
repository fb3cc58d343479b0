"""How fast this machine trains: curves, seconds that follow from them, and where they are kept."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from app.training import calibration, devices
from app.training.calibration import (
    CHANNELS,
    Calibration,
    Speed,
    convolution,
    curve_names,
    epoch_seconds_of,
    keep,
    known_calibration,
    machine,
    measured_curves,
    on_curve,
    place,
    to_json,
)
from app.training.plan import Plan
from app.training.training_memory import Training
from graph.checking.kept_values import Needs
from graph.errors import NetloomError
from graph.layers.training_needs import LayerWork, Work

SAMPLES, BATCH = 100, 10


def measured(seconds: float = 1e-3, *, step: float = 0.5, epoch: float = 2.0) -> Calibration:
    """A machine that takes the same for every call up to a size of 1,000, and in proportion beyond."""
    curves = dict.fromkeys(curve_names(), ((1.0, seconds), (1000.0, seconds)))
    return Calibration(machine(), curves, step, epoch)


def training(*works: LayerWork, plan: Plan | None = None, validated: int = 0) -> Training:
    sizes = (SAMPLES, validated, 0)
    return Training(plan or Plan(device="cpu"), Needs(works=works), 10, 10, sizes, BATCH, 50, 0, 0)


def test_seconds_of_an_epoch_by_hand() -> None:
    work = LayerWork(Work.VALUES, 5, calls=3)
    # of each of 10 steps: what a step takes, the weights, and three calls
    by_hand = 2.0 + 10 * (0.5 + 1e-3 + 3 * 1e-3)
    assert epoch_seconds_of(training(work), measured()) == pytest.approx(by_hand)
    tested = by_hand + 2 * 3 * 1e-3 / 3  # two passes forwards over 100 samples
    assert epoch_seconds_of(training(work, validated=100), measured()) == pytest.approx(tested)


def test_where_no_gradient_is_passed_on_it_takes_less() -> None:
    first = replace(LayerWork(Work.MATRIX, 5), passes_gradient=False)
    assert epoch_seconds_of(training(first), measured()) == pytest.approx(2 + 10 * (0.5 + 1e-3 + 1e-3 * 2 / 3))


def test_dense_layers_alone_are_spared_a_part_of_what_calls_cost() -> None:
    work = LayerWork(Work.VALUES, 5, calls=3)
    chain = replace(training(work), is_chain=True)
    whole, spared = (epoch_seconds_of(chain, replace(measured(), chain=share)) for share in (1.0, 0.25))
    assert whole is not None and spared is not None
    assert whole - spared == pytest.approx(10 * 0.75 * 3 * 1e-3)


def test_nothing_is_guessed_of_what_was_not_measured() -> None:
    work = LayerWork(Work.VALUES, 5)
    for plan in (Plan(device="cuda"), Plan(precision="bfloat16"), Plan(objective="adversarial")):
        assert epoch_seconds_of(training(work, plan=plan), measured()) is None
    with_card = replace(measured(), cuda=True)
    assert epoch_seconds_of(training(work, plan=Plan()), with_card) is None
    assert epoch_seconds_of(training(work), with_card) is not None  # on the processor, as chosen


def test_large_sums_are_shared_by_all_cores() -> None:
    one, several = (Speed(replace(measured(), speedup=4.0), several) for several in (False, True))
    work, values = LayerWork(Work.MATRIX, 50), LayerWork(Work.VALUES, 50)
    assert several.call(work, 1) == one.call(work, 1) / 4
    assert several.call(values, 1) == one.call(values, 1)
    assert calibration.SMALL == devices.SMALL


def test_on_a_curve() -> None:
    points = ((10.0, 1.0), (30.0, 2.0))
    assert [on_curve(points, size) for size in (0, 10, 20, 30, 90)] == [1.0, 1.0, 1.5, 2.0, 6.0]


def test_convolutions_lie_between_those_of_fewer_and_of_more_channels() -> None:
    known = measured()
    curves = {**known.curves, convolution(CHANNELS[1]): ((1.0, 4e-3), (1000.0, 4e-3))}
    speed = Speed(replace(known, curves=curves), several=False)
    seconds = [speed.call(LayerWork(Work.CONVOLUTION, 5, channels=channels), 1) for channels in (1, 4, 16, 64, 512)]
    assert seconds == pytest.approx([1e-3, 2e-3, 4e-3, 1e-3, 1e-3])


def test_smaller_work_never_takes_more() -> None:
    assert measured_curves({"a": [(2, 1.0), (1, 3.0), (3, 4.0)]}) == {"a": ((1, 1.0), (2, 1.0), (3, 4.0))}


def test_it_is_kept_in_the_home_folder_until_the_machine_changes(
    netloom_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert known_calibration() is None
    keep(measured())
    assert place().parent == netloom_home
    assert known_calibration() == measured()
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    assert known_calibration() is None


@pytest.mark.parametrize("content", ["", "{", "[]", '{"machine": {}}', '{"machine": 3, "curves": 4}'])
def test_a_damaged_file_counts_as_none(netloom_home: Path, content: str) -> None:
    place().write_text(content, "utf-8")
    assert known_calibration() is None


def test_a_curve_that_is_missing_or_falls_counts_as_none(netloom_home: Path) -> None:
    whole = to_json(measured())
    lacking = {name: points for name, points in whole["curves"].items() if name != "gru"}
    odd = {**whole["curves"], "gru": [[5.0, 1.0], [4.0, 1.0]]}
    for curves in (lacking, odd, {**whole["curves"], "gru": []}):
        place().write_text(json.dumps({**whole, "curves": curves}), "utf-8")
        assert known_calibration() is None


def test_a_home_without_rights_is_told_with_a_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("NETLOOM_HOME", str(tmp_path / "file" / "home"))
    with pytest.raises(NetloomError, match=r"cannot be kept .* Set NETLOOM_HOME"):
        keep(measured())
    assert known_calibration() is None
