"""The package that is installed: private copies of the rooms, beside modules of others that are called alike."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools.private_rooms import ROOT, led_elsewhere, modules, write_package

SOURCE = '''"""About app.data.dataset, which stays."""
import os
import app.worker
import graph.shapes as shapes
from graph.errors import NetloomError  # why
from main import main
from . import beside
KIND = "graph.modules.rbf.Rbf"
NAMED = f"app.training.objectives.{KIND}"
CODE = ("from app.exchange.onnx_apart "
        "import serve")
OTHER = "app.example, my.app.data, https://app.data/"
def f(é="é", it=app.worker):
    from app.data import dataset; return dataset, shapes, os, beside, main, NetloomError
'''
LED = '''"""About app.data.dataset, which stays."""
import os
import netloom._rooms.app.worker; from netloom._rooms import app
import netloom._rooms.graph.shapes as shapes
from netloom._rooms.graph.errors import NetloomError  # why
from netloom._rooms.main import main
from . import beside
KIND = "netloom._rooms.graph.modules.rbf.Rbf"
NAMED = f"netloom._rooms.app.training.objectives.{KIND}"
CODE = ("from netloom._rooms.app.exchange.onnx_apart "
        "import serve")
OTHER = "app.example, my.app.data, https://app.data/"
def f(é="é", it=app.worker):
    from netloom._rooms.app.data import dataset; return dataset, shapes, os, beside, main, NetloomError
'''


def test_imports_and_names_of_modules_are_led_to_the_private_rooms_and_nothing_else_changes() -> None:
    assert {"app.data.dataset", "graph.layers", "widgets.shell.window"} <= modules()
    assert led_elsewhere(SOURCE.encode(), modules()).decode() == LED
    with pytest.raises(ValueError, match="line 1"):
        led_elsewhere(b"import os, app.worker", modules())


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package as it is installed, away from the checkout."""
    folder = tmp_path_factory.mktemp("installed")
    write_package(folder)
    return folder


def said(package: Path, cwd: Path, *arguments: str) -> str:
    """What Python prints in the folder ``cwd`` where only the package is found."""
    environment = {**os.environ, "PYTHONPATH": str(package), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


FOREIGN = "import app, graph; assert (app.MINE, graph.MINE) == (1, 2)"
TRAIN = """
import netloom
run = netloom.preset("iris_mlp").train(epochs=1, progress=False, out="run")
print(run.status, netloom.presets()[0], len(run.export("net.py")), len(run.predict("5.1,3.5,1.4,0.2")))
"""


@pytest.mark.slow
@pytest.mark.parametrize("code", [f"{FOREIGN}{TRAIN}", f"{TRAIN}{FOREIGN}"], ids=["after", "before"])
def test_modules_of_others_that_are_called_alike_are_not_met(package: Path, tmp_path: Path, code: str) -> None:
    (tmp_path / "app.py").write_text("MINE = 1", "utf-8")
    (tmp_path / "graph.py").write_text("MINE = 2", "utf-8")
    assert said(package, tmp_path, "-c", code).split()[0] == "completed"
    assert said(package, tmp_path, "-c", f"{TRAIN.replace('run', 'again')}{FOREIGN}").split()[2:] == ["2", "1"]


@pytest.mark.slow
def test_everything_that_is_found_by_itself_is_found_in_the_package_too(package: Path, tmp_path: Path) -> None:
    """Layers, data, handlers, views, actions and pages; and no room is loaded under its plain name."""
    code = """
import sys
from netloom._rooms.app.data.inspect import KINDS
from netloom._rooms.app.system.about import netloom_version
from netloom._rooms.app.system.guide_pages import guide_pages
from netloom._rooms.app.worker.handlers import handlers
from netloom._rooms.graph.layers.catalogue import catalogue
from netloom._rooms.widgets.launch import open_window
from netloom._rooms.widgets.shell.action_registry import discover
from netloom._rooms.widgets.understand.view_registry import discover as views
print(*map(len, (KINDS, handlers(), catalogue(), discover(), views(), guide_pages())), netloom_version())
assert not {"app", "graph", "widgets"} & set(sys.modules)
"""
    plain = code.replace("netloom._rooms.", "").replace("assert not", "assert")
    here = subprocess.run([sys.executable, "-c", plain], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert said(package, tmp_path, "-c", code) == here
    called = "from netloom._rooms.app.system.own_command import IN_SHELL; print(IN_SHELL)"
    assert said(package, tmp_path, "-c", called).strip() == "netloom"
    assert '"conv2d"' in said(package, tmp_path, "-m", "netloom", "layers", "--json")
