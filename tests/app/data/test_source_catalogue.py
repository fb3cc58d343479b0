"""The catalogue finds sources and readers by themselves, as the architecture page shows."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from app.data.data_choice import DataChoice
from app.data.prepare import prepare
from app.data.readers import table_format
from app.data.readers.table_file import read_table
from app.data.source_catalogue import DOWNLOADED, FILES, SHIPPED, file_endings, source, sources
from app.data.sources.recordings import Recordings
from app.data.sources.source import REGISTERED, Source
from graph.errors import NetloomError

PAGE = Path(__file__).parents[3] / "docs" / "architecture.md"


def example(first_line: str) -> str:
    """The example on the architecture page that begins with this docstring."""
    found = re.search(rf'```python\n("""{first_line}.*?)```', PAGE.read_text("utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


def test_every_source_has_a_place_of_its_own() -> None:
    for group in (SHIPPED, DOWNLOADED, FILES):
        ranks = [kind.rank for kind in group]
        assert len(group) > 3 and ranks == sorted(set(ranks))
    assert sources() == SHIPPED + DOWNLOADED + FILES
    with pytest.raises(NetloomError, match="no data called “nothing”; there are digits, iris"):
        source("nothing")


@pytest.mark.parametrize("made", [*(kind() for kind in sources()), Recordings(rate=8000)], ids=lambda made: made.kind)
def test_settings_depend_on_what_is_shown_with_them(made: Source) -> None:
    shown = {spec.name: spec for spec in made.shown()}
    assert {spec.when[0] for spec in shown.values() if spec.when} <= shown.keys()


def test_a_source_is_one_class(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(REGISTERED, "noisy_line", REGISTERED["sine"])  # so that it is forgotten again
    exec(compile(example("Noisy line source"), "example", "exec"), {"__name__": "example"})
    prepared = prepare(DataChoice.of("noisy_line", samples=200))
    x, y = prepared.dataset.input_field().values, prepared.dataset.target_field().values
    assert np.abs(np.asarray(y) - 2 * np.asarray(x)).std() < 0.2
    assert prepared.train.samples == 140


def test_a_reader_is_one_function(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(table_format._READERS, ".fwf", table_format._READERS[""])
    exec(compile(example("Fixed width reader"), "example", "exec"), {"__name__": "example"})
    assert ".fwf" in file_endings()
    file = tmp_path / "t.fwf"
    file.write_text("a  b\n1  x\n2  y\n", "utf-8")
    assert read_table(file).frame.to_dict("list") == {"a": [1, 2], "b": ["x", "y"]}


def test_the_endings_of_files_are_those_that_readers_know() -> None:
    endings = file_endings()
    assert len(endings) == len(set(endings))
    assert {".csv", ".xlsx", ".parquet", ".sav", ".mat", ".npz", ".safetensors", ".tgz", "-ubyte", ".gz"} < {*endings}
    assert not {".pdf", ".xls", ".pkl", ""} & {*endings}  # which are refused with a sentence that says what to do
    known = {ending for ending in table_format._READERS if ending} - table_format._REFUSED
    assert known < {*endings}
