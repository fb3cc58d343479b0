"""Metrics in words, also where a network has several outputs."""

from __future__ import annotations

from widgets.training.metric_text import primary, title_of, value_of


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
