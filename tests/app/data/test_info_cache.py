"""What is remembered of files that were read before."""

from __future__ import annotations

import os
from pathlib import Path

from app.data.info_cache import KEPT, cache_text, cached_info, cached_text, key_of


def test_a_text_comes_back_and_what_was_never_kept_is_empty() -> None:
    cache_text(key_of("a.csv", 1), "found")
    assert cached_text(key_of("a.csv", 1)) == "found"
    assert cached_text(key_of("a.csv", 2)) == ""
    assert cached_info(key_of("a.csv", 1)) is None


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
