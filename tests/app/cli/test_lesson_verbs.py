"""Lessons on the command line."""

from __future__ import annotations

import json
from pathlib import Path

from app.lessons.course import LessonProgress
from app.lessons.lesson_files import FOLDER, keep_progress
from tests.app.cli.calling import Caller


def test_lessons_lists_what_ships_with_how_far_one_came(call: Caller) -> None:
    keep_progress("pooling", LessonProgress((True, True, False, False, False, False, False), 2))
    found = {one["id"]: one for one in call("lessons", "--json").json}
    assert len(found) >= 8
    assert {name: found["pooling"][name] for name in ("steps", "done", "start")} == {
        "steps": 7,
        "done": 2,
        "start": "preset:convolution_by_hand",
    }
    assert "Sixteen parameters" in call("lessons").out


def test_a_lesson_is_checked(call: Caller, tmp_path: Path) -> None:
    good = sorted(FOLDER.glob("*.json"))[0]
    assert "nothing to correct" in call("lesson", "check", good).out
    value = json.loads(good.read_text("utf-8"))
    value["start"] = "preset:nope"
    bad = tmp_path / "bad.json"
    bad.write_text(json.dumps(value), "utf-8")
    told = call("lesson", "check", bad, "--json")
    assert (told.code, told.json["ok"]) == (0, False)
    assert told.json["faults"] == ["start: there is no preset “nope”."]
    plain = call("lesson", "check", bad)
    assert plain.code == 1
    assert "1 fault to correct" in plain.err
    assert call("lesson", "paint", bad).code == 2
    bad.write_text("{}", "utf-8")
    assert "is no lesson" in call.refused("lesson", "check", bad)
