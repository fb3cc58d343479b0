"""The data section of a project: read strictly, written in full."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.data.data_choice import DataChoice
from app.data.readers.file_access import content_hash
from app.data.repoint import repointed
from app.data.source_catalogue import SHIPPED
from app.data.sources.source import Source
from graph.errors import NetloomError


@pytest.mark.parametrize("kind", SHIPPED)
def test_a_choice_survives_its_file(kind: type[Source]) -> None:
    choice = DataChoice.of(kind.kind)
    assert DataChoice.parse(json.loads(json.dumps(choice.to_json()))) == choice
    assert choice.info() == kind().info()


def test_settings_survive_as_they_were_given() -> None:
    section = {"source": "digits", "options": {"size": 28, "layout": "rows"}, "split": {"seed": 7}}
    choice = DataChoice.parse(section)
    assert choice.source.values() == {"size": 28, "layout": "rows", "digits": [], "per_class": 0}
    assert choice.split.seed == 7
    assert choice.to_json()["split"] == {"train": 0.7, "validation": 0.15, "test": 0.15, "seed": 7, "stratified": True}


@pytest.mark.parametrize(
    ("section", "sentence"),
    [
        ({}, "data: “source” is missing"),
        ({"source": 3}, "data: “source” is missing"),
        ({"source": "os.system"}, "no data called “os.system”; there are digits, iris"),
        ({"source": "digits", "extra": 1}, "data: there is no setting “extra”"),
        ({"source": "digits", "options": {"size": 7}}, r"data\.options: .*at least 8, not 7"),
        ({"source": "digits", "options": {"size": "8"}}, r"data\.options: size: "),
        ({"source": "digits", "options": {"colour": 1}}, r"data\.options: colour: there is no such setting"),
        ({"source": "digits", "options": [1]}, r"data\.options: names with values are needed"),
        ({"source": "digits", "split": {"train": 0.9}}, r"data\.split: .*add up to 1"),
        ({"source": "digits", "split": "half"}, r"data\.split: names with values are needed"),
        ({"source": "digits", "standardise": "yes"}, r"data\.standardise: true or false is needed"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(section: dict[str, Any], sentence: str) -> None:
    with pytest.raises(NetloomError, match=sentence):
        DataChoice.parse(section)


def test_changing_a_setting_is_checked() -> None:
    source = DataChoice.of("spirals").source
    assert source.changed(turns=2.0).values()["turns"] == 2.0
    with pytest.raises(NetloomError, match=r"Two spirals.*at most 5"):
        source.changed(turns=50.0)


def test_augmentation_is_kept_where_there_is_any() -> None:
    section = {"source": "digits", "augment": {"flip": True, "shift": 0.1}}
    choice = DataChoice.parse(section)
    assert choice.augment.shift == 0.1
    assert choice.to_json()["augment"] == {"flip": True, "shift": 0.1}
    assert DataChoice.parse(choice.to_json()) == choice
    assert "augment" not in DataChoice.of("digits").to_json()
    with pytest.raises(NetloomError, match=r"data\.augment: .*shift must be at most 1, not 3"):
        DataChoice.parse({"source": "digits", "augment": {"shift": 3.0}})


def test_a_file_that_was_never_read_is_not_read_to_know_what_it_offers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NETLOOM_HOME", str(tmp_path / "home"))
    table = tmp_path / "points.csv"
    table.write_text("x,y,side\n" + "".join(f"{n},{n * 2},{'lr'[n % 2]}\n" for n in range(30)))
    choice = DataChoice.of("table", path="points.csv", target="side")
    assert choice.known_info(tmp_path) is None
    assert choice.info(tmp_path) == choice.known_info(tmp_path)
    assert DataChoice.of("digits").known_info() == DataChoice.of("digits").info()
    with pytest.raises(NetloomError, match="is not there"):
        choice.known_info(tmp_path / "elsewhere")


def test_repointing_keeps_all_settings_but_path_and_hash(tmp_path: Path) -> None:
    table = tmp_path / "points.csv"
    table.write_text("x,y,side\n" + "".join(f"{n},{n * 2},{'lr'[n % 2]}\n" for n in range(30)))
    choice = DataChoice.of("table", path="gone.csv", target="side", ignore=["y"])
    found = repointed(choice, table, tmp_path)
    assert found.source.values() == choice.source.values() | {
        "path": "points.csv",
        "sha256": content_hash(table),
    }
    with pytest.raises(NetloomError, match="is not there"):
        repointed(choice, None, tmp_path)
    with pytest.raises(NetloomError, match="has no column “side”"):
        table.write_text("x,y\n1,2\n2,3\n3,4\n")
        repointed(choice, table, tmp_path)
    with pytest.raises(NetloomError, match="no file of yours"):
        repointed(DataChoice.of("digits"))
