"""Fork server for pytest: the libraries are imported once, and every run of tests is a forked child that has them.

To import torch, Qt, pandas and scikit-learn takes longer than most tests. Modules of Netloom are never imported here: a
child imports them from the tree that it tests, where one of them may be a mutant.
"""

from __future__ import annotations

import gc
import importlib
import multiprocessing
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Literal

import pytest

LIBRARIES = (
    "hypothesis.extra.numpy", "numpy", "pandas", "scipy.signal", "scipy.spatial", "networkx",
    "sklearn.linear_model", "sklearn.ensemble", "sklearn.preprocessing", "torch", "torch.onnx", "torch.nn.functional",
    "torch.utils.data", "torchvision", "PIL.Image", "openpyxl", "pyarrow.parquet", "PySide6.QtWidgets",
    "PySide6.QtSvg", "PySide6.QtTest", "pyqtgraph",
)  # fmt: skip
OWN = {"graph", "app", "widgets", "netloom", "tests", "tools", "benchmarks", "main"}
ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "QT_QPA_PLATFORM": "offscreen",
    "HYPOTHESIS_PROFILE": "ci",
}
PYTEST = "-x -q -p no:randomly -p no:cacheprovider -W ignore::pytest.PytestAssertRewriteWarning".split()
FORK = multiprocessing.get_context("fork")


def load_libraries() -> None:
    """Import what the children are to begin with; a library that is not installed is left out.

    One thread each, as a child inherits no threads: libraries that had started some would wait for them for ever.
    """
    os.environ.update(ENVIRONMENT)
    for name in LIBRARIES:
        with suppress(ImportError):
            importlib.import_module(name)
    gc.freeze()  # Otherwise every child goes through all objects of all libraries several times.


@dataclass(frozen=True)
class Run:
    """How a run ended: ``passed``, ``failed``, ``stuck`` in a test that went beyond its limit, or ``empty``.

    ``test`` is the last test that began, empty where pytest did not come to the first one; ``seconds`` is how long that
    test took.
    """

    outcome: Literal["passed", "failed", "stuck", "empty"]
    test: str
    seconds: float


@dataclass(frozen=True)
class Selection:
    """Which tests to run: ``places`` are files and folders for pytest, ``tests`` node ids in the order to run them.

    A node id without brackets means all parameters. Without ``tests`` everything in ``places`` runs, in their order.
    At most ``at_most`` run, those in ``without`` never.
    """

    places: tuple[str, ...]
    tests: tuple[str, ...] = ()
    without: frozenset[str] = frozenset()
    at_most: int = sys.maxsize

    def of(self, items: Sequence[pytest.Item]) -> list[pytest.Item]:
        """The chosen ``items``: first one of each test, then their further parameters."""
        order = {test: number for number, test in enumerate(self.tests)}
        kept = [item for item in items if not self.tests or _either(item, order) is not None]
        kept = [item for item in kept if item.nodeid not in self.without]
        kept.sort(key=lambda item: _either(item, order) or 0)
        counted: Counter[str] = Counter()
        parameters = {}
        for item in kept:
            counted[_function(item)] += 1
            parameters[item] = counted[_function(item)]
        return sorted(kept, key=parameters.__getitem__)[: self.at_most]


def _function(item: pytest.Item) -> str:
    return item.nodeid.partition("[")[0]


def _either(item: pytest.Item, order: dict[str, int]) -> int | None:
    return order.get(item.nodeid, order.get(_function(item)))


def run(tree: Path, selection: Selection, limit: Callable[[str], float], total: float = float("inf")) -> Run:
    """Run tests of ``tree`` in a forked child, up to the first that fails.

    ``limit`` says for a node id, or for the empty text while tests are collected, after how many seconds the child is
    stuck. After ``total`` seconds no further test begins, and those that ran have to do.
    """
    receiver, sender = FORK.Pipe(duplex=False)
    with tempfile.TemporaryDirectory(prefix="netloom-forked-") as temporary:
        child = FORK.Process(target=_test, args=(tree, selection, sender, Path(temporary)))
        child.start()
        sender.close()
        try:
            return _follow(receiver, limit, total)
        finally:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(child.pid or 0, signal.SIGKILL)
            child.kill()
            child.join()
            receiver.close()


def _follow(receiver: Connection, limit: Callable[[str], float], total: float) -> Run:
    began = since = time.monotonic()
    test = ""
    while True:
        if not receiver.poll(max(0.0, since + limit(test) - time.monotonic())):
            return Run("stuck", test, time.monotonic() - since)
        try:
            event, value = receiver.recv()
        except EOFError:  # The child has crashed.
            event, value = "failed", test
        now = time.monotonic()
        if event == "ended":
            return Run(_outcome(value), test, now - since)
        if event == "failed":
            return Run("failed", value, now - since)
        if now - began > total:
            return Run("passed", test, now - since)
        test, since = value, now


def _outcome(code: int) -> Literal["passed", "failed", "empty"]:
    if code == pytest.ExitCode.NO_TESTS_COLLECTED:
        return "empty"
    return "passed" if code == pytest.ExitCode.OK else "failed"


# In the child


class _Reporter:
    """Plugin of pytest that chooses the tests and tells the parent what they do."""

    def __init__(self, selection: Selection, sender: Connection) -> None:
        self._selection, self._sender = selection, sender

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = self._selection.of(items)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._sender.send(("started", nodeid))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._sender.send(("failed", report.nodeid))


def _test(tree: Path, selection: Selection, sender: Connection, temporary: Path) -> None:
    os.setsid()
    _silence()
    _move_to(tree, temporary)
    code = pytest.main([*PYTEST, *selection.places], plugins=[_Reporter(selection, sender)])
    sender.send(("ended", int(code)))
    os._exit(0)


def _silence() -> None:
    log = os.open(os.environ.get("NETLOOM_FORKED_LOG", os.devnull), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)


def _move_to(tree: Path, temporary: Path) -> None:
    """Be in ``tree`` as if Python had been started there."""
    here = str(Path.cwd())
    os.chdir(tree)
    sys.path[:] = [str(tree), *(path for path in sys.path if path not in ("", here))]
    for name in [name for name in sys.modules if name.partition(".")[0] in OWN]:
        del sys.modules[name]
    importlib.invalidate_caches()
    os.environ.update(ENVIRONMENT | {"TMPDIR": str(temporary)})
    tempfile.tempdir = None
