"""Sentences that leave the machine name no folder of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.exchange.places import without_places


@pytest.mark.parametrize(
    ("sentence", "placeless"),
    [
        ("/home/ada/data/flowers.csv is not there.", "flowers.csv is not there."),
        ("The run “/home/ada/x” stands (/srv/b/c.csv).", "The run “x” stands (c.csv)."),
        (r"C:\Users\ada\flowers.csv is not there.", "flowers.csv is not there."),
        ("/my own folder/flowers.csv is not there.", "flowers.csv is not there."),
        (
            "A rate of 3/4 and https://pytorch.org/docs/stable stay.",
            "A rate of 3/4 and https://pytorch.org/docs/stable stay.",
        ),
        ("data/flowers.csv has two columns.", "data/flowers.csv has two columns."),
    ],
)
def test_files_stand_with_their_names_alone(sentence: str, placeless: str) -> None:
    assert without_places(sentence, Path("/my own folder"), None) == placeless
