"""Shape inference, costs and problems of a network (the checker), repeated only downstream of an edit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from graph.changes import (
    Connected,
    Disconnected,
    LayerAdded,
    LayerMarked,
    LayerRemoved,
    LayerRenamed,
    LayerSet,
)
from graph.checking.data_fit import input_problems, output_problems, with_open_length
from graph.checking.dead_layers import (
    dead_layers,
    feeding_fixes,
    leading_to_outputs,
    loose_ends,
    stray_fixes,
    with_dead_end,
)
from graph.checking.fixes import Fix, from_remedy, offered_fixes
from graph.checking.layer_info import DataSpec, LayerInfo, Problem, Severity
from graph.checking.length_costs import costs_at_length
from graph.checking.length_fixes import keeping_lengths
from graph.checking.lost_steps import lost_steps_fixes
from graph.checking.missing_ends import network_problems
from graph.checking.shared_weights import sharing_problems
from graph.checking.sound_repairs import sound
from graph.document import Commit, Document
from graph.garbage_collection import undisturbed
from graph.layers.base import ShapeError
from graph.layers.io import Input, InputLike, Output
from graph.layers.settings import Surroundings
from graph.layers.window_rule import ReceptiveField
from graph.network import Network, Node
from graph.shapes import Kind, Shape
from graph.steps import Steps, finished

Listener = Callable[[frozenset[str]], None]


class Checker:
    """Keeps shapes, costs and problems of every layer of a document up to date.

    It subscribes to the document. After each commit it visits the edited layers and then only those downstream whose
    input shapes changed.

    Parameters
    ----------
    data_spec
        what the chosen data offers, to hold the ends of the network against.
    arriving, receptive_field
        for a network inside a block: the shapes that arrive at its input layers, and the receptive field so far.
    later
        nothing is checked yet; `in_steps` does it.
    """

    def __init__(
        self,
        document: Document,
        data_spec: DataSpec | None = None,
        *,
        arriving: Mapping[str, Shape] | None = None,
        receptive_field: ReceptiveField | None = None,
        later: bool = False,
    ) -> None:
        self._document = document
        self._data_spec = data_spec
        self._arriving = dict(arriving or {})
        self._start = receptive_field
        self._info: dict[str, LayerInfo] = {}
        self._totals: dict[str, int] = {}
        self._network_problems: tuple[Problem, ...] = ()
        self._useful: frozenset[str] = frozenset()
        self._dead: frozenset[str] = frozenset()
        self._loose: set[str] = set()
        self._listeners: list[Listener] = []
        self._stop = document.subscribe(self._on_commit)
        if not later:
            with undisturbed():
                self._refresh(document.network.ids, True)

    @classmethod
    def in_steps(cls, document: Document) -> Steps[Checker]:
        """A checker of a large document, in steps; the document must rest until the last."""
        checker = cls(document, later=True)
        yield from checker._refreshing(document.network.ids, True)
        return checker

    # Reading

    def layer_info(self, id: str) -> LayerInfo:
        """What is known of the layer ``id``."""
        return self._info[id]

    @property
    def network(self) -> Network:
        """The network that is checked."""
        return self._document.network

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All problems: errors first, then in the order of the layers."""
        own = [problem for id_ in self.network.ids for problem in self._info[id_].problems]
        order = list(Severity)
        return tuple(sorted([*self._network_problems, *own], key=lambda problem: order.index(problem.severity)))

    @property
    def ok(self) -> bool:
        """Whether the network can be compiled and trained."""
        return all(problem.severity is not Severity.ERROR for problem in self.problems)

    @property
    def useful(self) -> frozenset[str]:
        """Ids of the layers that lead to an output: only these are compiled."""
        return self._useful

    @property
    def parameters(self) -> int:
        """Trainable parameters of the layers that are counted."""
        return self._total("parameters")

    @property
    def connections(self) -> int:
        """Connections of the layers that are counted."""
        return self._total("connections")

    @property
    def flops(self) -> int:
        """Floating-point operations per sample of the layers that are counted."""
        return self._total("flops")

    @property
    def activations(self) -> int:
        """Values made per sample by the layers that are counted."""
        return self._total("activations")

    @property
    def counted(self) -> list[LayerInfo]:
        """What is known of the layers whose costs count: all but dead ones."""
        return [info for id_, info in self._info.items() if id_ not in self._dead]

    def _total(self, name: str) -> int:
        """The sum of a cost over all layers but dead ones, added up once between two changes.

        These are the layers that lead to an output; until an input does, all of which something is known.
        """
        if name not in self._totals:
            self._totals[name] = sum(getattr(info, name) for info in self.counted)
        return self._totals[name]

    # Listening

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` with the ids of which something changed, once per commit; returns how to stop it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @property
    def data_spec(self) -> DataSpec | None:
        """What the chosen data offers, if it is known."""
        return self._data_spec

    def set_data_spec(self, data_spec: DataSpec | None) -> None:
        """Check against other data from now on."""
        if data_spec != self._data_spec:
            self._data_spec = data_spec
            ends = [node.id for node in self.network if isinstance(node.layer, InputLike | Output)]
            self._publish(self._refresh(ends, False))

    def surroundings(self, id: str) -> Surroundings:
        """What is known around a layer, from which its empty settings take their values."""
        spec, inputs = self._data_spec, self.layer_info(id).inputs
        return Surroundings(inputs, spec.default_input, spec.default_target) if spec else Surroundings(inputs)

    def arrive(self, arriving: Mapping[str, Shape], receptive_field: ReceptiveField | None = None) -> None:
        """Other shapes arrive at the input layers of a network inside a block."""
        if (arriving, receptive_field) != (self._arriving, self._start):
            self._arriving, self._start = dict(arriving), receptive_field
            self._publish(self._refresh([node.id for node in self.network if isinstance(node.layer, InputLike)], False))

    def close(self) -> None:
        """Stop listening to the document."""
        self._stop()

    # Inside

    def _on_commit(self, commit: Commit) -> None:
        dirty, structure = _touched(commit)
        if not dirty and not structure:
            return
        # What a layer says may name another: the owner of its weights, or the dense layer an output would resize.
        renamed = any(isinstance(change, LayerRenamed) for change in commit.changes)
        naming = {
            node.id for node in self.network if node.tied in dirty or (renamed and isinstance(node.layer, Output))
        }
        alive = [id_ for id_ in dirty | naming if id_ in self.network]
        gone = frozenset(id_ for id_ in dirty if id_ not in self.network)
        for id_ in gone:
            self._info.pop(id_, None)
        self._publish(self._refresh(alive, structure) | gone)

    def _publish(self, changed: frozenset[str]) -> None:
        for listener in tuple(self._listeners):
            listener(changed)

    def _refresh(self, dirty: Iterable[str], structure: bool) -> frozenset[str]:
        """Re-infer ``dirty`` and what depends on it; returns the ids of which something changed."""
        return finished(self._refreshing(dirty, structure))

    def _refreshing(self, dirty: Iterable[str], structure: bool) -> Steps[frozenset[str]]:
        stale, usefulness_changed = set(dirty), set[str]()
        if structure:
            useful = leading_to_outputs(self.network)
            usefulness_changed = set(useful ^ self._useful) & set(self._info) & set(self.network.ids)
            dead = dead_layers(self.network, useful)
            stale |= usefulness_changed | {id_ for id_ in dead ^ self._dead if id_ in self.network}
            self._useful, self._dead = useful, dead
        before, self._loose = self._loose, loose_ends(self.network, self._dead)
        changed = set[str]()
        order = self.network.downstream(stale)
        for index, id_ in enumerate(order):
            if id_ not in stale:
                continue
            yield index / len(order)
            old, new = self._info.get(id_), self._judged(self.network.node(id_))
            self._info[id_] = new
            if old == new:
                continue
            changed.add(id_)
            if old is None or old.outputs != new.outputs or old.receptive_field != new.receptive_field:
                stale |= self.network.successors(id_)
        # What a loose end or a refusal offers, and whether weights can be shared, depends on others: they come last.
        tied = {node.id for node in self.network if node.tied is not None} if changed or structure else set[str]()
        refusing = {id_ for id_, info in self._info.items() if info.refuses}
        late = before | self._loose | tied | refusing
        changed |= {id_ for id_ in late if id_ in self.network and self._look_again(id_)}
        if structure or self._network_problems:  # what repairs them depends on inputs that are free
            self._network_problems = network_problems(self.network)
        self._totals.clear()
        return frozenset(changed | usefulness_changed)

    def _look_again(self, id: str) -> bool:
        """Bring what is known of a layer up to date; whether that changed."""
        old, self._info[id] = self._info[id], self._judged(self.network.node(id))
        return self._info[id] != old

    def _judged(self, node: Node) -> LayerInfo:
        """What is known of a layer; of one that leads to no output, that it is dead, and what would help."""
        info = self._infer(node)
        if node.id not in self._dead:
            return info
        shape, problems = next(iter(info.outputs.values()), None), info.problems
        if not self.network.successors(node.id):
            problems = with_dead_end(problems, self.network, self._dead, node, shape, len(self._loose))
        return replace(info, problems=problems, dead=True)

    def _infer(self, node: Node) -> LayerInfo:
        arriving = self.network.into(node.id)
        wanted = node.inputs if not node.muted else tuple(port for port in node.inputs if port in arriving)[:1]
        missing = [port for port in node.inputs if port not in arriving]
        if missing and not (node.muted and wanted):
            return LayerInfo(problems=self._missing(node, missing))
        sources = {port: self._info.get(arriving[port].source, LayerInfo()) for port in wanted}
        inputs = {port: info.outputs.get(arriving[port].source_port) for port, info in sources.items()}
        known = {port: shape for port, shape in inputs.items() if shape is not None}
        if len(known) < len(inputs):
            return LayerInfo()  # the fault lies upstream and is reported there
        before = [info.receptive_field for info in sources.values()]
        if node.muted:
            return LayerInfo(
                inputs=known, outputs=dict.fromkeys(node.outputs, known[wanted[0]]), receptive_field=before[0]
            )
        return self._inferred(node, known, before)

    def _inferred(self, node: Node, inputs: Mapping[str, Shape], before: Sequence[ReceptiveField | None]) -> LayerInfo:
        """What is known of a layer at which shapes arrive."""
        layer = node.layer
        try:
            if isinstance(layer, InputLike) and node.id in self._arriving:
                outputs = {"out": self._arriving[node.id]}
            else:
                outputs = with_open_length(node, layer.infer(inputs), self._data_spec)
        except ShapeError as error:
            kept = keeping_lengths(self.network, node.id, inputs)
            fixes = (*kept, *offered_fixes(self.network, node.id, inputs), *self._repairs(node, inputs, error))
            problem = Problem(Severity.ERROR, node.id, error.port, f"{node.id}: {error.message}", fixes)
            return LayerInfo(inputs=inputs, problems=(problem,))
        return LayerInfo(
            inputs=inputs,
            outputs=outputs,
            parameters=layer.parameter_count(inputs) if node.tied is None else 0,
            connections=layer.connection_count(inputs, outputs),
            flops=layer.flops(inputs, outputs),
            activations=layer.activation_count(inputs, outputs),
            at_length=costs_at_length(layer, inputs, outputs),
            receptive_field=self._receptive_field(node, inputs, outputs, before),
            problems=(*self._sharing_problems(node, inputs), *self._against_data(node, outputs)),
        )

    def _repairs(self, node: Node, inputs: Mapping[str, Shape], error: ShapeError) -> tuple[Fix, ...]:
        """What would let a layer take what arrives: first what leaves its meaning, and only else another reading."""
        shape = inputs.get(error.port or "")
        vector = shape is not None and shape.kind is Kind.VECTOR and Kind.VECTOR not in node.layer.accepts
        lost = lost_steps_fixes(self.network, node.id, error.port or "") if vector else ()
        lost = lost if Kind.SEQUENCE in node.layer.accepts else ()
        own = [remedy for remedy in error.remedies if not (lost and remedy.rereads)]
        kept = sound(self.network, node, inputs, own, self._info)
        return (*(from_remedy(remedy, node.id) for remedy in kept), *lost)

    def _receptive_field(
        self,
        node: Node,
        inputs: Mapping[str, Shape],
        outputs: Mapping[str, Shape],
        before: Sequence[ReceptiveField | None],
    ) -> ReceptiveField | None:
        axes = spatial_axes(next(iter(outputs.values()))) if outputs else 0
        if isinstance(node.layer, InputLike):
            start = self._start if self._arriving else None
            return start or (ReceptiveField((1,) * axes, (1,) * axes) if axes else None)
        known = [receptive_field for receptive_field in before if receptive_field is not None]
        if len(known) != len(before) or not known:
            return None
        widest = max(known, key=lambda receptive_field: receptive_field.size)
        return node.layer.receptive_field(inputs, widest) if len(widest.size) == axes else None

    def _sharing_problems(self, node: Node, inputs: Mapping[str, Shape]) -> tuple[Problem, ...]:
        owner = self._info.get(node.tied) if node.tied is not None else None
        return sharing_problems(self.network, node, inputs, owner, self._useful)

    def _missing(self, node: Node, ports: list[str]) -> tuple[Problem, ...]:
        severity = Severity.ERROR if node.id in self._useful else Severity.WARNING
        named = f"input {ports[0]}" if len(node.inputs) > 1 else "input"
        message = f"{node.id}: nothing is connected to its {named}. Pull a wire to it from another layer."
        fixes = feeding_fixes(self.network, node, ports[0], self._leaving, len(self._loose))
        stray = stray_fixes(self.network, node, self._useful) if node.id not in self._dead else ()
        return (Problem(severity, node.id, ports[0], message, (*fixes, *stray)),)

    def _leaving(self, id: str) -> Shape | None:
        """What leaves a layer's first output, where that is known."""
        return next(iter(self._info.get(id, LayerInfo()).outputs.values()), None)

    def _against_data(self, node: Node, outputs: Mapping[str, Shape]) -> tuple[Problem, ...]:
        if self._data_spec is None:
            return ()
        if isinstance(node.layer, Input):
            return input_problems(node, node.layer, self._data_spec)
        if isinstance(node.layer, Output):
            return output_problems(self.network, node, node.layer, outputs["out"], self._data_spec)
        return ()


def _touched(commit: Commit) -> tuple[set[str], bool]:
    """Ids to re-infer after a commit, and whether paths through the network may have changed."""
    dirty, structure = set[str](), False
    for change in commit.changes:
        match change:
            case LayerAdded(node=node) | LayerRemoved(node=node):
                dirty.add(node.id)
                structure = True
            case LayerSet(id=id_, old=old, new=new):
                dirty.add(id_)
                structure |= type(old) is not type(new)
            case LayerRenamed(old=before, new=after):
                dirty |= {before, after}
                structure = True
            case LayerMarked(new=node):
                dirty.add(node.id)
            case Connected(connection=connection) | Disconnected(connection=connection):
                dirty.add(connection.target)
                structure = True
            case _:
                pass
    return dirty, structure


def spatial_axes(shape: Shape) -> int:
    """Number of axes along which windows slide: two for images, one for sequences, none for vectors."""
    return {"image": 2, "sequence": 1, "tokens": 1}.get(shape.kind, 0)
