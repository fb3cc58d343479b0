"""Files that a project names are looked for, and nothing is read."""

from __future__ import annotations

from pathlib import Path

from app.project.missing_files import missing_files


def test_data_and_weights_that_are_not_there_are_named(tmp_path: Path) -> None:
    sections = {
        "data": {"source": "table", "options": {"path": "rows.csv", "target": "y"}},
        "start": {"weights": "runs/low/weights.safetensors"},
    }
    weights = tmp_path / "runs" / "low" / "weights.safetensors"
    assert missing_files(sections, tmp_path) == {"rows.csv", str(weights)}
    (tmp_path / "rows.csv").write_text("", "utf-8")
    assert missing_files(sections, tmp_path) == {str(weights)}
    weights.parent.mkdir(parents=True)
    weights.write_bytes(b"")
    assert missing_files(sections, tmp_path) == frozenset()


def test_what_ships_or_cannot_be_read_is_never_missing(tmp_path: Path) -> None:
    for data in ({"source": "digits"}, {"source": "no such"}, {}, None, "nonsense"):
        assert missing_files({"data": data}, tmp_path) == frozenset()
    assert missing_files({"start": {"weights": "near.safetensors"}}, None) == frozenset(), "from where is not known yet"
