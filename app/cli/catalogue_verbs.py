"""The subcommands `layers`, `presets`, `datasets` and `data`: list what there is, and look into a data file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli.printing import Columns, Json, print_entries, print_json, print_line, print_result, print_table, written
from app.cli.table_options import NOTHING_SAID, option_of, with_table_options
from app.system.number_format import format_percent


def layers(json: Json = False) -> None:
    """List every kind of layer with its parameters."""
    from graph.layers.catalogue import catalogue

    entries = [layer_json(kind) for kind in catalogue().values()]
    first_of = {entry["family"]: entry["kind"] for entry in reversed(entries)}
    columns: Columns = {
        "family": lambda entry: entry["family"] if first_of[entry["family"]] == entry["kind"] else "",
        "kind": "kind",
        "title": "title",
        "parameters": lambda entry: ", ".join(map(_parameter, entry["parameters"])),
    }
    print_entries(json, entries, columns)


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
    from app.project.presets import presets as found

    columns: Columns = {
        "id": "id",
        "title": "title",
        "parameters": "parameters",
        "data set": "dataset",
        "textbook": lambda entry: ", ".join(entry["textbook"]),
        "expect": "expect",
    }
    print_entries(json, [preset.to_json() for preset in found()], columns, ("parameters",))


def datasets(
    json: Json = False,
    download: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Fetch a well-known set: mnist, fashion_mnist, kmnist or cifar10."),
    ] = None,
) -> None:
    """List the data sets that ship and the well-known ones, or download one of these."""
    from app.data.download import KNOWN, is_here
    from app.data.source_catalogue import DOWNLOADED
    from app.data.source_catalogue import datasets as found

    if download is not None:
        fetch(download, json)
        return
    entries = [info.to_json() for info in found()]
    entries += [source().info().to_json() | {"downloaded": is_here(source.kind)} for source in DOWNLOADED]
    columns: Columns = {
        **{name: name for name in ("id", "title", "task", "shape", "samples")},
        "classes": lambda entry: len(entry["classes"]) or None,
        "": lambda entry: (
            "" if entry.get("downloaded", True) else f"to download, {KNOWN[entry['id']].size / 1e6:,.0f} MB"
        ),
    }
    print_entries(json, entries, columns, ("samples", "classes"))


def fetch(kind: str, json: bool) -> None:
    """Download a well-known set; how far it is, is printed at every percent, as JSON lines where ``json``."""
    from app.data.download import KNOWN, download
    from graph.errors import NetloomError

    if kind not in KNOWN:
        raise NetloomError(f"There is no well-known set “{kind}”; there are {', '.join(KNOWN)}.")
    printed = -1

    def progress(come: int, whole: int) -> None:
        nonlocal printed
        percent = 100 * come // max(whole, 1)
        if percent == printed:
            return
        printed = percent
        if json:
            print_json({"come": come, "whole": whole})
        elif percent % 10 == 0:
            print_line(f"{format_percent(percent / 100, 0)} of {whole / 1e6:,.0f} MB")

    folder = download(kind, progress)
    print_result(json, {"folder": str(folder)}, f"{KNOWN[kind].title} is in {folder}")


@with_table_options
def data(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A file or folder of data.", show_default=False)],
    kind: Annotated[
        str | None, typer.Option(help="table, series, images, arrays or text; found out without it.")
    ] = None,
    target: Annotated[str | None, typer.Option(help="The column to predict.")] = None,
    json: Json = False,
    table: Mapping[str, Any] = NOTHING_SAID,
) -> None:
    """Say what a file or folder of data holds, and what is wrong with it."""
    from app.data.inspect import inspect

    findings = inspect(path, kind, target, table)
    inspected = findings.to_json()
    if json:
        print_json(inspected)
        return
    print_line(
        f"{inspected['path']}: {inspected['kind']}, {inspected['samples']:,} samples of {written(inspected['shape'])}"
    )
    print_line(f"task: {inspected['task']}" + (f", to predict “{inspected['target']}”" if inspected["target"] else ""))
    if inspected["classes"]:
        print_line(f"classes: {', '.join(inspected['classes'])}")
    if inspected["columns"]:
        names = list(dict.fromkeys(name for column in inspected["columns"] for name in column))
        print_table(names, [[column.get(name) for name in names] for column in inspected["columns"]])
    for problem in inspected["problems"]:
        print_line(f"- {problem}")
    for question in findings.questions:
        print_line(f"? {question.about} may be read in {len(question.readings)} ways; the first is used:")
        for reading in question.readings:
            chosen = " ".join(f"{option_of(name)} {value}" for name, value in reading.changes.items())
            print_line(f"    {chosen}: {reading.title}, {reading.example}")


def _parameter(parameter: dict[str, Any]) -> str:
    return f"{parameter['name']} = {written(parameter['default'])}" if parameter["default"] else parameter["name"]
