"""Files that a data source opens: heard of while that is asked, and no longer."""

from __future__ import annotations

from pathlib import Path

from app.data.used_files import _recorded


def test_files_are_listed_only_meanwhile(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("a.csv", "b.csv", "c.csv")]
    with _recorded() as opened:
        files[0].write_text("x")
        with _recorded() as inner:
            files[1].write_text("x")
    files[2].write_text("x")
    assert [str(file) in opened for file in files] == [True, True, False]
    assert [str(file) in inner for file in files] == [False, True, False]
