"""Project files: strict reading, stable bytes, atomic writing."""

from __future__ import annotations

import json
import math
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.errors import NetloomError
from graph.project import (
    VERSION,
    Project,
    decode,
    parse_project,
    project_bytes,
    project_json,
    read_project,
    write_project,
)
from tests.graph.networks import chain, layer, lenet


def written() -> dict[str, Any]:
    sections: dict[str, Any] = {
        "about": {"title": "LeNet"},
        "data": {"source": "digits"},
        "plan": {"epochs": 3},
        "notes": "Über α",
    }
    value: dict[str, Any] = json.loads(project_bytes(Project(lenet().network, sections)))
    return value


def test_a_project_reads_back_to_the_same_bytes(tmp_path: Path) -> None:
    path = tmp_path / "net.netloom"
    project = parse_project(written())
    write_project(path, project)
    assert project_bytes(read_project(path)) == path.read_bytes() == project_bytes(project)


def test_marks_of_layers_are_kept() -> None:
    document = lenet()
    with document.transaction("Mark"):
        document.mute("conv1", True)
        document.set_vertical(["conv1", "dense1"], True)
    read = parse_project(json.loads(project_bytes(Project(document.network)))).network
    assert [node.id for node in read if node.vertical] == ["conv1", "dense1"]
    assert [node.id for node in read if node.muted] == ["conv1"]
    document.undo()
    assert not any(node.vertical for node in document.network)


def test_the_settings_of_each_layer_stand_on_one_line_of_the_file() -> None:
    lines = project_bytes(parse_project(written())).decode().splitlines()
    settings = [line for line in lines if '"settings": {' in line]
    assert len(settings) == len(lenet().network)
    assert all(line.count("{") == line.count("}") or '"id"' in line for line in settings)


def test_the_bytes_do_not_depend_on_the_order_of_edits() -> None:
    document = lenet()
    before = project_bytes(Project(document.network))
    with document.transaction("Out and in again"):
        node = document.network.node("conv1")
        wires = [*document.network.into("conv1").values(), *document.network.out_of("conv1")]
        document.remove("conv1")
        document.add(node.layer, node.position, "conv1")
        for wire in wires:
            document.connect(wire)
    assert document.network.ids[-1] == "conv1"
    assert project_bytes(Project(document.network)) == before


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "broken or cut short"),
        (b"\x80\x81", "not text"),
        (b"[]", "lacks the key"),
        (b'{"a": 1}', "lacks the key"),
        (b'{"netloom": 1, "netloom": 1}', "stands twice"),
        (b'{"netloom": 1, "plan": {"rate": NaN}}', "NaN"),
        (b'{"netloom": 1, "plan": {"rate": Infinity}}', "Infinity"),
        (b'{"netloom": 1, "network": {"layers"', "line 1"),
        (b"[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_no_project_is_refused_with_the_reason(content: bytes, reason: str) -> None:
    with pytest.raises(NetloomError, match=reason) as caught:
        decode(content, "my.netloom")
    assert "my.netloom" in str(caught.value)


def changed(path: str, value: object) -> dict[str, Any]:
    """The project with one place changed: ``network.layers.1.kind``."""
    project = written()
    *way, last = path.split(".")
    here: Any = project
    for step in way:
        here = here[int(step)] if isinstance(here, list) else here[step]
    here[int(last) if isinstance(here, list) else last] = value
    return project


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        ("netloom", VERSION + 1, "newer Netloom"),
        ("netloom", "1", "whole number"),
        ("netloom", True, "whole number"),
        ("extra", 1, "unknown key “extra”"),
        ("notes", 3, "must be text"),
        ("plan", [], "must be an object"),
        ("network", [], "must be an object"),
        ("network.layers", {}, "must be a list"),
        ("network.layers.1", 5, "layer 2 must be an object"),
        ("network.layers.1.kind", "os.system", "no layer of kind 'os.system'"),
        ("network.layers.1.kind", ["x"], "no layer of kind"),
        ("network.layers.1.id", "import", "layer 2"),
        ("network.layers.1.id", "input1", "two layers"),
        ("network.layers.1.id", None, "has no id"),
        ("network.layers.1.settings", {"units": 3, "x": 1}, "layer 2"),
        ("network.layers.1.position", [0], "two numbers"),
        ("network.layers.1.position", [0, 1e300], "two numbers"),
        ("network.layers.1.turned", "yes", "must be true or false"),
        ("network.layers.1.color", "red", "unknown key “color”"),
        ("network.connections.0", "a -> b", "is no connection"),
        ("network.connections.0", "ghost.out -> dense1.in", "no layer called “ghost”"),
        ("network.connections.0", "conv1.side -> dense1.in", "no output called “side”"),
        ("network.connections.0", "conv1.out -> input1.in", "no input called"),
    ],
)
def test_a_wrong_part_is_named(path: str, value: object, reason: str) -> None:
    with pytest.raises(NetloomError, match=reason):
        parse_project(changed(path, value), "net.netloom")


@pytest.mark.parametrize(
    ("layer_at", "marks", "reason"),
    [
        (0, {"muted": True}, "input1 is an end of the network"),
        (1, {"linked": "ghost"}, "“ghost”, which is not there"),
        (1, {"linked": "conv1"}, "“conv1”, which has none of its own"),
    ],
)
def test_marks_that_make_no_sense_are_refused(layer_at: int, marks: dict[str, Any], reason: str) -> None:
    value = written()
    value["network"]["layers"][layer_at] |= marks
    with pytest.raises(NetloomError, match=reason):
        parse_project(value, "net.netloom")


def test_two_annotations_of_one_id_are_refused() -> None:
    value = written()
    annotation = {"id": "a", "matter": "note", "text": "", "area": [0, 0, 90, 50]}
    value["network"]["remarks"] = [annotation, annotation]
    with pytest.raises(NetloomError, match="two notes or frames"):
        parse_project(value)


def test_a_cycle_is_refused() -> None:
    value = json.loads(project_bytes(Project(chain([layer("relu"), layer("relu")]).network)))
    value["network"]["connections"].append("relu2.out -> relu1.in")
    with pytest.raises(NetloomError, match="run in a circle"):
        parse_project(value)


def test_an_occupied_input_is_refused() -> None:
    value = written()
    value["network"]["connections"].append("input1.out -> dense1.in")
    with pytest.raises(NetloomError, match="is taken"):
        parse_project(value)


def test_an_oversized_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "big.netloom"
    with path.open("wb") as file:
        file.truncate(65 * 2**20)
    with pytest.raises(NetloomError, match="larger than 64 MB"):
        read_project(path)


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(NetloomError, match="cannot be opened: no such file"):
        read_project(tmp_path / "none.netloom")


def test_a_save_that_fails_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "net.netloom"
    write_project(path, parse_project(written()))
    before = path.read_bytes()

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(NetloomError, match="was not saved: no space left on device"):
        write_project(path, Project())
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["net.netloom"]


def test_a_save_keeps_the_files_mode(tmp_path: Path) -> None:
    path = tmp_path / "net.netloom"
    write_project(path, Project())
    path.chmod(0o640)
    write_project(path, Project())
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
JSON = st.recursive(SCALARS, lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=6), part))


@given(data=st.data())
def test_whatever_stands_in_a_file_the_answer_is_a_project_or_a_sentence(data: st.DataObject) -> None:
    value = written()
    here: Any = value
    while True:
        keys = list(range(len(here))) if isinstance(here, list) else list(here)
        key = data.draw(st.sampled_from(keys))
        if isinstance(here[key], dict | list) and here[key] and data.draw(st.booleans()):
            here = here[key]
            continue
        here[key] = data.draw(JSON)
        break
    try:
        project = parse_project(value)
    except NetloomError as error:
        assert str(error).startswith("project")
    else:
        assert parse_project(project_json(project)).network.connections == project.network.connections


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_in_one_sentence(content: bytes) -> None:
    with pytest.raises(NetloomError):
        parse_project(decode(content, "x"), "x")


def test_a_project_keeps_its_id(tmp_path: Path) -> None:
    write_project(tmp_path / "a.netloom", Project(id="0f3a"))
    assert read_project(tmp_path / "a.netloom").id == "0f3a"
    assert "id" not in project_json(Project())


@pytest.mark.parametrize("id_", [5, "Ä", "a/b", "x" * 65])
def test_an_id_that_is_none_is_refused(id_: object) -> None:
    with pytest.raises(NetloomError, match="“id” must be at most 64 small letters"):
        parse_project({"netloom": 2, "id": id_})


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("notes", "\ud800"),
        ("plan", {"rate": math.inf}),
        ("plan", {"seed": 10**5000}),
        ("about", {"title": json.loads("[" * 900 + "]" * 900)}),
        ("about", {"title": {1, 2}}),
    ],
)
def test_what_cannot_be_read_again_is_said_on_saving_and_the_old_file_stays(
    place: str, value: Any, tmp_path: Path
) -> None:
    path = tmp_path / "my.netloom"
    write_project(path, Project())
    before = path.read_bytes()
    with pytest.raises(NetloomError, match=f"The project: {place}"):
        write_project(path, Project(sections={place: value}))
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]
