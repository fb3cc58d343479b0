"""The main job from an empty canvas to running exported code, in the real window with the real worker."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.stale_pictures import assert_fresh

ROOT = Path(__file__).parents[2]

CHAPTERS = (
    "start",
    "empty",
    "data",
    "first-layer",
    "settings",
    "wire",
    "mistakes",
    "network",
    "training",
    "filters",
    "resumed",
    "feature-maps",
    "errors",
    "weights",
    "dark",
    "spirals",
)


@pytest.mark.slow
def test_the_tour_reaches_its_end_and_leaves_a_picture_of_every_chapter(tmp_path: Path) -> None:
    """The tour itself fails where the window does not do what it should, or the network learns too little."""
    out = tmp_path / "tour"
    done = subprocess.run(
        [sys.executable, str(ROOT / "main.py"), "tour", "--out", str(out)],
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert done.returncode == 0, done.stderr
    pictures = sorted(out.glob("*.png"))
    assert [path.stem[3:] for path in pictures] == list(CHAPTERS)
    assert all(path.stat().st_size > 20_000 for path in pictures)
    assert "lenet.py ran by itself with its weights: output of shape (2, 10) for 2 random samples" in done.stdout
    assert_fresh(out, "screenshots")
