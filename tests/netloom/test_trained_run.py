"""Runs in scripts: tables of curves and predictions, tests, weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

import netloom
from netloom.trained_run import runs


def test_the_curves_are_a_table(rent: netloom.Run) -> None:
    frame = rent.frame()
    assert list(frame.index) == [1, 2] and {"step", "train loss", "validation rmse"} <= set(frame.columns)
    assert rent.validation["loss"] == pytest.approx(frame["validation loss"].min())
    assert rent.status == "completed" and rent.evaluate() == pytest.approx(rent.test, rel=1e-5)


def test_rows_arrays_and_files_are_predicted_alike(rent: netloom.Run, tmp_path: Path) -> None:
    rows = pd.DataFrame({"id": ["0007", "0008"], "size": [30, 60]})
    (tmp_path / "new.csv").write_text("id,size\n0007,30\n0008,60\n", "utf-8")
    said = rent.predict(rows, interval=0.8)
    assert list(said.columns) == ["id", "predicted rent", "rent at least", "rent at most"]
    assert said["id"].tolist() == ["0007", "0008"]
    pd.testing.assert_frame_equal(said, rent.predict(tmp_path / "new.csv", interval=0.8))
    array = rent.predict(np.array([[30.0], [60.0]]))
    np.testing.assert_allclose(array["predicted rent"], said["predicted rent"], rtol=1e-5)
    [one] = rent.predictions("30")
    assert one["value"] == pytest.approx(said["predicted rent"][0], rel=1e-5)


def test_a_module_is_the_callers_own(rent: netloom.Run) -> None:
    module, other = rent.module(), rent.module()
    with torch.no_grad():
        next(module.parameters()).zero_()
    assert not module.training and not torch.equal(next(module.parameters()), next(other.parameters()))


def test_runs_are_listed_and_shown(rent: netloom.Run) -> None:
    assert [each.path for each in runs(rent.path.parent)] == [rent.path]
    shown = rent._repr_html_()
    assert "<svg" in shown and "Flats &lt;b&gt;" in shown and "test rmse" in shown
    assert "completed, test loss" in repr(netloom.open_run(rent.path))
    with pytest.raises(netloom.NetloomError, match="not a run"):
        netloom.open_run(rent.path / "nothing")
