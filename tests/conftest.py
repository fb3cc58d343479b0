"""What holds for every test: a home of its own, an offscreen display, few threads, and nothing left behind.

Qt is not imported here, so that ``pytest tests/graph tests/app -p no:pytest-qt`` runs on a machine without Qt.
"""

from __future__ import annotations

import builtins
import contextlib
import gc
import importlib
import itertools
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from app.system import memory_budget
from tests.foreign_process import ForeignProcess

if TYPE_CHECKING:
    from tests.kept_data import KeptData

QT_ROOMS = {"widgets", "journeys"}
TESTS = Path(__file__).resolve().parent
LONG = {"test_display_scale", "test_every_size", "test_one_after_another", "test_onnx_out"}
"""Modules whose tests take ten seconds each."""
MADE_ANEW = [
    TESTS / name for name in ("app/data", "old", "test_figures.py", "test_simple_rules.py", "test_transfer.py")
]
"""Tests of what the data sets that ship hold, and of figures on them, for which each is made anew."""
AWAY = -1000, -1000
"""A place of the pointer that no window is at."""

# Before anything imports Qt or torch: both read these when they load.
os.environ["QT_QPA_PLATFORM"] = os.environ.get("NETLOOM_TEST_PLATFORM", "offscreen")
for threads in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(threads, "1")

# No test may read or change what the person at this machine keeps.
SESSION_HOME = Path(tempfile.mkdtemp(prefix="netloom-tests-"))
for variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "NETLOOM_HOME"):
    os.environ[variable] = str(SESSION_HOME / variable.lower())
FOLDERS = itertools.count()
"""Counted here: pytest finds the next free number by going through all folders that it has made."""

# A machine under load is slow, not wrong: no deadline, no complaint about slow data.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("work", PATIENT, max_examples=25)
# What a change has to pass must not depend on luck: the same examples each time. Other runs find new ones.
settings.register_profile("ci", PATIENT, max_examples=100, derandomize=True, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "work"))


@pytest.hookimpl(trylast=True)
def pytest_configure() -> None:
    """Import as Python does: PySide6 looks at every import for switches of its own, which nothing here asks for."""
    plain = getattr(builtins, "__orig_import__", None)
    if plain is not None:
        builtins.__import__ = plain


def pytest_unconfigure() -> None:
    """Remove the home that all tests shared."""
    shutil.rmtree(SESSION_HOME, ignore_errors=True)


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Search for no garbage while thousands of tests are collected, nor afterwards among them: they all stay."""
    gc.disable()
    try:
        if session.config.args == session.config.getini("testpaths"):
            import_share(int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def import_share(processes: int) -> None:
    """Import this process's share of all tests before the rest, so that each finds the other's rewritten by then.

    To rewrite the assertions of a fresh clone takes as long as to collect its tests. What cannot be imported is told
    when it is collected.
    """
    if processes == 1:
        return
    files, number = sorted(TESTS.rglob("test_*.py")), int(os.environ["PYTEST_XDIST_WORKER"].removeprefix("gw"))
    size = -(-len(files) // processes)
    for path in files[number * size : (number + 1) * size]:
        with contextlib.suppress(Exception, pytest.skip.Exception):
            importlib.import_module(".".join(path.relative_to(TESTS.parent).with_suffix("").parts))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the journeys and other long tests, and skip what needs a CUDA device where there is none.

    One of these takes up to two minutes: begun last, it would leave the other processes without work. torch is only
    imported if a test asks for a device.
    """
    items.sort(
        key=lambda item: (
            item.get_closest_marker("slow") is None,
            "journeys" not in item.path.parts,
            item.path.stem not in LONG,
        )
    )
    needing = [item for item in items if item.get_closest_marker("gpu")]
    if not needing:
        return
    import torch

    if not torch.cuda.is_available():
        for item in needing:
            item.add_marker(pytest.mark.skip(reason="there is no CUDA device"))


@pytest.fixture(autouse=True)
def netloom_home(monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of this test's own, where Netloom keeps its runs, settings, journal and library."""
    home = SESSION_HOME / "homes" / str(next(FOLDERS))
    home.mkdir(parents=True)
    monkeypatch.setenv("NETLOOM_HOME", str(home))
    # What a worker within this process was told of a window's preference holds for its own test alone.
    monkeypatch.setattr(memory_budget, "_preferred", [])
    return home


@pytest.fixture
def tmp_path(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of this test's own, called after it."""
    name = re.sub(r"\W", "_", request.node.name)[:30]
    return tmp_path_factory.mktemp(f"{name}-{next(FOLDERS)}", numbered=False)


@pytest.fixture(autouse=True, scope="session")
def nothing_flushed() -> Iterator[None]:
    """No file waits until the disk has it: no test outlives a power cut, and thousands of files are written."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda handle: None)
        yield


@pytest.fixture(scope="session")
def kept_data() -> Iterator[KeptData | None]:
    """Data sets that ship are made once, where any test collected knows of data."""
    if "app.data.source_catalogue" not in sys.modules:
        yield None
        return
    from tests.kept_data import data_kept

    with data_kept() as kept:
        yield kept


@pytest.fixture(autouse=True)
def data_made_once(request: pytest.FixtureRequest, kept_data: KeptData | None) -> None:
    """Say whether this test is given the data sets that were made for one before."""
    if kept_data is not None:
        kept_data.used = not any(request.node.path.is_relative_to(place) for place in MADE_ANEW)


@pytest.fixture(scope="session")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForeignProcess]:
    """A process in which Netloom cannot be imported, for exported code."""
    with ForeignProcess(tmp_path_factory.mktemp("foreign")) as process:
        yield process


@pytest.fixture(autouse=True)
def nothing_left_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    """In the rooms with windows, fail a test that leaves a timer, thread, process or window behind.

    Each begins with the pointer away from all windows.
    """
    room = request.node.path.relative_to(TESTS).parts[0] if request.node.path.is_relative_to(TESTS) else ""
    if room not in QT_ROOMS:
        yield
        return
    request.getfixturevalue("qapp")
    from PySide6.QtGui import QCursor

    from tests.leftovers import Watch

    # A window that opens under the pointer of a test before would begin with a control that is hovered.
    QCursor.setPos(*AWAY)
    with Watch() as watch:
        yield
    if watch.leftovers:
        pytest.fail("left behind:\n" + "\n".join(watch.leftovers), pytrace=False)
