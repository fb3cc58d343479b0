"""Mutation testing: does a test notice when the code is a little wrong? ``make mutants``, or ``make mutants N=40``.

Draws mutants by a fixed seed from the rooms whose mistakes cost most, runs for each the tests that meet its line, the
nearest first, in a copy of the tree, and says which survived. Which tests meet a line is read from ``.coverage`` where
``make coverage`` has left it and the file has not been edited since, otherwise the tests of the room run. Results are
kept in ``.mutants/``, so that a run that was broken off goes on where it was; ``--again`` tries the survivors anew, for
whoever has added tests. Mutants that change nothing anyone could observe stand in ``tools/equivalent_mutants.json``.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path

from coverage import CoverageData

from tools.forked_pytest import FORK, Run, Selection, load_libraries, run
from tools.mutations import Mutant, mutants

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / ".mutants" / "results.jsonl"
EQUIVALENT = ROOT / "tools" / "equivalent_mutants.json"
SEED, COUNT, GOAL = 20, 400, 0.90
TESTS_AT_MOST, SECONDS_AT_MOST = 80, 120
"""What is run for one mutant; after that it has survived."""
PATIENCE_S, COLLECTING_S = 20.0, 120.0
"""How long one test may take, unless it takes long without a mutant too, and how long it may take to find the tests."""
SLOWER = 5
"""How many times as long as without the mutant a test has to take before that counts as noticing it."""

ROOMS = {
    "graph/checking": ["tests/graph"],
    "graph/editing": ["tests/graph", "tests/old", "tests/widgets/canvas"],
    "graph/document.py": ["tests/graph"],
    "graph/changes.py": ["tests/graph"],
    "app/protocol": ["tests/app/protocol", "tests/app/worker"],
    "app/training": ["tests/app/training", "tests/old"],
    "app/data": ["tests/app/data", "tests/old"],
}
"""Where mutants are drawn from, and where the tests of that room are."""
DEFAULTS = "tests/old/test_defaults.py"
"""Holds defaults and bounds of the settings of all rooms."""

NOT_COPIED = shutil.ignore_patterns(
    ".git", ".venv", ".mutants", ".coverage*", "__pycache__", ".*_cache", ".hypothesis", "screenshots"
)
"""What a copy of the tree does without. Folders named "runs" are copied: tests open old ones."""


@dataclass(frozen=True)
class Result:
    """What became of a mutant: ``killed``, ``timeout``, ``survived``, ``unmet`` where no test meets its line, or
    ``equivalent`` where it is listed as such.

    ``by`` is the test that noticed.
    """

    name: str
    digest: str
    outcome: str
    line: int
    seconds: float
    by: str = ""

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
        self._data = CoverageData(str(file)) if file.is_file() else None
        self._measured = file.stat().st_mtime if file.is_file() else 0.0
        if self._data is not None:
            self._data.read()

    def tests(self, mutant: Mutant) -> list[Selection]:
        """What to run, the nearest first; nothing where no test meets the line."""
        if self._data is None or self._is_newer(mutant.path):
            return room_tests(mutant)
        return [*self._own_tests(mutant), *self._measured_tests(self._data, mutant)]

    def _is_newer(self, path: str) -> bool:
        return (ROOT / path).stat().st_mtime > self._measured

    def _own_tests(self, mutant: Mutant) -> list[Selection]:
        """Tests that may meet the line although the coverage file does not say so.

        Those of the module may do so in a process of their own, and those of its folder since they were edited.
        """
        files = [(file, _distance(file, mutant)) for near in room_tests(mutant) for file in near.places]
        near = {0: lambda file: file != DEFAULTS, 1: self._is_newer}
        own = tuple(file for file, steps in files if steps in near and near[steps](file))
        return [Selection(own)] if own else []

    def _measured_tests(self, data: CoverageData, mutant: Mutant) -> list[Selection]:
        contexts = data.contexts_by_lineno(str(ROOT / mutant.path)).get(mutant.line, [])
        named = {node for context in contexts if (node := node_id(context))}
        if not named and contexts:
            return room_tests(mutant)
        order = sorted(named, key=lambda node: (_distance(node, mutant), node))[:TESTS_AT_MOST]
        parts = [list(part) for _, part in groupby(order, lambda node: _distance(node, mutant))]
        return [
            Selection(
                tuple(dict.fromkeys(node.partition("::")[0] for node in part)), tuple(part), at_most=TESTS_AT_MOST
            )
            for part in parts
        ]


def room_tests(mutant: Mutant) -> list[Selection]:
    """All tests of the mutant's room, those of its module first."""
    folders = next(tests for place, tests in ROOMS.items() if mutant.path.startswith(place))
    files = [path.relative_to(ROOT).as_posix() for folder in folders for path in (ROOT / folder).rglob("test_*.py")]
    files.sort(key=lambda file: (_distance(file, mutant), file))
    return [Selection(tuple(part)) for _, part in groupby(files, lambda file: _distance(file, mutant))]


def _distance(test: str, mutant: Mutant) -> int:
    """0 for the tests of the module, 1 for those of its folder, 2 for those of its room, 3 for others."""
    module, file = Path(mutant.path), Path(test.partition("::")[0])
    if file.name == f"test_{module.stem}.py" or test == DEFAULTS:
        return 0
    below = [f"tests/{folder.as_posix()}/" for folder in module.parents[:2]]
    return 1 + next((steps for steps, folder in enumerate(below) if test.startswith(folder)), 2)


def node_id(context: str) -> str:
    """Where a test is for pytest: ``tests.graph.test_x.test_y`` is ``tests/graph/test_x.py::test_y``."""
    parts = context.split(".")
    for at in range(len(parts) - 1, 0, -1):
        path = "/".join(parts[:at]) + ".py"
        if (ROOT / path).is_file():
            return "::".join([path, *parts[at:]]) if parts[at].startswith(("test_", "Test")) else ""
    return ""


# Running


@dataclass
class Judge:
    """Runs tests on a copy of the tree with a mutant in it, and takes the mutant out again.

    A test that fails or takes too long counts as noticing the mutant only if it passes in good time without it.
    """

    tree: Path
    seconds: float = SECONDS_AT_MOST
    """What tests may take for one mutant."""
    _sound: dict[str, float] = field(default_factory=dict)
    """Seconds that tests take without a mutant, as far as that had to be known."""
    _unsound: set[str] = field(default_factory=set)
    """Tests that fail without a mutant."""

    def judge(self, mutant: Mutant, selections: list[Selection]) -> Result:
        """What becomes of ``mutant`` when these tests are run one after the other."""
        began = time.monotonic()
        outcome, test = "unmet", ""
        for selection in selections:
            spent = time.monotonic() - began
            if outcome in ("killed", "timeout") or spent > self.seconds:
                break
            ran, test = self._outcome(mutant, selection, self.seconds - spent)
            outcome = outcome if ran == "unmet" else ran
        seconds = round(time.monotonic() - began, 1)
        return Result(mutant.name, digest(mutant), outcome, mutant.line, seconds, test)

    def _outcome(self, mutant: Mutant, selection: Selection, seconds: float) -> tuple[str, str]:
        while True:
            selection = replace(selection, without=frozenset(self._unsound))
            ran = self._with(mutant, selection, seconds)
            match ran.outcome:
                case "empty":
                    return "unmet", ""
                case "passed":
                    return "survived", ""
                case "failed" if self._passes(ran.test, selection):
                    return "killed", ran.test
                case "stuck" if self._passes(ran.test, selection) and self._sound[ran.test] * SLOWER < ran.seconds:
                    return "timeout", ran.test
            if not ran.test and ran.test not in self._sound:
                raise RuntimeError(f"pytest does not find the tests in {', '.join(selection.places)}.")

    def _with(self, mutant: Mutant, selection: Selection, seconds: float) -> Run:
        file = self.tree / mutant.path
        source = file.read_bytes()
        _write(file, mutant.applied(source))
        try:
            return run(self.tree, selection, self._limit, seconds)
        finally:
            _write(file, source)

    def _limit(self, test: str) -> float:
        if not test:
            return COLLECTING_S
        return max(PATIENCE_S, 2 * SLOWER * self._sound.get(test, 0.0))

    def _passes(self, test: str, selection: Selection) -> bool:
        """Whether a test passes without a mutant; for the empty text, whether pytest gets to the first test at all."""
        if test not in self._sound and test not in self._unsound:
            alone = Selection((test.partition("::")[0],), (test,)) if test else selection
            ran = run(self.tree, alone, lambda _: COLLECTING_S, total=0.0 if not test else float("inf"))
            if ran.outcome == "passed":
                self._sound[test] = ran.seconds
            else:
                self._unsound.add(test)
        return test in self._sound


def _write(file: Path, source: bytes) -> None:
    """Write ``source`` and forget its bytecode, which Python would believe if it were as long and as young."""
    file.write_bytes(source)
    Path(importlib.util.cache_from_source(str(file))).unlink(missing_ok=True)


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


_judges: list[Judge] = []
"""The one judge of a process."""


def _begin(place: Path, seconds: float) -> None:
    """Give this process a tree of its own."""
    tree = place / str(os.getpid())
    shutil.copytree(ROOT, tree, ignore=NOT_COPIED)
    _judges.append(Judge(tree, seconds))


def _judge(mutant: Mutant, selections: list[Selection]) -> Result:
    return _judges[0].judge(mutant, selections)


def judge_all(chosen: list[Mutant], workers: int, seconds: float, again: bool = False) -> list[Result]:
    """Results of all mutants: those that are kept, and the others by ``workers`` processes at once."""
    kept = {key: result for key, result in known().items() if result.noticed or not again}
    kept |= {digest(mutant): _unjudged(mutant) for mutant in chosen if mutant.name in equivalent()}
    meeting = Meeting(ROOT / ".coverage")
    results = [kept[digest(mutant)] for mutant in chosen if digest(mutant) in kept]
    waiting = [(mutant, meeting.tests(mutant)) for mutant in chosen if digest(mutant) not in kept]
    if not waiting:
        return results
    load_libraries()
    with (
        tempfile.TemporaryDirectory(prefix="netloom-mutants-") as place,
        ProcessPoolExecutor(workers, mp_context=FORK, initializer=_begin, initargs=(Path(place), seconds)) as pool,
    ):
        for future in as_completed([pool.submit(_judge, mutant, tests) for mutant, tests in waiting]):
            result = future.result()
            keep(result)
            results.append(result)
            print(f"{len(results)}/{len(chosen)} {result.outcome:9}{result.seconds:6.0f} s  {result.name}", flush=True)
    return results


def equivalent() -> dict[str, str]:
    """Names of the mutants that change nothing anyone could observe, and why."""
    found: dict[str, str] = json.loads(EQUIVALENT.read_text("utf-8"))
    return found


def _unjudged(mutant: Mutant) -> Result:
    return Result(mutant.name, digest(mutant), "equivalent", mutant.line, 0.0)


def report(results: list[Result]) -> float:
    """Say how many were noticed and name the rest; the share noticed, equivalent ones left out."""
    counted = [result for result in results if result.name not in equivalent()]
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
    parser.add_argument("--seconds", type=float, default=SECONDS_AT_MOST, help="for the tests of one mutant")
    parser.add_argument("--in", dest="room", default="", help="only those whose path begins with this")
    parser.add_argument("--again", action="store_true", help="try those anew that had survived")
    parser.add_argument("--list", action="store_true", help="only name them")
    chosen = parser.parse_args(arguments)
    picked = [mutant for mutant in drawn(chosen.n) if mutant.path.startswith(chosen.room)]
    if chosen.list:
        print("\n".join(f"{mutant.line:5} {mutant.name}" for mutant in picked))
        return 0
    return 0 if report(judge_all(picked, chosen.workers, chosen.seconds, chosen.again)) >= GOAL else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
