"""Verbs that list what there is: layers, presets, data sets, and what a file of data holds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli.printing import Json, print_json, print_line, print_table, written


def layers(json: Json = False) -> None:
    """List every kind of layer with its parameters."""
    from graph.layers.catalogue import catalogue

    found = [layer_json(kind) for kind in catalogue().values()]
    if json:
        print_json(found)
        return
    rows = [
        (one["family"] if new else "", one["kind"], one["title"], ", ".join(map(_parameter, one["parameters"])))
        for one, new in _with_breaks(found)
    ]
    print_table(("family", "kind", "title", "parameters"), rows)


def layer_json(kind: Any) -> dict[str, Any]:
    """A kind of layer as plain JSON values."""
    defaults = kind().values()
    return {
        "kind": kind.kind,
        "family": str(kind.family),
        "title": kind.title,
        "parameters": [setting_json(spec, defaults[spec.name]) for spec in kind.settings()],
        "aliases": list(kind.aliases),
        "help": kind.help(),
    }


def setting_json(spec: Any, default: object) -> dict[str, Any]:
    """One parameter of a layer as plain JSON values."""
    return {
        "name": spec.name,
        "type": spec.type,
        "default": default,
        "minimum": spec.minimum,
        "maximum": spec.maximum,
        "choices": list(spec.choices),
        "unit": spec.unit,
        "help": spec.help,
    }


def presets(json: Json = False) -> None:
    """List the networks that ship, with the data each is for."""
    from app.presets import presets as found

    entries = [preset.to_json() for preset in found()]
    if json:
        print_json(entries)
        return
    rows = [
        (one["id"], one["title"], one["parameters"], one["dataset"], ", ".join(one["textbook"]), one["expect"])
        for one in entries
    ]
    print_table(("id", "title", "parameters", "data set", "textbook", "expect"), rows, ("parameters",))


def datasets(json: Json = False) -> None:
    """List the data sets that ship."""
    from app.data.catalogue import datasets as found

    entries = [info.to_json() for info in found()]
    if json:
        print_json(entries)
        return
    rows = [
        (one["id"], one["title"], one["task"], one["shape"], one["samples"], len(one["classes"]) or None)
        for one in entries
    ]
    print_table(("id", "title", "task", "shape", "samples", "classes"), rows, ("samples", "classes"))


def data(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A file or folder of data.", show_default=False)],
    kind: Annotated[
        str | None, typer.Option(help="table, series, images, arrays or text; found out without it.")
    ] = None,
    target: Annotated[str | None, typer.Option(help="The column to predict.")] = None,
    json: Json = False,
) -> None:
    """Say what a file or folder of data holds, and what is wrong with it."""
    from app.data.inspect import inspect

    found = inspect(path, kind, target).to_json()
    if json:
        print_json(found)
        return
    print_line(f"{found['path']}: {found['kind']}, {found['samples']:,} samples of {written(found['shape'])}")
    print_line(f"task: {found['task']}" + (f", to predict “{found['target']}”" if found["target"] else ""))
    if found["classes"]:
        print_line(f"classes: {', '.join(found['classes'])}")
    if found["columns"]:
        names = list(dict.fromkeys(name for column in found["columns"] for name in column))
        print_table(names, [[column.get(name) for name in names] for column in found["columns"]])
    for problem in found["problems"]:
        print_line(f"- {problem}")


def _parameter(parameter: dict[str, Any]) -> str:
    return f"{parameter['name']} = {written(parameter['default'])}" if parameter["default"] else parameter["name"]


def _with_breaks(found: list[dict[str, Any]]) -> list[tuple[dict[str, Any], bool]]:
    """Each entry with whether its family is another than the one above it."""
    families = [None, *(one["family"] for one in found)]
    return [(one, one["family"] != before) for one, before in zip(found, families, strict=False)]
