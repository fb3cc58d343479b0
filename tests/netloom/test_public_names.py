"""The names that scripts rely on, and the examples of the guide, which run as they stand."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import netloom
from netloom.__main__ import run

ROOT = Path(netloom.__file__).parent.parent
PAGE = ROOT / "docs" / "guide" / "python.md"
NAMES = {
    "Check": {"ok", "problems", "hints", "parameters", "frame", "report"},
    "Network": {"add", "chain", "ids", "network"},
    "Project": {
        "base", "changed", "check", "content", "data", "export", "module", "network", "path", "plan", "save", "sweep",
        "title", "train", "with_data",
    },
    "Run": {
        "evaluate", "export", "frame", "module", "path", "predict", "predictions", "resume", "run", "status", "test",
        "train", "validation",
    },
    "Sweep": {"best", "folder", "frame"},
}  # fmt: skip
"""What each class offers. A name that goes or changes breaks scripts of others: think twice, and tell it."""
FUNCTIONS = {
    "load": "(file: 'str | Path') -> 'Project'",
    "preset": "(id: 'str') -> 'Project'",
    "presets": "() -> 'tuple[str, ...]'",
    "open_run": "(folder: 'str | Path') -> 'Run'",
    "runs": "(folder: 'str | Path | None' = None) -> 'list[Run]'",
}


def test_the_names_of_the_package_stay() -> None:
    assert set(netloom.__all__) == {*NAMES, *FUNCTIONS, "new", "NetloomError"}
    instance_only = {"Project": {"base", "content", "path"}, "Run": {"run"}, "Check": {"report"}}
    for name, wanted in NAMES.items():
        kind = getattr(netloom, name)
        public = {each for each in vars(kind) if not each.startswith("_")} | instance_only.get(name, set())
        assert public == wanted, name
    for name, signature in FUNCTIONS.items():
        assert str(inspect.signature(getattr(netloom, name))) == signature


def test_importing_it_loads_neither_torch_nor_a_window() -> None:
    code = "import sys, netloom; print([name for name in ('torch', 'PySide6') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_command_is_that_of_main(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["netloom", "datasets", "--json"])
    assert run() == 0
    assert '"iris"' in capsys.readouterr().out


def test_the_table_of_the_guide_names_everything() -> None:
    told = set(re.findall(r"`(\w+)`", PAGE.read_text("utf-8").partition("## All names")[2]))
    assert told >= set(netloom.__all__)
    hidden = {"base", "content", "path", "report", "run", "title"}
    assert told >= {name for names in NAMES.values() for name in names} - hidden


def test_the_examples_of_the_guide_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert len(blocks) == 6
    known: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, str(PAGE), "exec"), known)
    assert (tmp_path / "iris.py").is_file() and (tmp_path / "iris.onnx").is_file()
    more, run = known["more"], known["run"]
    assert isinstance(more, netloom.Run) and isinstance(run, netloom.Run) and more.path == run.path
    assert more.status == "completed" and len(more.frame()) >= 2
