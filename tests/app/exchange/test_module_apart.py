"""A file of the user's is run in a process of its own, within bounds on time and memory, and ends with it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from app.exchange import module_apart
from app.exchange.module_apart import run_apart
from app.exchange.module_in import import_module
from app.exchange.module_source import ModuleSource
from graph.errors import NetloomError
from graph.project import read_project

pytest.importorskip("onnx")

NET = """
import subprocess, sys, time
from torch import nn

{head}

class Net(nn.Module):
    def __init__(self, units=3):
        super().__init__()
        {made}
        self.conv = nn.Conv2d(1, 2, 3, padding=1)
        self.norm = nn.BatchNorm2d(2)
        self.fc = nn.Linear(32, units)

    def forward(self, x):
        return self.fc(self.norm(self.conv(x)).flatten(1))
"""


def written(folder: Path, head: str = "", made: str = "") -> ModuleSource:
    (folder / "model.py").write_text(NET.format(head=head, made=made))
    return ModuleSource(folder / "model.py", "Net", "units=4", ((1, 1, 4, 4),))


@pytest.mark.slow
def test_a_file_that_prints_and_has_names_of_our_own_comes_in(tmp_path: Path) -> None:
    """By torch's default exporter; modules beside the file are found before ours of the same name."""
    (tmp_path / "app.py").write_text("SIZE = 4\n")
    head = "import app\nassert app.SIZE == 4\nprint('x' * 10**6)\nsys.stderr.write('y')\nassert not sys.stdin.read()"
    made = import_module(written(tmp_path, head), tmp_path / "net.netloom")
    assert made.difference is not None and made.difference < 1e-4
    assert sorted(path.name for path in tmp_path.iterdir()) == ["app.py", "model.py", "net.netloom", "net.safetensors"]
    kinds = [node.layer.kind for node in read_project(tmp_path / "net.netloom").network]
    assert kinds[0] == "input" and {"conv2d", "dense"} <= set(kinds)


@pytest.mark.slow
def test_a_constructor_that_sleeps_is_ended_with_what_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module_apart, "SECONDS", 20.0)
    (tmp_path / "child.py").write_text(f"import time\ntime.sleep(25)\nopen({str(tmp_path / 'late')!r}, 'w')\n")
    child = f"subprocess.Popen([sys.executable, {str(tmp_path / 'child.py')!r}])"
    started = time.monotonic()
    with pytest.raises(NetloomError, match=r"Running model\.py took more than 20 seconds and was ended"):
        run_apart(written(tmp_path, made=f"{child}; time.sleep(600)"), tmp_path)
    assert time.monotonic() - started < 40
    time.sleep(6)
    assert not (tmp_path / "late").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("made", "reason"),
    [
        ("self.much = bytearray(2**35)", "more than 4 GB of memory"),
        ("self.much = nn.Linear(2**17, 2**16)", "more than 4 GB of memory"),
        ("import os; os._exit(0)", "ended without a network: the file ends the program itself"),
    ],
)
def test_too_much_memory_and_an_end_of_its_own(tmp_path: Path, made: str, reason: str) -> None:
    with pytest.raises(NetloomError, match=reason):
        run_apart(written(tmp_path, made=made), tmp_path)


def test_a_file_that_takes_no_time_at_all_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module_apart, "SECONDS", 0.0)
    with pytest.raises(NetloomError, match="took more than 0 seconds and was ended"):
        run_apart(written(tmp_path), tmp_path)
