"""Blocks and loops: layers that hold a network; for those over time see `graph.structure.time_distributed`.

The input layers of the inner network are the block's input ports, its output layers the block's output ports. A block
is a value like any other layer, so every edit inside it is one change of the outer network.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, GetCoreSchemaHandler, model_validator
from pydantic_core import core_schema

from graph.checking.check import Checker
from graph.checking.kept_values import Needs, needs_of
from graph.checking.layer_info import LayerInfo, Severity
from graph.document import Document
from graph.errors import NetloomError
from graph.layers.base import Family, Layer, Port, ShapeError, needs
from graph.layers.construct import NESTED, BuildStep, Construct, Module, Ref, function, own
from graph.layers.io import Input, InputLike, Output
from graph.layers.settings import Resolve, Setting, Surroundings, setting
from graph.layers.training_needs import Keeps, LayerWork
from graph.layers.window_rule import ReceptiveField
from graph.network import Connection, Network
from graph.open_length import Length, agree, apart, common_length
from graph.project import network_json, parse_network
from graph.shapes import Kind, Shape, sequence, vector


@dataclass(frozen=True)
class Body:
    """A network as a value: two bodies are equal if their networks are.

    ``text`` is the network's canonical JSON. The network made from it is shared and must not be edited: take
    `document` for that.
    """

    text: str

    @classmethod
    def of(cls, network: Network) -> Body:
        """The network as it stands."""
        return cls(json.dumps(network_json(network), ensure_ascii=False))

    @cached_property
    def network(self) -> Network:
        """The network, to read."""
        return parse_network(json.loads(self.text), "block")

    def document(self) -> Document:
        """A fresh document to edit a copy of the network in."""
        return Document(parse_network(json.loads(self.text), "block"))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Bodies are read from and written as the JSON object of their network."""

        def read(value: Any) -> Body:
            if isinstance(value, Body):
                return value
            if not isinstance(value, dict):
                raise ValueError("a block's body must be a network in braces")
            try:
                return cls.of(parse_network(value, "body"))
            except NetloomError as error:
                raise ValueError(str(error)) from None

        written = core_schema.plain_serializer_function_ser_schema(lambda body: json.loads(body.text))
        return core_schema.no_info_plain_validator_function(read, serialization=written)


def _passing() -> Body:
    """The smallest body: what comes in goes out."""
    document = Document()
    with document.transaction("Draw"):
        document.add(Input(shape=vector(8)), (0, 0))
        document.add(Output(), (224, 0))
        document.connect(Connection("input1", "out", "output1", "in"))
    return Body.of(document.network)


class Block(Layer):
    """A named group of layers that is used like one layer.

    Its inputs and outputs are the input and output layers inside. A block may be repeated: what comes out of the first
    goes into the second, and so on. Each repetition has weights of its own unless they are shared, as in a recurrent
    convolution.
    """

    kind: ClassVar[str] = "block"
    title: ClassVar[str] = "Block"
    family: ClassVar[Family] = Family.STRUCTURE
    stem: ClassVar[str] = "block"
    aliases: ClassVar[tuple[str, ...]] = ("group", "subgraph", "module", "repeat", "residual block")

    label: str = setting("", "What kind of block this is, as its card says beside its name.")
    repeat: int = setting(1, "How often the block is run in a row.", minimum=1, maximum=1000, unit="times")
    shared: bool = setting(False, "Whether all repetitions use the same weights.")
    body: Body = Body("")
    exposed: tuple[Annotated[str, Field(pattern=r"^\w+(\.\w+)+$")], ...] = ()
    """Settings of layers inside that the block shows as its own, each as ``layer.setting``."""

    @model_validator(mode="before")
    @classmethod
    def _with_body(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        read = {name: _frozen(values[name]) for name in ("exposed", "states") if name in values}
        return {**values, **read, **({} if values.get("body") is not None else {"body": _passing()})}

    # Ports

    def inner_inputs(self) -> tuple[str, ...]:
        """Ids of the input layers inside, from top to bottom."""
        return _ends(self.body, InputLike)

    def inner_outputs(self) -> tuple[str, ...]:
        """Ids of the output layers inside, from top to bottom."""
        return _ends(self.body, Output)

    def input_ports(self) -> tuple[Port, ...]:
        """One for each input layer inside."""
        return tuple(Port(name) for name in self.inner_inputs())

    def output_ports(self) -> tuple[Port, ...]:
        """One for each output layer inside."""
        return tuple(Port(name) for name in self.inner_outputs())

    # Settings of layers inside

    def exposed_settings(self) -> tuple[tuple[Setting, Any], ...]:
        """The exposed settings with their values, each named by its path; what is not there any more is left out."""
        known = {path: setting for id_ in self.body.network.ids for path, setting in _offered(self.body.network, id_)}
        return tuple(known[path] for path in self.exposed if path in known)

    def with_exposed(self, path: str, value: Any) -> Self:
        """The same block with the setting ``path`` inside changed.

        Raises
        ------
        NetloomError
            if there is no such layer, or its setting refuses the value.
        """
        id_, _, name = path.partition(".")
        document = self.body.document()
        layer = document.network.layer(id_)
        changed: Layer = (
            layer.with_exposed(name, value)
            if isinstance(layer, Block) and "." in name
            else layer.changed(**{name: value})
        )
        with document.transaction("Set"):
            document.set_layer(id_, changed)
        return self.changed(body=Body.of(document.network))

    def renamed_inside(self, names: Mapping[str, str]) -> Self:
        """The same block with its exposed settings following the layers inside that got the names ``names``."""
        parts = [path.partition(".") for path in self.exposed]
        return self.changed(exposed=tuple(f"{names.get(id_, id_)}.{rest}" for id_, _, rest in parts))

    # Shapes and costs

    def field_inside(self, outside: ReceptiveField | None) -> ReceptiveField | None:
        """The receptive field at the input layers inside, for that at the ports."""
        return outside

    def arriving(self, inputs: Mapping[str, Shape]) -> dict[str, Shape]:
        """Shapes at the input layers inside, for shapes at the ports."""
        return dict(inputs)

    def repetitions(self, inputs: Mapping[str, Shape]) -> list[Mapping[str, LayerInfo]]:
        """What is known of the layers inside, once for each repetition.

        Raises
        ------
        ShapeError
            naming the layer inside that cannot take what arrives.
        """
        if self.repeat > 1 and (len(self.inner_inputs()) != 1 or len(self.inner_outputs()) != 1):
            raise ShapeError("A block can be repeated only if it has one input and one output.")
        repetitions = list[Mapping[str, LayerInfo]]()
        arriving = self.arriving(inputs)
        for _ in range(self.repeat):
            repetitions.append(_inner_info(self.body, _in_order_of_ports(arriving)))
            if self.repeat > 1:
                arriving = {self.inner_inputs()[0]: repetitions[-1][self.inner_outputs()[0]].outputs["out"]}
        return repetitions

    def infer(self, inputs: Mapping[str, Shape]) -> dict[str, Shape]:
        """Shapes at the output layers inside, after the last repetition."""
        last = self.repetitions(inputs)[-1]
        return {name: last[name].outputs["out"] for name in self.inner_outputs()}

    def parameter_count(self, inputs: Mapping[str, Shape]) -> int:
        """All parameters inside, those of shared repetitions once."""
        repetitions = self.repetitions(inputs)
        return sum(
            info.parameters
            for repetition in (repetitions[:1] if self.shared else repetitions)
            for info in repetition.values()
        )

    def connection_count(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """All connections inside, in every repetition."""
        return sum(info.connections for repetition in self.repetitions(inputs) for info in repetition.values())

    def flops(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """All operations inside, in every repetition."""
        return sum(info.flops for repetition in self.repetitions(inputs) for info in repetition.values())

    def activation_count(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """All values made inside, in every repetition; the inner inputs are those of the layers before."""
        ends = self.inner_inputs()
        return sum(
            info.activations
            for repetition in self.repetitions(inputs)
            for id_, info in repetition.items()
            if id_ not in ends
        )

    def needs_inside(self, inputs: Mapping[str, Shape]) -> list[Needs]:
        """What training needs of the layers inside, for each repetition."""
        arriving, found = self.arriving(inputs), list[Needs]()
        for repetition in self.repetitions(inputs):
            found.append(_inner_needs(self.body, _in_order_of_ports(arriving)))
            if self.repeat > 1:
                arriving = {self.inner_inputs()[0]: repetition[self.inner_outputs()[0]].outputs["out"]}
        return found

    def kept(self, inputs: Mapping[str, Shape]) -> Keeps:
        """What the layers inside keep of what arrives and of what leaves."""
        needs = self.needs_inside(inputs)
        arriving = Keeps.INPUTS if needs[0].at_input else Keeps.NOTHING
        return arriving | (Keeps.OUTPUTS if needs[-1].at_output else Keeps.NOTHING)

    def kept_bytes(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """All that is kept inside; what leaves one repetition and arrives at the next is kept once."""
        needs = self.needs_inside(inputs)
        shared = sum(min(one.at_output, other.at_input) for one, other in pairwise(needs))
        return sum(each.kept for each in needs) - shared - needs[0].at_input - needs[-1].at_output

    def works(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> tuple[LayerWork, ...]:
        """The work of all layers inside, in every repetition."""
        return tuple(work for needs in self.needs_inside(inputs) for work in needs.works)

    def receptive_field(self, inputs: Mapping[str, Shape], before: ReceptiveField) -> ReceptiveField | None:
        """The receptive field after every repetition, along the path that sees most."""
        field: ReceptiveField | None = before
        arriving = self.arriving(inputs)
        for repetition in self.repetitions(inputs):
            if field is None:
                return None
            checker = Checker(Document(self.body.network), arriving=arriving, receptive_field=field)
            fields = [checker.layer_info(name).receptive_field for name in self.inner_outputs()]
            field = max((each for each in fields if each), key=lambda each: each.size, default=None)
            arriving = {name: repetition[self.inner_outputs()[0]].outputs["out"] for name in self.inner_inputs()}
        return field

    def layers_inside(self) -> Iterator[Layer]:
        """Those of the body that are not muted, and those inside its blocks."""
        for node in self.body.network:
            if not node.muted:
                yield node.layer
                yield from node.layer.layers_inside()

    def batch_values(self, inputs: Mapping[str, Shape]) -> int | None:
        """The fewest that a layer inside takes together."""
        counts = [
            count
            for repetition in self.repetitions(inputs)
            for id_, info in repetition.items()
            if not self.body.network.node(id_).muted
            and (count := self.body.network.layer(id_).batch_values(info.inputs)) is not None
        ]
        return min(counts, default=None)

    def keeps_batch_statistics(self) -> bool:
        """Where all layers inside do."""
        return all(layer.keeps_batch_statistics() for layer in self.layers_inside())

    # Building and showing

    def modules(self, inputs: Mapping[str, Shape]) -> tuple[Module, ...]:
        """Those of the layers inside, in every repetition."""
        network = self.body.network
        counted = ((id_, info) for repetition in self.repetitions(inputs) for id_, info in repetition.items())
        own = ((network.node(id_), info) for id_, info in counted)
        return tuple(
            module for node, info in own if not (node.muted or node.tied) for module in node.layer.modules(info.inputs)
        )

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """One call of the inner network; the compiler builds it."""
        steps: list[BuildStep] = [own(*(Ref(port) for port in self.inner_inputs()))]
        names = self.inner_outputs()
        if len(names) == 1:
            return Construct(Module(NESTED), tuple(steps), {names[0]: Ref(0)})
        steps += [function("operator.getitem", Ref(0), index) for index in range(len(names))]
        return Construct(Module(NESTED), tuple(steps), {name: Ref(index + 1) for index, name in enumerate(names)})

    def reads_ahead(self, port: str) -> bool:
        """Whether a layer inside does, behind the input that is this port."""
        network = self.body.network
        behind = network.downstream([port] if port in network else [])
        wires = (wire for id_ in behind for wire in network.out_of(id_))
        return any(network.layer(wire.target).reads_ahead(wire.target_port) for wire in wires)

    def summary(self) -> str:
        """Name, layers inside and repetitions."""
        layers = len(self.body.network) - len(self.inner_inputs()) - len(self.inner_outputs())
        words = [self.label] if self.label else []
        words.append("1 layer" if layers == 1 else f"{layers} layers")
        return ", ".join([*words, *([f"× {self.repeat}{' shared' if self.shared else ''}"] if self.repeat > 1 else [])])


class Timed(Block):
    """A block that runs once for each time step; its costs are those of one step, times the steps."""

    def reads_ahead(self, port: str) -> bool:
        """Each step is run by itself, or with a state of those before it."""
        return False

    takes: ClassVar[tuple[Kind, ...]]
    """Kinds of what it runs over."""
    called: ClassVar[str]
    """What sentences call it."""

    def times(self, inputs: Mapping[str, Shape]) -> Length:
        """Number of steps that it runs over; None where the time is unknown.

        Raises
        ------
        ShapeError
            if something without time arrives, or the inputs are not equally long.
        """
        wanted = needs(self.takes)
        if not inputs:
            raise ShapeError(f"{self.called} needs an input that is no state: {wanted} that it runs over.")
        for port, shape in inputs.items():
            if shape.kind not in self.takes:
                raise ShapeError(f"{self.called} needs {wanted}, but {shape.described()} arrives.", port=port)
        lengths = {port: shape.length for port, shape in inputs.items() if shape.length is not None}
        if not agree(lengths.values()):
            words = " and ".join(f"{length} ({port})" for port, length in lengths.items())
            note = apart(lengths.values())
            message = f"The inputs of {self.called.lower()} must be equally long, but {words} steps arrive."
            raise ShapeError(f"{message} {note}" if note else message)
        return common_length(lengths.values())

    def _count(self, inputs: Mapping[str, Shape]) -> int:
        times = self.times(inputs)
        return times if isinstance(times, int) else 1

    def connection_count(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """Those of one step, times the steps (one where the time is open)."""
        return super().connection_count(inputs, outputs) * self._count(inputs)

    def flops(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """Those of one step, times the steps (one where the time is open)."""
        return super().flops(inputs, outputs) * self._count(inputs)

    def activation_count(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """Those of one step, times the steps (one where the time is open)."""
        return super().activation_count(inputs, outputs) * self._count(inputs)

    def kept_bytes(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """That of one step, times the steps."""
        return super().kept_bytes(inputs, outputs) * self._count(inputs)

    def works(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> tuple[LayerWork, ...]:
        """All steps go through the layers together, as if each were a sample of its own."""
        times = self._count(inputs)
        return tuple(replace(work, amount=work.amount * times) for work in super().works(inputs, outputs))


class Loop(Timed):
    """A block that runs once per time step and remembers: a recurrent cell that you draw yourself.

    A state is an output whose value comes back at an input in the next step; it starts as zeros. Every other input
    takes one step of a sequence at a time. The weights are the same at each step, so the loop takes sequences of any
    length.
    """

    kind: ClassVar[str] = "loop"
    title: ClassVar[str] = "Loop"
    stem: ClassVar[str] = "loop"
    aliases: ClassVar[tuple[str, ...]] = ("recurrent block", "cell", "unrolled", "custom rnn")
    takes: ClassVar[tuple[Kind, ...]] = (Kind.SEQUENCE,)
    called: ClassVar[str] = "A loop"
    sees_everything: ClassVar[bool] = True  # each step depends on all before it

    output_mode: Literal["sequence", "last"] = setting("sequence", "Output at every step, or after the last one only.")
    states: tuple[tuple[str, str], ...] = ()
    """Pairs of an output layer and the input layer at which its value comes back."""

    def renamed_inside(self, names: Mapping[str, str]) -> Self:
        """As of a block; the states follow too."""
        states = tuple((names.get(source, source), names.get(target, target)) for source, target in self.states)
        return super().renamed_inside(names).changed(states=states)

    def inner_states(self) -> dict[str, str]:
        """Input layer that holds each state, to the output layer that renews it."""
        return {target: source for source, target in self.states}

    def input_ports(self) -> tuple[Port, ...]:
        """The input layers that hold no state."""
        return tuple(Port(name) for name in self.inner_inputs() if name not in self.inner_states())

    def arriving(self, inputs: Mapping[str, Shape]) -> dict[str, Shape]:
        """One step of each sequence, and the states in the shapes that their input layers declare."""
        steps = {name: vector(shape.features) for name, shape in inputs.items()}
        states = {
            name: self.body.network.layer_as(name, InputLike).shape
            for name in self.inner_states()
            if name in self.inner_inputs()
        }
        return steps | states

    def infer(self, inputs: Mapping[str, Shape]) -> dict[str, Shape]:
        """A sequence, or its last step, from each output layer."""
        times = self.times(inputs)
        inner = self.repetitions(inputs)[-1]
        for source, target in self.states:
            if source not in self.inner_outputs() or target not in self.inner_inputs():
                raise ShapeError(f"The state from {source} to {target} names an end that is not there.")
            renewed, state = inner[source].outputs["out"], inner[target].outputs["out"]
            if renewed != state:
                raise ShapeError(
                    f"The state {target} holds {state.described()}, but {source} renews it by "
                    f"{renewed.described()}; give both the same size."
                )
        shapes = {name: inner[name].outputs["out"] for name in self.inner_outputs()}
        if any(shape.kind is not Kind.VECTOR for shape in shapes.values()):
            raise ShapeError("Inside a loop every output must be a vector, one for each step.")
        if self.output_mode == "last":
            return shapes
        return {name: sequence(times, shape.features) for name, shape in shapes.items()}

    def kept(self, inputs: Mapping[str, Shape]) -> Keeps:
        """Of the sequences what the layers inside keep; what leaves is put together anew."""
        return Keeps.INPUTS & super().kept(inputs)

    def kept_bytes(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """All that is kept inside, for each step."""
        return sum(needs.kept - needs.at_input for needs in self.needs_inside(inputs)) * self._count(inputs)

    def works(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> tuple[LayerWork, ...]:
        """One step after another."""
        times = self._count(inputs)
        inside = (work for needs in self.needs_inside(inputs) for work in needs.works)
        return tuple(replace(work, calls=work.calls * times) for work in inside)

    def every_step(self) -> Layer | None:
        """With its output at every step."""
        return self.changed(output_mode="sequence") if self.output_mode == "last" else None

    def onnx_obstacle(self, inputs: Mapping[str, Shape]) -> str | None:
        """A number of steps that is not known, since the steps are written out."""
        if all(shape.time is not None for shape in inputs.values()):
            return None
        return (
            "ONNX needs the number of steps of a loop beforehand, and it is not known here. Set the length of the "
            "input, or export the network as code."
        )

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """One call of the loop with its sequences."""
        whole = super().recipe(inputs)
        call = own(*(Ref(port.name) for port in self.input_ports()))
        return Construct(whole.module, (call, *whole.steps[1:]), whole.outputs)


def loop_arguments(block: Loop) -> dict[str, Any]:
    """Arguments of `graph.modules.loop.Loop` beside the cell."""
    inputs, outputs, states = block.inner_inputs(), block.inner_outputs(), block.inner_states()
    return {
        "states": tuple(
            (inputs.index(target), outputs.index(source), block.body.network.layer_as(target, InputLike).shape.features)
            for target, source in states.items()
        ),
        "last": block.output_mode == "last",
    }


def _offered(network: Network, id: str) -> list[tuple[str, tuple[Setting, Any]]]:
    """Settings of a layer and, of a block, those it exposes in turn, by their paths and under their full names."""
    layer = network.layer(id)
    settings = [(spec, getattr(layer, spec.name)) for spec in layer.settings()]
    settings += layer.exposed_settings() if isinstance(layer, Block) else ()
    paths = [f"{id}.{spec.name}" for spec, _ in settings]
    named = [
        replace(
            spec, name=path, label=f"{id} {spec.label}", when=None, resolve=spec.resolve and _of(layer, spec.resolve)
        )
        for path, (spec, _) in zip(paths, settings, strict=True)
    ]
    return [(path, (spec, value)) for path, spec, (_, value) in zip(paths, named, settings, strict=True)]


def _of(layer: Layer, resolve: Resolve) -> Resolve:
    """What an empty setting of a layer inside stands for, as far as the layer alone says it."""
    return lambda _, __: resolve(layer, Surroundings())


def _frozen(value: Any) -> Any:
    """JSON's lists as tuples, which is what strict models hold."""
    return tuple(_frozen(each) for each in value) if isinstance(value, list) else value


def _ends(body: Body, end: type[Layer]) -> tuple[str, ...]:
    nodes = [node for node in body.network if isinstance(node.layer, end)]
    return tuple(node.id for node in sorted(nodes, key=lambda node: (node.position[1], node.position[0], node.id)))


def _in_order_of_ports(arriving: Mapping[str, Shape]) -> tuple[tuple[str, Shape], ...]:
    """Shapes by port, as a value."""
    return tuple(sorted(arriving.items(), key=lambda item: item[0]))


@lru_cache(maxsize=4096)
def _inner_needs(body: Body, arriving: tuple[tuple[str, Shape], ...]) -> Needs:
    """What training needs of the layers inside; nothing where a number of steps is not known."""
    return needs_of(body.network, _inner_info(body, arriving), inside=True) or Needs()


@lru_cache(maxsize=4096)
def _inner_info(body: Body, arriving: tuple[tuple[str, Shape], ...]) -> Mapping[str, LayerInfo]:
    """What is known of the layers inside; the same body with the same shapes is checked once."""
    checker = Checker(Document(body.network), arriving=dict(arriving))
    fault = next((problem for problem in checker.problems if problem.severity is Severity.ERROR), None)
    if fault is not None:
        raise ShapeError(f"inside, {fault.message}")
    return {id_: checker.layer_info(id_) for id_ in body.network.ids if id_ in checker.useful}
