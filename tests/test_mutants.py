"""The mutation runner: which changes it makes, how it names them, and whether it can tell a test that notices."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import mutants as runner
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


@pytest.mark.parametrize(("check", "outcome"), [("clamp(1) == 2", "killed"), ("clamp(1)", "survived")])
def test_a_mutant_is_killed_only_by_a_test_that_looks(
    found: dict[str, Mutant], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, check: str, outcome: str
) -> None:
    (tmp_path / "test_a.py").write_text(f"from a import clamp\n\ndef test_it():\n    assert {check}\n")
    monkeypatch.setattr(runner, "ROOT", tmp_path)
    mutant = found["clamp: 1 -> 2"]
    assert runner.judge(mutant, ["test_a.py"], tmp_path).outcome == outcome
    assert (tmp_path / "a.py").read_text("utf-8") == SOURCE
    assert runner.judge(mutant, [], tmp_path).outcome == "unmet"


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
