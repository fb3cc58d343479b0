"""What the guide says of transfer learning is what `tools.transfer` measured."""

from __future__ import annotations

import re

import pytest

from app.project.presets import preset
from tools.figure_texts import DOCS
from tools.transfer import HIGH, scores, table, with_pictures

FOUND = {"1": {"transfer": [0.5, 0.25, 0.75], "random": [0.3, 0.3, 0.3], "scratch": [0.2, 0.2, 0.2]}}


def test_the_table_has_median_least_and_greatest() -> None:
    assert table(FOUND).splitlines()[-1] == "| 1 | 50.0 % (25.0 to 75.0 %) | 30.0 % | 20.0 % |"


def test_pictures_and_start_are_set_apart() -> None:
    project = preset(HIGH).project
    made = with_pictures(project, 20, None)
    assert made.sections["data"]["options"] == {"digits": [5, 6, 7, 8, 9], "per_class": 20}  # type: ignore[index,call-overload]
    assert made.sections["start"] is None


@pytest.mark.slow
def test_the_guide_has_the_scores_that_are_found_again() -> None:
    rows = (DOCS / "guide" / "runs.md").read_text("utf-8").splitlines()
    known = next(row for row in rows if row.startswith("| 5 | "))
    found = table(scores(pictures=(5,))).splitlines()[-1]
    numbers = [[float(each) for each in re.findall(r"\d+\.\d", row)] for row in (known, found)]
    assert numbers[1] == pytest.approx(numbers[0], abs=2)
