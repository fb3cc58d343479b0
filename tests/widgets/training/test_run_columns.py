"""What the columns of the list of runs say: which epoch a number is of, and in which unit it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from app.training.kept_epoch import KeptEpoch
from widgets.comparing.run_figures import figures
from widgets.training.run_columns import NARROW, as_rows, wide
from widgets.training.run_entries import RunEntry


def entry(metric: str, score: float, unit: str = "", *, is_best: bool = True) -> RunEntry:
    """A run that has this score on both sets."""
    kept = KeptEpoch(12, is_best, {metric: score}, {metric: score})
    about = Path("run"), "run", "1", "completed", 20, 20, metric, kept, score
    return RunEntry(*about, tested={metric: score}, unit=unit)


def cells(run: RunEntry) -> dict[str, str]:
    return {column.title: column.text(run) for column in NARROW}


def test_scores_name_their_unit_and_validation_its_epoch() -> None:
    said = cells(entry("rmse", 0.63, "MW"))
    assert said["Test"] == "RMSE 0.6300 MW" and said["Validation"] == "RMSE 0.6300 MW (best epoch, 12)"
    said = cells(entry("accuracy", 0.985, "MW", is_best=False))
    assert said["Test"] == "98.5 %" and said["Validation"] == "98.5 % (last epoch, 12)"
    assert cells(entry("rmse", 0.63))["Test"] == "RMSE 0.6300"


def test_the_table_has_the_unit_in_the_title_where_all_runs_share_it() -> None:
    shared, mixed = ([entry("rmse", 0.63, "MW"), entry("rmse", 0.7, unit)] for unit in ("MW", "kg"))
    titles = {column.title: column for column in wide(shared, None)}
    assert titles["Test RMSE (MW)"].text(shared[0]) == "0.6300"
    assert titles["Weights"].text(shared[0]) == "best epoch, 12"
    assert "Test RMSE (MW)" in as_rows(shared, wide(shared, None))[0]
    apart = {column.title: column for column in wide(mixed, None)}
    assert [apart["Test RMSE"].text(run) for run in mixed] == ["0.6300 MW", "0.7000 kg"]


def test_list_and_comparison_tell_the_same_time_per_epoch() -> None:
    runs = [replace(entry("accuracy", 0.9), epoch_seconds=seconds) for seconds in (1.6, 0.9)]
    columns = {column.title: column for column in wide(runs, None)}
    lines = {figure.name: figure for figure in figures(runs[0], runs[1])}
    told = [columns["Time per epoch"].text(run) for run in runs]
    assert told == [lines["Time per epoch"].before, lines["Time per epoch"].after] == ["1.6 s", "0.9 s"]


def test_compared_runs_have_units_and_name_the_epoch_of_their_weights() -> None:
    lines = {figure.name: figure for figure in figures(entry("rmse", 0.63, "MW"), entry("rmse", 0.7, "MW"))}
    assert (lines["Test: RMSE (MW)"].before, lines["Weights"].after) == ("0.6300", "best epoch, 12")


def by_loss(loss: str, value: float) -> RunEntry:
    return replace(entry("loss", value), loss=loss)


def test_losses_of_different_kinds_are_neither_subtracted_nor_ranked() -> None:
    first, second = by_loss("cross-entropy", 0.1277), by_loss("MSE", 0.0342)
    told = {figure.name: figure for figure in figures(first, second)}
    for name in ("Test: Loss", "Validation: Loss"):
        assert (told[name].before, told[name].after) == ("0.1277 (cross-entropy)", "0.03420 (MSE)")
        assert told[name].words == "not comparable" and "cross-entropy and MSE" in told[name].tip
    columns = {column.title: column for column in wide([first, second], None)}
    titles = ("Test loss (cross-entropy)", "Test loss (MSE)")
    values = [[columns[title].value(run) for run in (first, second)] for title in titles]
    assert values == [[0.1277, None], [None, 0.0342]]


def test_losses_of_one_kind_are_compared_and_named() -> None:
    first, second = by_loss("MSE", 0.5), by_loss("MSE", 0.25)
    told = {figure.name: figure for figure in figures(first, second)}
    assert (told["Test: Loss (MSE)"].before, told["Test: Loss (MSE)"].change) == ("0.5000", "−0.2500")
    assert "Test loss (MSE)" in as_rows([first, second], wide([first, second], None))[0]
