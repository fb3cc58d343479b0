"""Mutation testing: does a test notice when the code is a little wrong? ``make mutants``, or ``make mutants N=40``.

Draws mutants by a fixed seed from the rooms whose mistakes cost most, runs for each the tests that meet its line, in a
copy of the tree, and says which survived. Which tests meet a line is read from ``.coverage`` where ``make coverage``
has left it, otherwise all tests of the room run. Results are kept in ``.mutants/``, so that a run that was broken off
goes on where it was. Mutants that change nothing anyone could observe stand in ``tools/equivalent_mutants.json``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Queue

from tools.mutations import Mutant, mutants

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / ".mutants" / "results.jsonl"
EQUIVALENT = ROOT / "tools" / "equivalent_mutants.json"
SEED, COUNT, GOAL, LIMIT_S = 20, 400, 0.90, 300
TESTS_AT_MOST = 80
"""Tests that are run for one mutant: those nearest to its module come first."""

ROOMS = {
    "graph/checking": ["tests/graph"],
    "graph/editing": ["tests/graph", "tests/widgets/canvas"],
    "graph/document.py": ["tests/graph"],
    "graph/changes.py": ["tests/graph"],
    "app/protocol": ["tests/app/protocol", "tests/app/worker"],
    "app/training": ["tests/app/training"],
    "app/data": ["tests/app/data"],
}
"""Where mutants are drawn from, and where the tests of that room are."""

NOT_COPIED = shutil.ignore_patterns(
    ".git", ".venv", ".mutants", ".coverage*", "__pycache__", ".*_cache", ".hypothesis", "screenshots", "runs", "tour"
)


@dataclass(frozen=True)
class Result:
    """What became of a mutant: ``killed``, ``timeout``, ``survived``, or ``unmet`` where no test meets its line."""

    name: str
    digest: str
    outcome: str
    line: int
    seconds: float

    @property
    def noticed(self) -> bool:
        """Whether the tests noticed."""
        return self.outcome in ("killed", "timeout")


def drawn(count: int, seed: int = SEED) -> list[Mutant]:
    """``count`` mutants of all rooms, in an order that the seed gives each name: an edit elsewhere changes little."""
    paths = sorted(path.relative_to(ROOT).as_posix() for room in ROOMS for path in _sources(ROOT / room))
    everything = [mutant for path in paths for mutant in mutants(ROOT, path)]
    return sorted(everything, key=lambda mutant: hashlib.sha256(f"{seed} {mutant.name}".encode()).digest())[:count]


def _sources(place: Path) -> Iterator[Path]:
    return iter([place]) if place.is_file() else place.rglob("*.py")


def digest(mutant: Mutant) -> str:
    """Changes with the mutated file: a result counts only for the source that it was found with."""
    return hashlib.sha256((ROOT / mutant.path).read_bytes() + mutant.name.encode()).hexdigest()[:16]


# Which tests


class Meeting:
    """The tests that meet a line, from the contexts of a coverage file; without one, the tests of the room."""

    def __init__(self, file: Path) -> None:
        self._data = None
        if file.is_file():
            from coverage import CoverageData

            self._data = CoverageData(str(file))
            self._data.read()

    def tests(self, mutant: Mutant) -> list[str]:
        """What to hand to pytest; empty where no test meets the line."""
        room = next(tests for place, tests in ROOMS.items() if mutant.path.startswith(place))
        if self._data is None:
            return room
        contexts = self._data.contexts_by_lineno(str(ROOT / mutant.path)).get(mutant.line, [])
        named = sorted({node for context in contexts if (node := node_id(context))})
        if not named:
            return room if contexts else []
        near = Path(mutant.path).stem
        folder = f"tests/{Path(mutant.path).parent.as_posix()}"
        named.sort(key=lambda node: (f"test_{near}.py" not in node, not node.startswith(folder), node))
        return named[:TESTS_AT_MOST]


def node_id(context: str) -> str:
    """Where a test is for pytest: ``tests.graph.test_x.test_y`` is ``tests/graph/test_x.py::test_y``."""
    parts = context.split(".")
    for at in range(len(parts) - 1, 0, -1):
        path = "/".join(parts[:at]) + ".py"
        if (ROOT / path).is_file():
            return "::".join([path, *parts[at:]]) if parts[at].startswith(("test_", "Test")) else ""
    return ""


# Running


def judge(mutant: Mutant, tests: list[str], tree: Path) -> Result:
    """Run ``tests`` on ``tree`` with the mutant in it, and take it out again."""
    began = time.monotonic()
    if not tests:
        return Result(mutant.name, digest(mutant), "unmet", mutant.line, 0.0)
    file = tree / mutant.path
    source = file.read_bytes()
    file.write_bytes(mutant.applied(source))
    try:
        outcome = _run(tests, tree)
    finally:
        file.write_bytes(source)
    return Result(mutant.name, digest(mutant), outcome, mutant.line, round(time.monotonic() - began, 1))


def _run(tests: list[str], tree: Path) -> str:
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", *tests]
    environment = os.environ | {"HYPOTHESIS_PROFILE": "ci", "PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(
        command, cwd=tree, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        return "survived" if process.wait(LIMIT_S) == 0 else "killed"
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return "timeout"


def known() -> dict[str, Result]:
    """Results that are kept, by their digests."""
    lines = RESULTS.read_text("utf-8").splitlines() if RESULTS.is_file() else []
    kept = [Result(**json.loads(line)) for line in lines]
    return {result.digest: result for result in kept}


def keep(result: Result) -> None:
    """Write down a result."""
    RESULTS.parent.mkdir(exist_ok=True)
    with RESULTS.open("a", encoding="utf-8") as file:
        file.write(json.dumps(result.__dict__) + "\n")


def judge_all(chosen: list[Mutant], workers: int) -> list[Result]:
    """Results of all mutants: those that are kept, and the others by ``workers`` processes at once."""
    kept, meeting = known(), Meeting(ROOT / ".coverage")
    results = [kept[digest(mutant)] for mutant in chosen if digest(mutant) in kept]
    waiting = [(mutant, meeting.tests(mutant)) for mutant in chosen if digest(mutant) not in kept]
    with tempfile.TemporaryDirectory(prefix="netloom-mutants-") as place, ThreadPoolExecutor(workers) as pool:
        trees: Queue[Path] = Queue()
        for number in range(min(workers, len(waiting))):
            trees.put(Path(shutil.copytree(ROOT, Path(place) / str(number), ignore=NOT_COPIED)))

        def work(mutant: Mutant, tests: list[str]) -> Result:
            tree = trees.get()
            try:
                return judge(mutant, tests, tree)
            finally:
                trees.put(tree)

        for future in as_completed([pool.submit(work, mutant, tests) for mutant, tests in waiting]):
            result = future.result()
            keep(result)
            results.append(result)
            print(f"{len(results)}/{len(chosen)} {result.outcome:9}{result.seconds:6.0f} s  {result.name}", flush=True)
    return results


def report(results: list[Result]) -> float:
    """Say how many were noticed and name the rest; the share noticed, equivalent ones left out."""
    equivalent: dict[str, str] = json.loads(EQUIVALENT.read_text("utf-8"))
    counted = [result for result in results if result.name not in equivalent]
    survivors = sorted((result for result in counted if not result.noticed), key=lambda result: result.name)
    share = 1 - len(survivors) / max(1, len(counted))
    print(f"\n{len(counted) - len(survivors)} of {len(counted)} mutants were noticed: {share:.1%}.")
    print(f"{len(results) - len(counted)} more are listed as equivalent.")
    for result in survivors:
        print(f"  {result.outcome}, line {result.line}: {result.name}")
    return share


def main(arguments: list[str]) -> int:
    """0 where at least 90 % were noticed."""
    parser = argparse.ArgumentParser(description="Break the code in small ways, and see whether a test notices.")
    parser.add_argument("-n", type=int, default=COUNT, help="number of mutants")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="mutants at once")
    parser.add_argument("--list", action="store_true", help="only name them")
    chosen = parser.parse_args(arguments)
    picked = drawn(chosen.n)
    if chosen.list:
        print("\n".join(f"{mutant.line:5} {mutant.name}" for mutant in picked))
        return 0
    return 0 if report(judge_all(picked, chosen.workers)) >= GOAL else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
