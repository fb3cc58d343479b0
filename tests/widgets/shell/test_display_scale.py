"""On displays scaled to 150 and 200 % the window fits, no word is cut and nothing lies over another.

The scale of a display is read once, when Qt starts; so each has a process of its own.
"""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from tests.widgets.shell.trained_window import LEFT, evaluation

ROOT = Path(__file__).resolve().parents[3]
PRESETS = ("lenet", "seasons_lstm", "iris_mlp")
"""A network for pictures, one for sequences, one for a table."""


def screen(folder: Path, width: int, height: int) -> str:
    """The name of Qt's platform without a display, with a screen of this many pixels."""
    file = folder / "screen.json"
    file.write_text(json.dumps({"screens": [{"name": "screen", "x": 0, "y": 0, "width": width, "height": height}]}))
    return f"offscreen:configfile={file}"


@pytest.mark.parametrize(("factor", "logical"), [("1.5", [1280, 720]), ("2", [960, 540])])
def test_no_word_is_cut_on_a_scaled_display(tmp_path: Path, factor: str, logical: list[int]) -> None:
    left = tmp_path / "evaluation"
    left.write_bytes(pickle.dumps(evaluation()))
    environment = os.environ | {
        LEFT: str(left),
        "QT_SCALE_FACTOR": factor,
        "QT_QPA_PLATFORM": screen(tmp_path, 1920, 1080),
        "NETLOOM_HOME": str(tmp_path / "home"),
    }
    command = [sys.executable, "-m", "tests.widgets.shell.scaled_window", *PRESETS]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["pixels"] == float(factor) and told["screen"] == logical
    assert told["views"] > 20 * len(PRESETS)
    assert told["faults"] == []
