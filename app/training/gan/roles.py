"""Roles in a GAN: which layers are the generator and which the discriminator, found by how noise and data flow.

Noise runs through the generator to the discriminator, and on to one output; data runs through layers that share the
discriminator's weights to another. So the drawing says it all: what both lead through is the discriminator, and what
only noise leads through is the generator.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import networkx as nx

from graph.checking.fixes import Append, Fix
from graph.document import Document
from graph.drawing.cards import STEP
from graph.errors import NetloomError
from graph.layers.io import Input, InputLike, Noise, Output
from graph.naming import fresh_name
from graph.network import Connection, Network, Node
from graph.shapes import Shape


class RolesError(NetloomError):
    """Generator and discriminator cannot be told apart; ``layer`` is where, ``fixes`` would make it clear."""

    def __init__(self, message: str, layer: str | None = None, fixes: tuple[Fix, ...] = ()) -> None:
        super().__init__(message)
        self.layer = layer
        self.fixes = fixes


@dataclass(frozen=True)
class Roles:
    """Layers by their role. ``noise`` and ``data`` are inputs, ``generated`` and ``real`` the discriminator's outputs.

    ``generator`` and ``discriminator`` are ids from the noise on; ``twins`` are the layers on the way of real data.
    ``meets`` is the wire on which a generated sample comes to the discriminator.
    """

    noise: tuple[str, ...]
    data: str
    generator: tuple[str, ...]
    discriminator: tuple[str, ...]
    twins: tuple[str, ...]
    meets: Connection
    generated: str
    real: str


@dataclass(frozen=True)
class _Way:
    """What leads to an output, in order."""

    output: str
    layers: tuple[str, ...]
    ends: tuple[str, ...]


def roles(network: Network) -> Roles:
    """The generator and the discriminator of ``network``.

    Raises
    ------
    RolesError
        if that cannot be told; the sentence says what is missing.
    """
    generated, real = _ways(network)
    noise = tuple(id_ for id_ in generated.ends if network.layer(id_).draws_noise)
    if len(noise) != len(generated.ends):
        raise RolesError(
            f"{generated.output}: both noise and data lead to it. Generated samples and real ones need an output each.",
            generated.output,
        )
    owners = {_owner(network, id_) for id_ in real.layers}
    shared = tuple(id_ for id_ in generated.layers if _owner(network, id_) in owners)
    generator = tuple(id_ for id_ in generated.layers if id_ not in shared)
    if {_owner(network, id_) for id_ in shared} != owners or not shared:
        raise RolesError(
            f"{generated.output} and {real.output} are judged by different weights. Let the layers before "
            f"{real.output} share the weights of those before {generated.output}: together they are the discriminator.",
            real.output,
            _linking(network, generated, real),
        )
    if not generator:
        raise RolesError("Noise runs straight into the discriminator: put a generator between them.", shared[0])
    meets = _meeting(network, (*shared, generated.output), (*generator, *noise))
    if len(real.ends) != 1:
        raise RolesError(f"{real.output}: the discriminator must see one input of the data, not several.", real.output)
    return Roles(noise, real.ends[0], generator, shared, real.layers, meets, generated.output, real.output)


def _ways(network: Network) -> tuple[_Way, _Way]:
    """The ways to the outputs of generated and of real samples."""
    ways = [_way(network, node.id) for node in network if isinstance(node.layer, Output)]
    generated = [way for way in ways if any(network.layer(id_).draws_noise for id_ in way.ends)]
    real = [way for way in ways if way not in generated]
    if not any(node.layer.draws_noise for node in network):
        fix = Fix("Add Noise", (Append(None, Noise()),))
        raise RolesError("A GAN needs Noise, from which its generator makes samples.", None, (fix,))
    if not generated:
        noise = next(node.id for node in network if node.layer.draws_noise)
        raise RolesError(f"{noise} leads to no output: connect it with generator, discriminator and an output.", noise)
    if not real:
        raise RolesError(
            "The discriminator sees generated samples only: real ones must come to it as well.", generated[0].output
        )
    for several in (generated, real):
        if len(several) > 1:
            names = " and ".join(way.output for way in several)
            raise RolesError(f"{names} judge the same samples: keep one of them.", several[1].output)
    return generated[0], real[0]


def _way(network: Network, output: str) -> _Way:
    before = nx.ancestors(network.graph, output)
    ordered = [id_ for id_ in network.ordered() if id_ in before]
    ends = tuple(id_ for id_ in ordered if isinstance(network.layer(id_), InputLike))
    return _Way(output, tuple(id_ for id_ in ordered if id_ not in ends), ends)


def _owner(network: Network, id_: str) -> str:
    return network.node(id_).tied or id_


def _meeting(network: Network, discriminator: tuple[str, ...], sources: tuple[str, ...]) -> Connection:
    wires = [wire for id_ in discriminator for wire in network.into(id_).values() if wire.source in sources]
    if len({(wire.source, wire.source_port) for wire in wires}) != 1:
        names = " and ".join(sorted({wire.source for wire in wires}))
        raise RolesError(
            f"The discriminator reads {names}: it must judge one thing that the generator makes.", discriminator[0]
        )
    return wires[0]


# One of the two alone

Side = Literal["generator", "discriminator"]


def alone(network: Network, side: Side) -> Network:
    """The generator or the discriminator as a network of its own, whose weights keep their names.

    The generator ends in an output ``made``; the discriminator begins with an input ``sample`` and ends in ``verdict``.

    Raises
    ------
    RolesError
        if it cannot be told which layers they are.
    """
    parts = roles(network)
    if side == "generator":
        kept = {id_: id_ for id_ in (*parts.noise, *parts.generator)}
        return _cut(network, kept, parts.meets, "made")
    kept = dict[str, str]()
    for id_ in parts.discriminator:
        owner = _owner(network, id_)
        borrowed = owner not in parts.discriminator and owner not in kept.values()
        kept[id_] = owner if borrowed else id_
    last = network.at(parts.generated, "in")
    data = network.layer(parts.data)
    assert last is not None and isinstance(data, Input)  # `roles` found both
    cut = _cut(network, kept, last, "verdict")
    x, y = network.node(parts.meets.target).position
    sample = "sample" if "sample" not in cut else fresh_name("sample", cut)
    cut.insert_node(Node(sample, Input(shape=data.shape), (x - STEP, y)))
    for id_, name in kept.items():
        for wire in network.into(id_).values():
            if wire.source not in kept:
                cut.insert_connection(Connection(sample, "out", name, wire.target_port))
    return cut


def _cut(network: Network, kept: Mapping[str, str], last: Connection, end: str) -> Network:
    """The layers ``kept``, by their new names, with an output called ``end`` where the wire ``last`` begins."""
    cut = Network()
    for id_, name in kept.items():
        owner = _owner(network, id_)
        cut.insert_node(replace(network.node(id_), id=name, tied=None if owner == name else owner))
    for id_, name in kept.items():
        for wire in network.into(id_).values():
            if wire.source in kept:
                cut.insert_connection(Connection(kept[wire.source], wire.source_port, name, wire.target_port))
    x, y = network.node(last.source).position
    free = end if end not in cut else fresh_name(end, cut)
    cut.insert_node(Node(free, Output(), (x + STEP, y)))
    cut.insert_connection(Connection(kept[last.source], last.source_port, free, "in"))
    return cut


def _linking(network: Network, generated: _Way, real: _Way) -> tuple[Fix, ...]:
    """Offers to share weights where the last layers on both ways are alike."""
    own = tuple(id_ for id_ in real.layers if network.node(id_).tied is None)
    pairs = tuple(zip(own, generated.layers[-len(own) :], strict=False)) if own else ()
    alike = all(
        network.layer(twin) == network.layer(owner) and twin != owner and network.node(owner).tied is None
        for twin, owner in pairs
    )
    if len(pairs) != len(real.layers) or not alike:
        return ()
    return (Sharing("Share the weights", (), pairs),)


@dataclass(frozen=True)
class Sharing(Fix):
    """Lets layers use the weights of others, by pairs of ids."""

    pairs: tuple[tuple[str, str], ...] = ()

    def apply(self, document: Document) -> None:
        """Link them."""
        with document.transaction(self.title):
            for twin, owner in self.pairs:
                document.tie(twin, owner)


def different_shapes(source: str, generated: Shape, real: Shape) -> str:
    """The sentence for a generator, whose last layer is ``source``, that makes samples unlike the data's."""
    return (
        f"{source} makes {generated.described()}, but the data brings {real.described()}: generated and real samples "
        "must be alike."
    )
