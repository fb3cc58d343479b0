"""Defaults and bounds of settings stay: files leave defaults out, so that another default would change old files."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from app.data.source_catalogue import sources
from app.training.plan import Plan
from graph.editing.patterns import LayerPattern
from graph.layers.catalogue import catalogue
from graph.layers.settings import Setting

FROZEN = Path(__file__).parent / "defaults.json"


def described(settings: Sequence[Setting]) -> dict[str, list[Any]]:
    """Default, least and greatest value of each setting, as JSON has them."""
    plain = {each.name: [each.default, each.minimum, each.maximum] for each in settings}
    found: dict[str, list[Any]] = json.loads(json.dumps(plain, default=str))
    return found


def declared() -> dict[str, dict[str, dict[str, list[Any]]]]:
    """All settings of layers, of sources of data, of training and of patterns of layers."""
    return {
        "layers": {kind: described(layer.settings()) for kind, layer in catalogue().items()},
        "sources": {source.kind: described(source.settings()) for source in sources()},
        "training": {"plan": described(Plan.settings())},
        "patterns": {"layer_pattern": described(LayerPattern.settings())},
    }


def missing_or_other(old: Mapping[str, Any], new: Mapping[str, Any], path: str = "") -> list[str]:
    """Places at which what was frozen is not there any more, or is another."""
    found: list[str] = []
    for key, value in old.items():
        place = f"{path}/{key}"
        if isinstance(value, dict) and isinstance(new.get(key), dict):
            found += missing_or_other(value, new[key], place)
        elif new.get(key) != value:
            found.append(f"{place}: {value} became {new.get(key)}")
    return found


def test_no_default_and_no_bound_has_changed() -> None:
    """What is new is welcome; add it to the file with the release in which it first ships."""
    assert missing_or_other(json.loads(FROZEN.read_text("utf-8")), declared()) == []
