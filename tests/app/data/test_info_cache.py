"""What is remembered of files that were read before."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.data.dataset import DatasetInfo, FieldInfo, Task
from app.data.info_cache import KEPT, cache_info, cache_text, cached_info, cached_text, key_of
from graph.shapes import sequence, vector


def test_a_text_comes_back_and_what_was_never_kept_is_empty() -> None:
    cache_text(key_of("a.csv", 1), "found")
    assert cached_text(key_of("a.csv", 1)) == "found"
    assert cached_text(key_of("a.csv", 2)) == ""
    assert cached_info(key_of("a.csv", 1)) is None


@pytest.mark.parametrize("time", [None, 24])
def test_a_description_comes_back_as_it_was(time: int | None) -> None:
    fields = (FieldInfo("load", sequence(time, 3), units=("MW",)), FieldInfo("kind", vector(2), classes=("a", "b")))
    info = DatasetInfo(
        "table", "Loads", Task.CLASSIFICATION, 40, fields, ("load",), "kind", "40 loads.", counts=(30, 10)
    )
    cache_info("loads", info)
    assert cached_info("loads") == info


def test_the_oldest_of_more_than_five_hundred_are_forgotten(netloom_home: Path) -> None:
    folder = netloom_home / "cache" / "info"
    folder.mkdir(parents=True)
    for number in range(KEPT + 20):
        (folder / f"old{number}.json").touch()
        os.utime(folder / f"old{number}.json", (number, number))
    cache_text("new", "found")
    assert KEPT == len(list(folder.iterdir())) == 500
    assert cached_text("new") == "found"
    assert not (folder / "old20.json").exists() and (folder / "old21.json").exists()
