"""The battery itself: what it counts, what it takes for broken, how it goes on, and how it ends."""

from __future__ import annotations

import math
import mmap
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from graph.errors import NetloomError
from tests.battery import __main__ as battery
from tests.battery import mutants, rounds
from tests.battery.mutants import json_mutant, mutant, within_limits
from tests.battery.one_promise import play
from tests.battery.own_processes import kept_waiting
from tests.battery.promise import Promise, Round, chance, names, promise
from tests.battery.stalls import Stalls
from tests.battery.supervisor import Battery, Entry, Turns, fared

ROOT = Path(__file__).resolve().parents[1]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.battery", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_every_promise_says_what_it_promises_and_how_often_it_is_tried_in_a_night() -> None:
    assert names()
    for name in names():
        found = promise(name)
        assert found.words and found.night >= 1 and 0 <= found.alone < 1, name
        assert found.target(1) >= 1


def test_a_run_ends_with_one_line_says_how_long_it_has_taken_and_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    arguments = ("--minutes", "0.001", "--only", "undo_exact", "--folder", str(tmp_path))
    assert rounds.spent(tmp_path) == 0
    done = run(*arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "battery: 1 promises, 1 cases, 0 broken"
    assert rounds.spent(tmp_path) > 0.06
    before = rounds.read(tmp_path / "undo_exact.jsonl")
    with (tmp_path / "undo_exact.jsonl").open("a") as file:
        file.write('{"round": 1, "ca')  # it was killed while it wrote
    assert run(*arguments).returncode == 0
    assert rounds.read(tmp_path / "undo_exact.jsonl") == before, "the target was met already"


def test_a_round_is_played_again_by_the_command_that_is_told() -> None:
    command = [sys.executable, "-m", "tests.battery.one_promise", "undo_exact", "--seed", "3", "--only-round", "0"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("Played(round=0, cases=1, "), done.stdout + done.stderr


def test_what_is_left_of_the_time_is_all_that_a_stopped_run_has(tmp_path: Path) -> None:
    (tmp_path / "undo_exact.jsonl").write_text('{"round": 0, "cases": 1, "seconds": 9.0, "broken": ""}\n')
    rounds.keep_spent(tmp_path, 60.0)
    done = Battery({"undo_exact": promise("undo_exact")}, 1.0, 1, tmp_path, 1).play(lambda outcome: None)
    assert len(rounds.read(tmp_path / "undo_exact.jsonl")) == 1, "its minute is over"
    assert done[0].target == promise("undo_exact").target(1.0) > 1


def test_an_unknown_promise_is_refused_with_those_that_there_are() -> None:
    done = run("--only", "no_such_promise")
    assert done.returncode == 2
    assert "there is no promise no_such_promise" in done.stderr and "undo_exact" in done.stderr


def test_too_few_cases_are_broken() -> None:
    found = fared("some", 100, [rounds.Played(0, 19, 1.0)])
    assert found.broken and found.faults == ["only 19 of 100 cases were tried"]


def test_a_fifth_of_the_cases_is_enough() -> None:
    assert not fared("some", 100, [rounds.Played(0, 12, 1.0), rounds.Played(1, 8, 1.0)]).broken


def test_a_round_that_broke_breaks_the_promise() -> None:
    found = fared("some", 2, [rounds.Played(0, 1, 1.0), rounds.Played(1, 1, 1.0, "Wrong")])
    assert found.broken and found.faults == ["round 1: Wrong"]
    assert battery.summary([found]) == "battery: 1 promises, 2 cases, 1 broken"


def test_a_process_that_died_breaks_the_promise() -> None:
    assert fared("some", 1, [rounds.Played(0, 5, 1.0)], "its process ended with -11").broken


def test_an_error_of_a_round_is_kept_with_its_trace(tmp_path: Path) -> None:
    def fails(round: Round) -> int:
        raise AssertionError("two and two")

    played = play(Promise("", 1, fails), "fails", 3, 1, tmp_path)
    assert (played.round, played.cases) == (3, 0)
    assert "two and two" in played.broken and "in fails" in played.broken
    assert not any(tmp_path.iterdir()), "its folder is gone"


@pytest.mark.parametrize(("seed", "name", "number"), [(2, "a", 1), (1, "b", 1), (1, "a", 2)])
def test_chance_follows_from_seed_promise_and_round(seed: int, name: str, number: int) -> None:
    first = chance(1, "a", 1).random()
    assert first == chance(1, "a", 1).random()
    assert first != chance(seed, name, number).random()


def take(size: int) -> None:
    """Take memory from the system: what this process has freed and kept would not count."""
    with mmap.mmap(-1, size) as memory:
        for page in range(0, size, mmap.PAGESIZE):
            memory[page] = 1


def test_a_reading_must_keep_its_limits() -> None:
    with within_limits(lambda: "it"):
        raise NetloomError("No file.")
    with pytest.raises(AssertionError, match="MB: it"), within_limits(lambda: "it"):
        take(300 * 2**20)
    with pytest.raises(KeyError), within_limits(lambda: "it"):
        raise KeyError("odd")
    with pytest.raises(AssertionError, match="a sentence of 0 letters"), within_limits(lambda: "it"):
        raise NetloomError("")


def test_a_reading_that_takes_long_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mutants, "SECONDS", 0.0)
    with pytest.raises(AssertionError, match="s: it"), within_limits(lambda: "it"):
        sum(range(10**6))


def test_mutants_follow_from_chance_and_differ_from_what_was_good() -> None:
    good = b'{"a": [1, 2, {"b": "c"}]}' * 3
    made = [mutant(chance(1, "a", number), good) for number in range(50)]
    assert made == [mutant(chance(1, "a", number), good) for number in range(50)]
    assert sum(each != good for each in made) > 45
    odd = [json_mutant(chance(1, "a", number), {"a": [1, 2, {"b": "c"}]}) for number in range(50)]
    assert len(set(odd)) > 30


def turns(folder: Path, done: dict[str, int]) -> tuple[Turns, list[str]]:
    """Promises of ten cases each, of which these many are done."""
    for name, cases in done.items():
        if cases:
            rounds.add(folder / name, rounds.Played(0, cases, 1.0))
    said: list[str] = []
    return Turns([Entry(name, 10, folder / name) for name in done], lambda outcome: said.append(outcome.name)), said


def test_whichever_promise_is_furthest_from_its_target_plays_next(tmp_path: Path) -> None:
    order, said = turns(tmp_path, {"met": 10, "near": 8, "far": 1, "between": 5})
    assert said == ["met"]
    first, second = order.next(math.inf), order.next(math.inf)
    assert first is not None and second is not None and [first.name, second.name] == ["far", "between"]
    rounds.add(first.file, rounds.Played(1, 9, 1.0))
    order.back(first)
    assert said == ["met", "far"], "its target is met"
    order.back(second)
    again = order.next(math.inf)
    assert again is second


def test_when_time_is_over_only_what_was_never_played_is_played(tmp_path: Path) -> None:
    order, said = turns(tmp_path, {"never": 0, "some": 3})
    entry = order.next(0.0)
    assert entry is not None and entry.name == "never"
    rounds.add(entry.file, rounds.Played(0, 0, 1.0, "It broke."))
    order.back(entry)
    assert order.next(0.0) is None and sorted(said) == ["never", "some"]
    assert [one.faults for one in order.outcomes()] == [
        ["round 0: It broke.", "only 0 of 10 cases were tried"], []
    ]  # fmt: skip


def test_a_promise_whose_process_ended_plays_no_more(tmp_path: Path) -> None:
    order, said = turns(tmp_path, {"some": 3})
    entry = order.next(math.inf)
    assert entry is not None
    entry.ended = "it hung"
    order.back(entry)
    assert order.next(math.inf) is None and said == ["some"] and order.outcomes()[0].broken


def test_a_stall_is_what_the_event_loop_waits_for_and_not_what_it_turns_over(qtbot: QtBot) -> None:
    """A click on a menu waits in a loop of its own, which may last for as long as it likes."""
    stalls = Stalls()
    stalls.begin()
    for _ in range(10):
        QTimer.singleShot(0, stalls.measure)
        qtbot.wait(5)
    in_turns = stalls.end()
    stalls.begin()
    for _ in range(10):
        stalls.measure()
    at_once = stalls.end()
    stalls.leave()
    assert in_turns < 5 < at_once


def test_what_a_process_waits_for_its_turn_is_told_apart_from_what_it_does() -> None:
    """Two that share one core wait for each other; one that sleeps waits for nothing."""
    core = min(os.sched_getaffinity(0))
    busy = f"import os; os.sched_setaffinity(0, [{core}])\nwhile True: pass"
    idle = "import time; print(flush=True); time.sleep(60)"
    running = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) for code in (busy, busy, idle)]
    first, _, sleeps = running
    try:
        assert sleeps.stdout is not None
        sleeps.stdout.readline()
        slept, ends = kept_waiting(sleeps.pid), time.monotonic() + 60
        while kept_waiting(first.pid) < 0.2 and time.monotonic() < ends:
            time.sleep(0.05)
        assert kept_waiting(first.pid) >= 0.2
        assert kept_waiting(sleeps.pid) - slept < 0.2
    finally:
        for process in running:
            process.kill()
            process.communicate()
    assert kept_waiting(first.pid) == 0
