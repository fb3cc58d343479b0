"""The description of a project: Markdown whose links act, and how such links are read.

The description is the section ``notes``. Beside web addresses its links may lead to a layer (``layer:conv1``, inside a
block ``layer:block1/conv1``), a workspace (``workspace:data``), a tab of Understand (``understand:filters``), a command
(``command:train``), a preset (``preset:lenet``) or a lesson (``lesson:pooling``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graph.network import Network

LINK = re.compile(r"\[[^\[\]]{0,1000}\]\(([^)\s]{1,1000})\)")
"""Its parts are bounded, so that a text of nothing but brackets is searched in one pass."""
WORKSPACES = ("data", "network", "train", "understand")
COMMANDS = frozenset({
    "train", "pause", "step", "stop", "resume", "home", "frame", "tidy", "add_layer", "find_layer", "problems",
    "layer_help", "finder", "open", "save", "start", "note", "export_code", "export_picture", "projector", "undo",
    "summary", "pattern",
})  # fmt: skip
"""Commands that a description may run: none of them destroys anything that was not asked about."""

RENAMED_VIEWS = {"made-samples": "generated-samples"}
"""Views of Understand that links of older projects call otherwise."""


class Place(StrEnum):
    """What a link leads to."""

    LAYER = "layer"
    WORKSPACE = "workspace"
    UNDERSTAND = "understand"
    COMMAND = "command"
    PRESET = "preset"
    LESSON = "lesson"
    WEB = "web"


@dataclass(frozen=True)
class Link:
    """A link: the kind of its place, and which one."""

    place: Place
    target: str


def read_link(url: str) -> Link | None:
    """What ``url`` leads to; None where a description may not lead there."""
    scheme, _, rest = url.partition(":")
    if scheme in ("https", "http") and rest.startswith("//"):
        return Link(Place.WEB, url)
    if scheme == Place.WEB or scheme not in list(Place) or not rest:
        return None
    return Link(Place(scheme), RENAMED_VIEWS.get(rest, rest) if scheme == Place.UNDERSTAND else rest)


def links(markdown: str) -> list[str]:
    """The addresses of all links in a text, in their order."""
    return LINK.findall(markdown)


def slug(title: str) -> str:
    """A title as a link writes it: ``feature-maps``."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def finds_layer(network: Network, path: str) -> bool:
    """Whether ``path``, ids of blocks and of a layer parted by slashes, leads to a layer of ``network``."""
    from graph.structure.blocks import Block  # the first screen needs links, not layers

    *blocks, last = path.split("/")
    for id_ in blocks:
        layer = network.layer(id_) if id_ in network else None
        if not isinstance(layer, Block):
            return False
        network = layer.body.network
    return last in network
