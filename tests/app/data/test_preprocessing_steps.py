"""The way of a sample to the network in words, for data of each kind."""

from __future__ import annotations

from pathlib import Path

from app.data.data_choice import DataChoice
from app.data.data_preview import preview
from app.data.prepare import prepare
from app.data.preprocessing_steps import stages


def titles(section: dict[str, object]) -> list[str]:
    return [one.title for one in stages(prepare(DataChoice.parse(section)))]


def test_pictures_are_sized_standardised_and_altered() -> None:
    said = stages(prepare(DataChoice.parse({"source": "digits", "augment": {"rotate": 10.0, "flip": True}})))
    assert [one.title for one in said] == [
        "8 × 8 pixels",
        "standardise",
        "flip",
        "rotate 10 degrees",
        "network sees 1 × 8 × 8",
        "target: class 1 of 10",
    ]
    assert [one.training for one in said] == [False, False, True, True, False, False]
    assert "1,258 training samples" in said[1].detail and "minus 0.30" in said[1].detail


def test_series_are_cut_into_windows_and_targets_undone() -> None:
    assert titles({"source": "seasons"})[0].startswith("windows of ")
    assert titles({"source": "seasons"})[-1] == "target: standardised"
    assert "standardise" not in titles({"source": "iris", "standardise": False})


def test_tables_tell_one_hot_columns_and_missing_values(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    rows = [f"{n if n % 10 else ''},{'red green blue'.split()[n % 3]},{n % 2}" for n in range(60)]
    path.write_text("size,colour,sort\n" + "\n".join(rows) + "\n")
    section = {"source": "table", "options": {"path": str(path), "target": "sort"}}
    found = preview(prepare(DataChoice.parse(section))).pipeline
    titles = [step.title for step in found]
    assert titles[:3] == ["one-hot: 3 + other = 4", "fill 6 missing", "standardise"]
    assert "colour becomes 4: blue, green, red, other." in found[0].detail
    assert "never saw: it is 0 in all training samples" in found[0].detail


def test_the_features_of_a_column_with_gaps_are_told_one_by_one(tmp_path: Path) -> None:
    """Four cities become six features: nobody has to guess which the others are, or what becomes of empty cells."""
    cities = ["Bonn", "Köln", "", "Ulm", "Wien"]
    path = tmp_path / "apples.csv"
    path.write_text("city,sort,kind\n" + "".join(f"{cities[n % 5]},{n % 3},{n % 2}\n" for n in range(60)), "utf-8")
    section = {"source": "table", "options": {"path": str(path), "target": "kind"}}
    seen = preview(prepare(DataChoice.parse(section)))
    assert seen.pipeline[0].title == "one-hot: 4 + missing + other = 6"
    named = seen.pipeline[0].detail.partition("city becomes 6: ")[2].partition(".")[0].split(", ")
    assert {*named} == {"Bonn", "Köln", "Ulm", "Wien", "missing", "other"}
    assert "Column “city”: 12 missing values are a category of their own." in seen.notes


def test_of_several_columns_and_of_many_categories_not_all_is_named(tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    path.write_text("city,colour,kind\n" + "".join(f"c{n % 30},{'rg'[n % 2]},{n % 2}\n" for n in range(90)), "utf-8")
    section = {"source": "table", "options": {"path": str(path), "target": "kind"}}
    found = preview(prepare(DataChoice.parse(section))).pipeline[0]
    assert found.title == "one-hot: 34 features of 2 columns"
    assert "20 more, other. colour becomes 3: g, r, other." in found.detail


def test_an_autoencoder_has_no_target_of_its_own(tmp_path: Path) -> None:
    import numpy as np

    np.savez(tmp_path / "x.npz", x=np.random.default_rng(0).normal(size=(40, 6)).astype(np.float32))
    said = titles({"source": "arrays", "options": {"path": str(tmp_path / "x.npz")}})
    assert not any(one.startswith("target") for one in said)
