"""What a search varies: read, refused with the place, and chosen where nothing is declared."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.project.presets import preset, preset_ids
from app.sweep.space import SearchRange, Space, applied, found
from app.training.plan import Plan
from graph.build.order import program
from graph.errors import NetloomError
from graph.project import Project
from tests.app.training.projects import chain, mlp, project


def declared(**settings: Any) -> Project:
    made = project()
    made.sections["sweep"] = {"settings": settings}
    return made


def test_a_space_is_read_and_written() -> None:
    space = Space.of(declared(**{"plan.learning_rate": {"low": 1e-4, "high": 0.1, "log": True}}))
    assert space.settings["plan.learning_rate"] == SearchRange(low=1e-4, high=0.1, log=True)
    again = project()
    again.sections["sweep"] = space.to_json()
    assert Space.of(again) == space


@pytest.mark.parametrize(
    ("path", "values", "message"),
    [
        ("dense9.units", {"low": 1, "high": 2}, "no layer “dense9”"),
        ("dense1.width", {"low": 1, "high": 2}, "no setting “width”"),
        ("plan.lerning_rate", {"low": 1, "high": 2}, "no setting “lerning_rate”"),
        ("dense1.units", {"low": 0, "high": 2}, "at least 1"),
        ("dense1.units", {"low": 1.5, "high": 2.5}, "units cannot be 1.5"),
        ("plan.optimiser", {"choices": ["adam", "magic"]}, "one of"),
        ("plan.optimiser", {"low": 1, "high": 2}, "one of"),
        ("plan.loss", {"choices": ["mse", "cross_entropy"]}, "different losses, which cannot be ranked"),
        ("output1.loss", {"choices": ["auto", "mse"]}, "choose the metric accuracy"),
        ("plan.nesterov", {"choices": [1, 0]}, "cannot be 1"),
        ("plan.batch_size", {"low": 8, "high": 4}, "low must not be above high"),
        ("plan.batch_size", {"low": 0, "high": 4, "log": True}, "above 0"),
        ("plan.batch_size", {"low": 1}, "low and high are needed"),
        ("plan.batch_size", {"low": 1, "choices": [2]}, "either choices"),
        ("plan.batch_size", {"steps": 3}, "no such setting"),
    ],
)
def test_a_range_that_cannot_be_is_refused_with_its_place(path: str, values: dict[str, Any], message: str) -> None:
    with pytest.raises(NetloomError, match=message) as caught:
        Space.of(declared(**{path: values}))
    assert str(caught.value).startswith("sweep")


def test_what_is_no_space() -> None:
    refused: tuple[object, ...] = ([], "x", {"settings": 3}, {"metric": "luck"}, {"trials": 3})
    for section in refused:
        made = project()
        made.sections["sweep"] = section  # type: ignore[assignment]
        if section:
            with pytest.raises(NetloomError, match="sweep"):
                Space.of(made)


@pytest.mark.parametrize("id_", [one for one in preset_ids() if one not in ("alexnet", "resnet110")])
def test_the_space_made_by_itself_works_at_its_ends(id_: str) -> None:
    made = preset(id_).project
    space = Space.of(made)
    assert {"plan.learning_rate", "plan.batch_size"} <= set(space.settings)
    assert space.now(made).keys() == space.settings.keys(), "the project's own values lie within"
    for path, values in space.settings.items():
        if path.startswith("plan."):
            for end in values.ends():
                Plan.parse(applied(made, {path: end}).sections["plan"])  # type: ignore[arg-type]
        else:
            program(
                applied(made, {path: max(1, values.low or 0) if path.endswith("units") else values.high or 0}).network
            )


def test_the_last_layer_and_added_branches_keep_their_sizes() -> None:
    space = Space.of(project(mlp()))
    assert "dense1.units" in space.settings
    assert "dense2.units" not in space.settings
    assert space.settings["drop1.rate"] == SearchRange(low=0.0, high=0.6)


@given(units=st.integers(1, 200), rate=st.floats(1e-5, 1.0), batch=st.integers(1, 512))
def test_values_are_applied_and_nothing_else_changes(units: int, rate: float, batch: int) -> None:
    made = declared(**{"dense1.units": {"low": 1, "high": 200, "log": True}})
    values = {"dense1.units": units, "plan.learning_rate": rate, "plan.batch_size": batch}
    changed = applied(made, values)
    assert {path: found(changed, path)[1] for path in values} == values
    assert "sweep" not in changed.sections
    assert found(made, "dense1.units")[1] == 16
    assert changed.network.connections == made.network.connections


def test_a_network_without_widths_has_a_space_too() -> None:
    shape = {"shape": {"kind": "vector", "sizes": [4]}}
    plain = chain(("input1", "input", shape), ("dense1", "dense", {"units": 3}), ("output1", "output", {}))
    assert set(Space.of(Project(plain)).settings) == {"plan.learning_rate", "plan.batch_size"}
