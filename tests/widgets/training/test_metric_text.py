"""Metrics in words, also where a network has several outputs."""

from __future__ import annotations

import pytest

from widgets.training.metric_text import change_of, primary, title_of, value_of


def test_one_output() -> None:
    metrics = {"loss": 0.5, "accuracy": 0.913}
    assert primary(metrics) == "accuracy"
    assert (title_of("accuracy"), value_of("accuracy", 0.913)) == ("Accuracy", "91.3 %")
    assert primary({"loss": 1.0}) == "loss"
    assert primary({}) is None


def test_several_outputs() -> None:
    metrics = {"loss": 0.5, "together.accuracy": 0.99, "view_plain.accuracy": 0.97}
    assert primary(metrics) == "together.accuracy"
    assert title_of("together.accuracy") == "Accuracy of together"
    assert value_of("view_plain.accuracy", 0.97) == "97.0 %"
    assert title_of("price.rmse") == "RMSE of price"


@pytest.mark.parametrize(
    ("metric", "before", "after", "said"),
    [
        ("accuracy", 0.98885, 0.87338, "−11.6 points"),  # 98.9 % and 87.3 %
        ("accuracy", 0.95, 0.95, "same"),
        ("accuracy", 0.95001, 0.95002, "same, as rounded"),
        ("loss", 0.12771, 0.034204, "−0.0935"),
        ("rmse", 12_345.6, 1_234.5, "−11,112"),
        ("rmse", 9.5e-8, 2.5e9, "+2,500,000,000"),
        ("rmse", 1.0, float("nan"), "–"),
    ],
)
def test_a_change_agrees_with_the_values_as_they_are_written(
    metric: str, before: float, after: float, said: str
) -> None:
    assert change_of(metric, before, after) == said
