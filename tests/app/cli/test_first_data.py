"""A network without data is given some on the command line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graph.document import Document
from graph.layers.dense import Dense
from graph.layers.io import Input, Output
from graph.network import Connection
from graph.project import Project, read_project, write_project
from graph.shapes import vector
from tests.app.cli.calling import Caller


@pytest.fixture
def table(tmp_path: Path) -> Path:
    draw = np.random.default_rng(3).uniform(-2, 2, (60, 3))
    lines = [f"{a:.3f},{b:.3f},{c:.3f},{'yes' if a > 0 else 'no'}" for a, b, c in draw]
    path = tmp_path / "forces.csv"
    path.write_text("\n".join(["u,v,w,positive", *lines]) + "\n")
    return path


def data_of(project: Path) -> Mapping[str, Any]:
    """The data section of a project's file."""
    data = read_project(project).sections["data"]
    assert isinstance(data, Mapping)
    return data


def drawn(path: Path, features: int, units: int, field: str = "") -> Path:
    """A project of a network with one dense layer, without data, as an import leaves it."""
    document = Document()
    with document.transaction("Draw"):
        start = document.add(Input(shape=vector(features), field=field))
        middle, end = document.add(Dense(units=units)), document.add(Output())
        document.connect(Connection(start, "out", middle, "in"))
        document.connect(Connection(middle, "out", end, "in"))
    write_project(path, Project(document.network, {"about": {"title": "Imported"}}))
    return path


@pytest.mark.parametrize("field", ["", "x"])
def test_a_network_without_data_is_given_a_table(call: Caller, table: Path, tmp_path: Path, field: str) -> None:
    project = drawn(tmp_path / "p.netloom", 3, 2, field)
    assert call("repoint", project, table, "--json").json == {"file": str(project), "path": "forces.csv"}
    kept = data_of(project)
    assert (kept["source"], kept["options"]["target"]) == ("table", "positive")
    assert call("check", project, "--json").json["problems"] == []
    trained = call("train", project, "--epochs", 1, "--device", "cpu", "--out", tmp_path / "run", "--json")
    assert trained.lines[-1]["test"]


def test_another_target_is_said(call: Caller, table: Path, tmp_path: Path) -> None:
    project = drawn(tmp_path / "p.netloom", 5, 1)
    assert "does not fit" in call.refused("repoint", project, table)
    assert call("repoint", project, table, "--target", "w").code == 0
    assert data_of(project)["options"]["target"] == "w"
    assert "has data already" in call("repoint", project, table, "--target", "u").err


@pytest.mark.parametrize(("features", "units", "what"), [(7, 2, "7"), (3, 5, "5")])
def test_what_does_not_fit_is_named(
    call: Caller, table: Path, tmp_path: Path, features: int, units: int, what: str
) -> None:
    project = drawn(tmp_path / "p.netloom", features, units)
    before = project.read_bytes()
    refused = call.refused("repoint", project, table)
    assert "forces.csv does not fit this network: " in refused
    assert what in refused
    assert project.read_bytes() == before
