"""Settings of runs, flat and by name, and what differs between two of them."""

from __future__ import annotations

import pytest

from app.project.presets import preset
from app.project.run_settings import RunSettings, changes, different_targets, settings_of, summary, varying
from graph.project import Project
from tests.widgets.conftest import chain


def run(units: int = 8, activation: str = "relu", data: str = "iris", **plan: object) -> RunSettings:
    network = chain(("input", {}), ("dense", {"units": units}), (activation, {}), ("output", {}))
    return settings_of(Project(network, {"data": {"source": data}, "plan": plan}))


def test_what_is_left_out_has_its_default() -> None:
    assert run().values["learning rate"] == run(learning_rate=0.001).values["learning rate"] == "0.001"
    assert changes(run(), run(epochs=20)) == ()


def test_settings_of_every_part_are_named() -> None:
    values = settings_of(preset("seasons_lstm").project).values
    assert values["lstm1 hidden size"] == "32" and values["data window"] == "48" and values["schedule"] == "one_cycle"
    assert values["seed"] != "" and values["split train"] == "0.7"


def test_changes_are_told_with_old_and_new() -> None:
    assert changes(run(32), run(4, epochs=7))[:2] == ("dense1 units 32 → 4", "epochs 20 → 7")
    assert changes(run(data="iris"), run(data="wine"))[0] == "data Iris flowers → Wines"
    assert changes(run(), run(activation="tanh"))[:2] == ("− relu2: ReLU", "+ tanh2: Tanh")


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ("runs/lenet-20261129-171602/weights.safetensors", "of the run lenet 17:16"),
        ("runs/my best/weights.safetensors", "of the run my best"),
        ("net.safetensors", "net.safetensors"),
    ],
)
def test_weights_that_a_training_began_with_are_the_first_that_is_told(file: str, told: str) -> None:
    project = Project(run().network, {"data": {"source": "iris"}, "plan": {"epochs": 7}, "start": {"weights": file}})
    assert changes(run(4), settings_of(project))[0] == f"first weights drawn at random → {told}"
    assert "first weights" in varying([run(), settings_of(project)])


def test_a_line_names_few_of_many_and_always_the_parameters() -> None:
    assert summary(("a", "b", "c", "4 → 5 parameters")) == "a; b; c; 4 → 5 parameters"
    assert summary(("a", "b", "c", "d", "4 → 5 parameters")) == "a; b; 2 more; 4 → 5 parameters"


def test_only_what_differs_varies() -> None:
    assert varying([run(8), run(4, epochs=9)]) == ["epochs", "dense1 units"]
    assert varying([run()]) == []


@pytest.mark.parametrize("sections", [{"plan": {"epochs": -1}}, {"data": {"source": "nothing"}}, {"data": 5}])
def test_sections_that_cannot_be_read_tell_nothing(sections: dict[str, object]) -> None:
    project = Project(sections={name: value for name, value in sections.items() if isinstance(value, dict)})
    assert isinstance(settings_of(project).values, dict)


def table(**options: object) -> RunSettings:
    """A run on a table, whose file was read once."""
    dialect = {"delimiter": ",", "decimal": ".", "encoding": "utf-8-sig"} | options.pop("dialect", {})  # type: ignore[operator]
    columns = [{"name": "weight", "type": options.pop("weight", "number")}, {"name": "kind", "type": "category"}]
    reading = {"dialect": dialect, "columns": columns}
    told = {"path": "/data/fruit.csv", "sha256": "a" * 64, "target": "kind", "reading": reading, **options}
    return settings_of(Project(run().network, {"data": {"source": "table", "options": told}, "plan": {}}))


def test_another_file_is_told_by_its_name_and_by_how_it_is_written() -> None:
    other = table(path="/data/büro.csv", sha256="b" * 64, target="Güte", dialect={"delimiter": ";", "decimal": ","})
    assert changes(table(), other) == (
        "file fruit.csv → büro.csv",
        "delimiter , → ;",
        "decimal sign . → ,",
        "data target kind → Güte",
    )
    assert varying([table(), other]) == ["file", "delimiter", "decimal sign", "data target"]
    assert changes(table(), table(path="/old/fruit.csv")) == ("file /data/fruit.csv → /old/fruit.csv",)


def test_another_content_and_another_reading_of_one_file_are_told_in_words() -> None:
    assert changes(table(), table(sha256="b" * 64)) == ("content of fruit.csv changed",)
    assert changes(table(), table(weight="category")) == ("column weight number → category",)
    assert changes(table(), table(dialect={"delimiter": "\t"})) == ("delimiter , → tab",)
    assert changes(table(), table(ignore=["a", "b"])) == ("data ignore none → a, b",)
    assert changes(table(), table()) == ()


def clouds(classes: int) -> RunSettings:
    return settings_of(Project(run().network, {"data": {"source": "blobs", "options": {"classes": classes}}}))


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (table(), table(target="weight"), ("“kind”", "“weight”")),
        (table(), table(path="/data/other.csv"), None),
        (table(), table(target=""), None),
        (run(data="iris"), run(data="wine"), ("“species” of Iris flowers", "“grower” of Wines")),
        (run(data="digits"), run(data="digits"), None),
        (run(data="blobs"), run(data="moons"), ("“class” of Clouds of points", "“class” of Two moons")),
        (run(data="digits"), run(data="mnist"), None),
        (clouds(2), clouds(4), None),
        (run(data="iris"), table(), None),
    ],
    ids=["columns", "files", "likeliest", "sets", "same", "classes", "digits", "more classes", "no set"],
)
def test_runs_that_predict_different_things_are_told_apart(
    before: RunSettings, after: RunSettings, told: tuple[str, str] | None
) -> None:
    assert different_targets(before, after) == told
