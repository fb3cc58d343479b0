"""The mutation runner: which changes it makes, how it names them, and whether it can tell a test that notices."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from coverage import CoverageData

from tools import mutants as runner
from tools.forked_pytest import Selection, run
from tools.mutations import Mutant, mutants

SOURCE = '''"""What it is."""

def clamp(x: int = 3) -> int:
    """Größe."""
    if x < 0 and not x:
        raise ValueError(x)
    return x + 1
'''


@pytest.fixture
def found(tmp_path: Path) -> dict[str, Mutant]:
    (tmp_path / "a.py").write_text(SOURCE, encoding="utf-8")
    return {mutant.name.partition("::")[2]: mutant for mutant in mutants(tmp_path, "a.py")}


def test_every_kind_of_change_is_made_and_named(found: dict[str, Mutant]) -> None:
    assert list(found) == [
        "clamp: 3 -> 4",
        "clamp: x < 0 and not x -> (x < 0 or not x)",
        "clamp: x < 0 -> (x <= 0)",
        "clamp: 0 -> 1",
        "clamp: not x -> (x)",
        "clamp: raise ValueError(x) -> pass",
        "clamp: return x + 1 -> return None",
        "clamp: x + 1 -> (x - 1)",
        "clamp: 1 -> 2",
    ]


def test_a_change_touches_nothing_else(found: dict[str, Mutant]) -> None:
    for mutant in found.values():
        text = mutant.applied(SOURCE.encode()).decode()
        assert text == SOURCE.replace(mutant.before, mutant.after, 1)
        compile(text, "a.py", "exec")


def test_the_draw_is_the_same_each_time_and_a_small_one_begins_the_large_one() -> None:
    large = runner.drawn(30)
    assert runner.drawn(10) == large[:10]
    assert len({mutant.name for mutant in large}) == 30


def test_names_of_tests_become_places_for_pytest() -> None:
    assert runner.node_id("tests.test_mutants.test_x") == "tests/test_mutants.py::test_x"
    assert runner.node_id("tests.test_mutants.TestY.test_x") == "tests/test_mutants.py::TestY::test_x"
    assert runner.node_id("tests.test_mutants.found") == ""
    assert runner.node_id("") == ""


def test_the_tests_of_the_module_and_of_its_folder_come_first() -> None:
    mutant = Mutant("graph/editing/patterns.py", 1, 0, 0, "", "", "")
    module, folder, room, others = [selection.places for selection in runner.room_tests(mutant)]
    assert module == ("tests/graph/editing/test_patterns.py", runner.DEFAULTS)
    assert "tests/graph/editing/test_matching.py" in folder
    assert "tests/graph/test_document.py" in room
    assert "tests/widgets/canvas/test_menus.py" in others


def test_lines_of_an_edited_file_are_not_looked_up_in_an_older_coverage_file(tmp_path: Path) -> None:
    mutant = Mutant("graph/document.py", 1, 0, 0, "", "", "")
    old, new = tmp_path / "old", tmp_path / "new"
    for file, time in ((old, 1), (new, 4e9)):
        data = CoverageData(str(file))
        data.add_lines({str(runner.ROOT / mutant.path): [2]})
        data.close()
        os.utime(file, (time, time))
    assert runner.Meeting(old).tests(mutant) == runner.room_tests(mutant)
    own = Selection(("tests/graph/test_document.py",))
    assert runner.Meeting(new).tests(mutant) == [own]


def test_own_tests_and_those_newer_than_the_coverage_file_run_whatever_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "ROOT", tmp_path)
    mutant = Mutant("graph/document.py", 2, 0, 0, "", "", "")
    own, new = (tmp_path / f"tests/graph/test_{name}.py" for name in ("document", "new"))
    data = CoverageData(str(tmp_path / "coverage"))
    for file in (tmp_path / mutant.path, own, new, own.with_name("test_other.py")):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
        os.utime(file, (1, 1))
    data.set_context("tests.graph.test_other.test_it")
    data.add_lines({str(tmp_path / mutant.path): [2]})
    data.close()
    other = Selection(("tests/graph/test_other.py",), ("tests/graph/test_other.py::test_it",), at_most=80)
    assert runner.Meeting(tmp_path / "coverage").tests(mutant) == [Selection(("tests/graph/test_document.py",)), other]
    os.utime(new, (4e9, 4e9))
    both = Selection(("tests/graph/test_document.py", "tests/graph/test_new.py"))
    assert runner.Meeting(tmp_path / "coverage").tests(mutant) == [both, other]


@pytest.fixture(scope="module")
def apart() -> Iterator[ProcessPoolExecutor]:
    """A process of its own, as only one without threads can be forked."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        yield pool


JUDGED = {
    "a look": ("assert clamp(1) == 2", "killed"),
    "a call": ("clamp(1)", "survived"),
    "a crash": ("clamp(1) == 2 or os._exit(3)", "killed"),
    "a wait": ("clamp(1) == 2 or time.sleep(60)", "timeout"),
    "a slow test": ("time.sleep(1.5)", "survived"),
    "a test that fails anyway": ("assert clamp(1) == 0", "survived"),
}


@pytest.mark.parametrize(("check", "outcome"), JUDGED.values(), ids=JUDGED)
def test_a_mutant_is_noticed_only_by_a_test_that_would_pass_without_it(
    apart: ProcessPoolExecutor, found: dict[str, Mutant], tmp_path: Path, check: str, outcome: str
) -> None:
    test = f"import os, time\nfrom a import clamp\n\ndef test_it():\n    {check}\n\ndef test_other():\n    pass\n"
    (tmp_path / "test_a.py").write_text(test)
    result = apart.submit(_judge, tmp_path, found["clamp: 1 -> 2"]).result()
    assert result.outcome == outcome
    assert result.by == ("" if outcome == "survived" else "test_a.py::test_it")
    assert (tmp_path / "a.py").read_text("utf-8") == SOURCE


def test_a_module_that_cannot_be_imported_any_more_is_noticed(apart: ProcessPoolExecutor, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("LEAST = [0][0]\n")
    (tmp_path / "test_a.py").write_text("from a import LEAST\n\ndef test_it():\n    pass\n")
    mutant = mutants(tmp_path, "a.py")[-1]
    assert apart.submit(_judge, tmp_path, mutant).result().outcome == "killed"


def test_a_line_without_tests_is_unmet(apart: ProcessPoolExecutor, found: dict[str, Mutant], tmp_path: Path) -> None:
    (tmp_path / "test_a.py").touch()
    assert apart.submit(_judge, tmp_path, found["clamp: 1 -> 2"]).result().outcome == "unmet"


def _judge(tree: Path, mutant: Mutant) -> runner.Result:
    runner.ROOT = tree
    runner.PATIENCE_S = 1.0
    return runner.Judge(tree).judge(mutant, [Selection(("test_a.py",))])


SIX_TESTS = """
from pathlib import Path
import pytest

@pytest.fixture(autouse=True)
def written(request):
    with Path("ran.txt").open("a") as file:
        print(request.node.name, file=file)

@pytest.mark.parametrize("x", [1, 2, 3])
def test_a(x): pass
def test_b(): pass
def test_c(): pass
"""
SELECTIONS = [
    (Selection(("test_six.py",)), ["test_a[1]", "test_b", "test_c", "test_a[2]", "test_a[3]"]),
    (
        Selection(("test_six.py",), ("test_six.py::test_b", "test_six.py::test_a")),
        ["test_b", "test_a[1]", "test_a[2]", "test_a[3]"],
    ),
    (Selection(("test_six.py",), ("test_six.py::test_a[2]",)), ["test_a[2]"]),
    (Selection(("test_six.py",), without=frozenset(["test_six.py::test_b"]), at_most=2), ["test_a[1]", "test_c"]),
]


def test_one_of_each_test_runs_before_further_parameters(apart: ProcessPoolExecutor, tmp_path: Path) -> None:
    (tmp_path / "test_six.py").write_text(SIX_TESTS)
    for selection, names in SELECTIONS:
        assert apart.submit(_outcome, tmp_path, selection).result() == "passed"
        assert (tmp_path / "ran.txt").read_text().split() == names
        (tmp_path / "ran.txt").unlink()


def _outcome(tree: Path, selection: Selection) -> str:
    return run(tree, selection, lambda test: 60.0).outcome


def test_survivors_are_named_and_equivalent_ones_left_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = tmp_path / "equivalent.json"
    listed.write_text('{"same": "Changes nothing."}')
    monkeypatch.setattr(runner, "EQUIVALENT", listed)
    outcomes = {"one": "killed", "two": "timeout", "three": "survived", "same": "survived"}
    share = runner.report([runner.Result(name, name, outcome, 7, 1.0) for name, outcome in outcomes.items()])
    assert share == pytest.approx(2 / 3)
    assert "survived, line 7: three" in capsys.readouterr().out
