"""JSON files of annotations are parsed once, as far as there is room to keep what they hold."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.data.readers.boxes import json_files
from app.data.readers.json_text import load_json
from app.data.sources.file_source import Candidate
from app.data.sources.images import Images
from tests.app.data.kinds.test_picture_boxes import boxes_in, by_name, coco_beside_images, createml, labelme, write


@pytest.mark.parametrize("make", [coco_beside_images, labelme, createml])
def test_each_json_file_is_parsed_once(
    make: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[str] = []

    def counting(text: str) -> Any:
        parsed.append(text)
        return json.loads(text)

    make(tmp_path)
    monkeypatch.setattr(json_files, "load_json", counting)
    assert Images.recognises(Candidate(tmp_path))
    dataset = Images(path=str(tmp_path)).suggest(tmp_path, "").source.load()
    assert dataset.samples == 2
    assert sorted(parsed) == sorted(file.read_text("utf-8") for file in tmp_path.rglob("*.json"))


def test_half_of_a_surrogate_pair_is_a_text_that_can_be_kept_and_shown(tmp_path: Path) -> None:
    labelme(tmp_path)
    file = tmp_path / "a.json"
    write(file, file.read_text("utf-8").replace('"a.png"', r'"\ud800"').replace('"cat"', r'"\ud800cat"'))
    (boxed, _) = by_name(boxes_in(tmp_path)).values()
    assert "\N{REPLACEMENT CHARACTER}cat" in boxed[0]
    assert load_json(r'["\ud83d\ude00", "\\ud800", 1.5, null]') == ["\N{GRINNING FACE}", r"\ud800", 1.5, None]


def test_files_that_there_is_no_room_to_keep_are_parsed_again_by_their_own_format_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_files, "LARGEST", 20)
    known = json_files.JsonFiles()
    monkeypatch.setattr(json_files, "LARGEST", 1 << 10)
    short, long = write(tmp_path / "a.json", "[1, 2]"), write(tmp_path / "b.json", '{"shapes": [], "more": "words"}')
    assert known.parse(long) == {"shapes": [], "more": "words"}
    assert known.parse(short) is known.parse(short)
    assert known.parse(long) is not known.parse(long)
    assert known.small(long, json_files.LIST) is None and known.small(short, "shapes") is None
    assert known.small(long, "shapes") == {"shapes": [], "more": "words"} and known.small(short, json_files.LIST) == [
        1,
        2,
    ]
    damaged = write(tmp_path / "c.json", "[1, ")
    assert (
        known.small(damaged, json_files.LIST) is None and known.small(tmp_path / "none.json", json_files.LIST) is None
    )
