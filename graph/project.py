"""Project files: strict reading, stable writing, migrations.

A ``.netloom`` file is one JSON object. It holds enumerated kinds, numbers and text; nothing in it names an importable
object, so opening one can run nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from graph import strict_json
from graph.atomic_write import write_atomically
from graph.changes import Section
from graph.errors import NetloomError
from graph.garbage_collection import undisturbed
from graph.layers.catalogue import parse_layer
from graph.naming import check_name
from graph.network import Annotation, AnnotationKind, Connection, Network, Node
from graph.steps import Steps, finished
from graph.user_files import bytes_of

VERSION = 2
"""The schema that this Netloom writes."""

SECTIONS = ("about", "data", "plan", "start", "sweep", "notes", "hints")
"""Parts of a project beside the network, in the order of the file."""

SUFFIX = ".netloom"
LARGEST = 64 * 2**20
"""Files over this many bytes are refused: a network of 10,000 layers takes about 2 MB."""

LINE = 200
"""Longest line of a file before it is broken up, in characters."""


def _with_first_rules(project: dict[str, Any]) -> dict[str, Any]:
    """Files of the user's went on being read as version 1 read them: each says so."""
    data = project.get("data")
    options = data.get("options") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(options, dict) or "path" not in options:
        return project
    return {**project, "data": {**data, "options": {**options, "rules": 1}}}


MIGRATIONS: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = {1: _with_first_rules}
"""From a version to the next: each takes the whole object and returns it one version later."""


@dataclass
class Project:
    """A network with its data choice, plan and notes.

    ``id`` tells its runs from those of other projects; it is empty in files of before ids, and in what ships.
    """

    network: Network = field(default_factory=Network)
    sections: dict[str, Section] = field(default_factory=dict)
    id: str = ""


# Reading


def read_project(path: Path) -> Project:
    """The project in the file ``path``.

    Raises
    ------
    NetloomError
        if the file cannot be read, is no project, or is refused; the sentence names the place.
    """
    with undisturbed():
        return finished(project_steps(path))


def project_steps(path: Path) -> Steps[Project]:
    """Read a project file as `read_project` does, in steps."""
    yield 0.0
    project = yield from content_steps(bytes_of(path, LARGEST, "project"), path.name)
    return project


def content_steps(content: bytes, place: str) -> Steps[Project]:
    """The project in the content of a file called ``place``, in steps."""
    return (yield from _project_steps(decode(content, place), place))


def decode(content: bytes, place: str) -> dict[str, Any]:
    """Strict JSON: an object within the bounds of `graph.strict_json`."""
    value = strict_json.parse(content, place)
    if not isinstance(value, dict) or "netloom" not in value:
        raise NetloomError(f"{place} is not a Netloom project: it lacks the key “netloom”. Choose a .netloom file.")
    return value


def parse_project(value: Mapping[str, Any], place: str = "project") -> Project:
    """A project from its JSON object.

    Raises
    ------
    NetloomError
        naming the place, the reason and the remedy.
    """
    return finished(_project_steps(value, place))


def _project_steps(value: Mapping[str, Any], place: str) -> Steps[Project]:
    value = _migrated(dict(value), place)
    _only(value, {"netloom", "id", "network", *SECTIONS}, place)
    id_ = _project_id(value.get("id", ""), place)
    network = yield from _network_steps(_object(value.get("network", {}), f"{place}: network"), place)
    return Project(network, {name: _section(name, value[name], place) for name in SECTIONS if name in value}, id_)


def _project_id(value: object, place: str) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[0-9a-z-]{0,64}", value):
        raise NetloomError(f"{place}: “id” must be at most 64 small letters, digits and hyphens; remove it.")
    return value


def parse_network(value: Mapping[str, Any], place: str = "network") -> Network:
    """A network from its JSON object: ``{"layers": [...], "connections": [...]}``."""
    return finished(_network_steps(value, place))


def _network_steps(value: Mapping[str, Any], place: str) -> Steps[Network]:
    _only(value, {"layers", "connections", "remarks"}, f"{place}: network")
    network, entries = Network(), _list(value.get("layers", []), f"{place}: layers")
    for index, entry in enumerate(entries):
        yield index / len(entries)
        node = parse_node(_object(entry, f"{place}: layer {index + 1}"), f"{place}: layer {index + 1}")
        if node.id in network:
            raise NetloomError(f"{place}: two layers are called “{node.id}”; rename one of them.")
        network.insert_node(node)
    wires = [parse_connection(entry, place) for entry in _list(value.get("connections", []), f"{place}: connections")]
    try:
        network.insert_all(wires)
    except NetloomError as error:
        raise NetloomError(f"{place}: {error}") from None
    for node in network:
        _check_marks(network, node, place)
    for index, entry in enumerate(_list(value.get("remarks", []), f"{place}: remarks")):
        annotation = parse_annotation(
            _object(entry, f"{place}: annotation {index + 1}"), f"{place}: annotation {index + 1}"
        )
        if annotation.id in network.annotations:
            raise NetloomError(f"{place}: two notes or frames have the id “{annotation.id}”; give one another.")
        network.annotations[annotation.id] = annotation
    return network


def parse_connection(text: object, place: str = "connection") -> Connection:
    """A connection from ``source.port -> target.port``."""
    match = re.fullmatch(r"([^\s.]+)\.([^\s.]+) -> ([^\s.]+)\.([^\s.]+)", text) if isinstance(text, str) else None
    if match is None:
        raise NetloomError(f"{place}: {text!r} is no connection; write “conv1.out -> relu1.in”.")
    return Connection(*match.groups())


def _migrated(value: dict[str, Any], place: str) -> dict[str, Any]:
    version = value.get("netloom")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise NetloomError(f"{place}: “netloom” must hold the version of the file, a whole number from 1.")
    if version > VERSION:
        raise NetloomError(
            f"{place} was written by a newer Netloom (version {version} of the format, and this one "
            f"reads up to {VERSION}). Update Netloom to open it."
        )
    for step in range(version, VERSION):
        value = MIGRATIONS[step](value)
    return value


def _object(value: object, place: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise NetloomError(f"{place} must be an object in braces, not {type(value).__name__}.")
    return value


def _list(value: object, place: str) -> list[Any]:
    if not isinstance(value, list):
        raise NetloomError(f"{place} must be a list in brackets, not {type(value).__name__}.")
    return value


def _section(name: str, value: object, place: str) -> Section:
    if name == "notes":
        if not isinstance(value, str):
            raise NetloomError(f"{place}: notes must be text.")
        return value
    return _object(value, f"{place}: {name}")


def parse_node(entry: Mapping[str, Any], place: str) -> Node:
    """A layer with its place from its JSON object, as `node_json` writes it."""
    _only(entry, {"id", "kind", "settings", "position", "muted", "linked", "turned"}, place)
    name = entry.get("id")
    if not isinstance(name, str):
        raise NetloomError(f"{place} has no id; give it a name such as “conv1”.")
    try:
        check_name(name)
    except NetloomError as error:
        raise NetloomError(f"{place}: {error}") from None
    settings = _object(entry.get("settings", {}), f"{place} ({name}): settings")
    layer = parse_layer(entry.get("kind"), settings, f"{place} ({name})")
    muted, tied, vertical = entry.get("muted", False), entry.get("linked"), entry.get("turned", False)
    if not isinstance(muted, bool) or not isinstance(vertical, bool) or not isinstance(tied, str | None):
        raise NetloomError(
            f"{place} ({name}): “muted” and “turned” must be true or false, and “linked” the id of a layer."
        )
    return Node(name, layer, parse_position(entry.get("position", [0, 0]), f"{place} ({name})"), muted, tied, vertical)


def _check_marks(network: Network, node: Node, place: str) -> None:
    """Refuse a muted end of the network, and a tie to anything but a layer with weights of its own."""
    if node.muted and not node.mutable:
        raise NetloomError(f"{place}: {node.id} is an end of the network and cannot be muted; remove “muted”.")
    if node.tied is None:
        return
    if node.tied not in network:
        raise NetloomError(f"{place}: {node.id} shares the weights of “{node.tied}”, which is not there.")
    if network.node(node.tied).tied is not None:
        raise NetloomError(
            f"{place}: {node.id} shares the weights of “{node.tied}”, which has none of its own; "
            "tie it to the layer that owns them."
        )


def parse_annotation(entry: Mapping[str, Any], place: str) -> Annotation:
    """A note or frame from its JSON object, as `annotation_json` writes it."""
    _only(entry, {"id", "matter", "text", "area", "hue"}, place)
    area, hue = entry.get("area"), entry.get("hue", 0)
    texts = [entry.get(key) for key in ("id", "matter", "text")]
    if not all(isinstance(text, str) for text in texts) or texts[1] not in list(AnnotationKind):
        raise NetloomError(f"{place} needs an id, a text, and “note” or “frame” as its matter.")
    if not isinstance(area, list) or len(area) != 4 or not all(_is_place(number) for number in area):
        raise NetloomError(f"{place}: area must be four numbers: left, top, width and height.")
    if not isinstance(hue, int) or isinstance(hue, bool) or not 0 <= hue <= 7:
        raise NetloomError(f"{place}: hue must be a whole number from 0 to 7.")
    left, top, width, height = (float(number) for number in area)
    return Annotation(str(texts[0]), AnnotationKind(str(texts[1])), str(texts[2]), (left, top, width, height), hue)


def _only(value: Mapping[str, Any], known: set[str], place: str) -> None:
    unknown = sorted(set(value) - known)
    if unknown:
        raise NetloomError(f"{place}: unknown key “{unknown[0]}”; remove it or correct its name.")


def parse_position(value: object, place: str) -> tuple[float, float]:
    """Where something is on the canvas, as a file says it.

    Raises
    ------
    NetloomError
        if it is no place on a canvas.
    """
    if isinstance(value, list) and len(value) == 2 and all(_is_place(number) for number in value):
        return (float(value[0]), float(value[1]))
    raise NetloomError(f"{place}: position must be two numbers, for example [0, 120].")


def _is_place(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and -1e9 < value < 1e9


# Writing


def project_json(project: Project) -> dict[str, Any]:
    """The project as a JSON object; it depends on the content alone, not on the order of edits."""
    sections = {name: project.sections[name] for name in SECTIONS if project.sections.get(name) is not None}
    identity = {"id": project.id} if project.id else {}
    return {"netloom": VERSION, **identity, **sections, "network": network_json(project.network)}


def network_json(network: Network) -> dict[str, Any]:
    """The network as a JSON object, layers from inputs to outputs."""
    value: dict[str, Any] = {
        "layers": [node_json(network.node(id_)) for id_ in network.ordered()],
        "connections": [str(connection) for connection in network.connections],
    }
    if network.annotations:
        value["remarks"] = [annotation_json(annotation) for _, annotation in sorted(network.annotations.items())]
    return value


def node_json(node: Node) -> dict[str, Any]:
    """A layer with its place as a JSON object."""
    value = {"id": node.id, "kind": node.layer.kind, "settings": node.layer.values(), "position": _short(node.position)}
    marks = {name: True for name, marked in (("muted", node.muted), ("turned", node.vertical)) if marked}
    return {**value, **marks, **({"linked": node.tied} if node.tied else {})}


def annotation_json(annotation: Annotation) -> dict[str, Any]:
    """A note or frame as a JSON object."""
    area = _short(annotation.area)
    return {
        "id": annotation.id,
        "matter": annotation.kind.value,
        "text": annotation.text,
        "area": area,
        "hue": annotation.hue,
    }


def _short(numbers: tuple[float, ...]) -> list[float]:
    """Whole numbers without a point."""
    return [int(number) if number == int(number) else number for number in numbers]


def encode(value: Mapping[str, Any], place: str = "The project") -> bytes:
    """JSON that reads well in a diff: what fits on a line stands on one, anything longer is broken up.

    Raises
    ------
    NetloomError
        if the value is one that could not be read again; the sentence begins with ``place``, and names where it is.
    """
    strict_json.check(value, place)
    return (_written(value, 0) + "\n").encode("utf-8")


def _written(value: object, indent: int) -> str:
    if not (isinstance(value, dict | list) and _is_long(value)):
        line = json.dumps(value, ensure_ascii=False, allow_nan=False)
        if not value or not isinstance(value, dict | list) or (indent > 0 and len(line) + indent <= LINE):
            return line
    inner = " " * (indent + 2)
    if isinstance(value, dict):
        parts = [f"{inner}{json.dumps(key, ensure_ascii=False)}: {_written(v, indent + 2)}" for key, v in value.items()]
        return "{\n" + ",\n".join(parts) + "\n" + " " * indent + "}"
    parts = [inner + _written(part, indent + 2) for part in value]
    return "[\n" + ",\n".join(parts) + "\n" + " " * indent + "]"


def _is_long(value: dict[str, Any] | list[Any]) -> bool:
    """Whether it is clear without writing it that it does not fit on a line: each part takes two characters or more."""
    parts = value.values() if isinstance(value, dict) else value
    return len(value) > LINE // 2 or any(isinstance(each, dict | list) and len(each) > LINE // 2 for each in parts)


def project_bytes(project: Project) -> bytes:
    """The content of the file.

    Raises
    ------
    NetloomError
        if there is something in the project that no file can hold.
    """
    with undisturbed(), strict_json.in_a_sentence("The project"):
        return encode(project_json(project))


def write_project(path: Path, project: Project) -> None:
    """Write the project so that the file holds either the old or the new content, whatever happens.

    Raises
    ------
    NetloomError
        if it cannot be written; the old file is untouched.
    """
    write_atomically(path, project_bytes(project))
