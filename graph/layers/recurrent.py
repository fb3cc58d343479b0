"""RNN, GRU and LSTM, and the embedding that makes sequences of tokens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from graph.layers.base import Family, Layer, Port, Remedy, positions, refusal
from graph.layers.construct import Argument, BuildStep, Construct, Module, Ref, X, function, method, single
from graph.layers.grid import as_sequence, changed_settings, without_defaults
from graph.layers.lengths import LENGTHS, own_lengths
from graph.layers.settings import setting
from graph.layers.states import CELL, STATE, add_end, add_start, end_port, start_port, start_remedies
from graph.layers.training_needs import FLOAT, Keeps, LayerWork, Work
from graph.shapes import Kind, Shape, sequence, vector


class Embedding(Layer):
    """Gives every word or character a trainable vector of its own.

    Tokens are whole numbers that stand for words; their size means nothing. The layer looks each number up in a table
    with one row per word, and training moves the rows so that words used alike lie near each other. T tokens become a
    sequence of T steps with as many features as a row has.
    """

    kind: ClassVar[str] = "embedding"
    keeps: ClassVar[Keeps] = Keeps.INPUTS
    work: ClassVar[Work] = Work.LOOKUP
    title: ClassVar[str] = "Embedding"
    family: ClassVar[Family] = Family.RECURRENT
    stem: ClassVar[str] = "embedding"
    aliases: ClassVar[tuple[str, ...]] = ("lookup table", "word vectors", "token embedding")
    embeds_tokens: ClassVar[bool] = True
    accepts: ClassVar[tuple[Kind, ...]] = (Kind.TOKENS,)

    vocabulary: int = setting(1000, "Number of different tokens.", minimum=1, maximum=10_000_000, unit="tokens")
    size: int = setting(32, "Length of each token's vector.", minimum=1, maximum=65_536, unit="features")
    padding_index: int | None = setting(
        None, "Token that only fills up short texts; its vector stays zero and is not trained.", minimum=0
    )
    max_norm: float | None = setting(
        None, "Longer vectors are shortened to this length when they are used.", minimum=1e-6, label="maximum length"
    )

    def output(self, x: Shape) -> Shape:
        """A sequence with one vector per token."""
        if self.padding_index is not None and self.padding_index >= self.vocabulary:
            message = (
                f"Embedding's padding index must be one of its tokens 0 to {self.vocabulary - 1:,}, "
                f"but it is {self.padding_index:,}."
            )
            candidates = [
                Remedy("Use padding index 0", replace=self.changed(padding_index=0)),
                Remedy("Use no padding index", replace=self.changed(padding_index=None)),
            ]
            raise refusal(self, {"in": x}, message, candidates)
        return sequence(x.length, self.size)

    def parameter_count(self, inputs: Mapping[str, Shape]) -> int:
        """Tokens x features."""
        return self.vocabulary * self.size

    def connection_count(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """One row of the table is used at each step."""
        return self.size * positions(inputs["in"])

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """``torch.nn.Embedding``."""
        changed = changed_settings(self, padding_index="padding_idx", max_norm="max_norm")
        return single("torch.nn.Embedding", num_embeddings=self.vocabulary, embedding_dim=self.size, **changed)

    def summary(self) -> str:
        """Vocabulary and length of the vectors."""
        return f"{self.vocabulary:,} tokens, {self.size:,} features"


class _Recurrent(Layer):
    """What RNN, LSTM and GRU share; they differ in their gates."""

    family: ClassVar[Family] = Family.RECURRENT
    accepts: ClassVar[tuple[Kind, ...]] = (Kind.SEQUENCE,)
    is_recurrent: ClassVar[bool] = True
    target: ClassVar[str]
    padded: ClassVar[str]
    """The module that takes the lengths of padded sequences too."""
    gates: ClassVar[int]
    """Weight matrices from the input (and from the state) in each cell."""
    states: ClassVar[tuple[str, ...]] = (STATE,)
    """What a cell passes from one step to the next."""
    kept_at_step: ClassVar[int]
    """Values that a unit keeps at each step for the backward pass, its state among them."""
    sees_everything: ClassVar[bool] = True  # the state carries all earlier steps
    keeps: ClassVar[Keeps] = Keeps.INPUTS

    hidden_size: int = setting(32, "Size of the state.", minimum=1, maximum=65_536, unit="units")
    layers: int = setting(1, "Number of recurrent layers on top of each other.", minimum=1, maximum=16, unit="layers")
    bidirectional: bool = setting(False, "Whether a second set of cells reads the sequence backwards.")
    output_mode: Literal["last", "sequence"] = setting(
        "last", "The state after the last step only, or the states at all steps.", label="output"
    )
    dropout: float = setting(
        0.0,
        "Share of the values between stacked layers that is dropped while training.",
        minimum=0.0,
        maximum=0.99,
        when=("layers", tuple(range(2, 17))),
    )
    bias: bool = setting(True, "Whether the gates add trainable biases.")
    lengths: bool = own_lengths("The last state is then that at a sample's own last step, where the way back begins.")
    initial_state: bool = setting(
        False,
        "Start from a state that arrives at a port of its own, as a decoder does from what its encoder has read.",
        label="given start",
    )
    final_state: bool = setting(
        False, "Give the state after the last step at a port of its own too, for a decoder.", label="state at the end"
    )

    def input_ports(self) -> tuple[Port, ...]:
        """The sequence, and where it is asked for, the state to start from and how many steps count."""
        starts = (start_port(name, self._stack * self.width_of(name)) for name in self._starts)
        return (Port("in"), *starts, *((LENGTHS,) if self.lengths else ()))

    def output_ports(self) -> tuple[Port, ...]:
        """What leaves, and where it is asked for, the state after the last step."""
        ends = tuple(end_port(name) for name in self.states) if self.final_state else ()
        return (Port("out"), *ends)

    def reads_ahead(self, port: str) -> bool:
        """The way back begins at the last step, which is also where the last state is taken."""
        return port == "in" and (self.bidirectional or self.output_mode == "last")

    def reading_forwards(self) -> Layer:
        """One direction, and the states at all steps."""
        return self.changed(bidirectional=False, output_mode="sequence")

    def infer(self, inputs: Mapping[str, Shape]) -> dict[str, Shape]:
        """As for other layers; states of all layers and directions lie side by side in a vector."""
        shapes = super().infer(inputs)
        return shapes | {name: vector(self._stack * self.width_of(name)) for name in self._ends}

    @property
    def _starts(self) -> tuple[str, ...]:
        return self.states if self.initial_state else ()

    @property
    def _ends(self) -> tuple[str, ...]:
        return self.states if self.final_state else ()

    @property
    def _stack(self) -> int:
        """Cells of all layers and directions."""
        return self.layers * (2 if self.bidirectional else 1)

    def width_of(self, state: str) -> int:
        """Size of one cell's state."""
        return self.hidden_size if state == CELL else self.state_size()

    def state_size(self) -> int:
        """Size of what one direction passes on at each step."""
        return self.hidden_size

    def _width(self) -> int:
        return self.state_size() * (2 if self.bidirectional else 1)

    def output(self, x: Shape) -> Shape:
        """A vector, or a sequence of the same length; both directions lie side by side."""
        return vector(self._width()) if self.output_mode == "last" else sequence(x.length, self._width())

    def remedies_for(self, port: str, shape: Shape) -> tuple[Remedy, ...]:
        """Embed tokens; read anything else as a sequence."""
        if port in self._starts:
            return start_remedies(port, shape, self._stack * self.width_of(port))
        if shape.kind is Kind.TOKENS:
            return (Remedy("Insert Embedding", insert=((port, Embedding()),)),)
        return as_sequence(port, shape)

    def _weights(self, features: int) -> int:
        directions = 2 if self.bidirectional else 1
        total = 0
        for layer in range(self.layers):
            arriving = features if layer == 0 else self._width()
            total += self.gate_count() * self.hidden_size * (arriving + self.state_size())
        return total * directions

    def gate_count(self) -> int:
        """Weight matrices from the input, and as many from the state, in each cell."""
        return self.gates

    def _biases(self) -> int:
        # torch keeps one bias for the input and another for the state.
        directions = 2 if self.bidirectional else 1
        return 2 * self.gate_count() * self.hidden_size * self.layers * directions if self.bias else 0

    def parameter_count(self, inputs: Mapping[str, Shape]) -> int:
        """Per cell and gate: H x (F + H) weights and, as torch counts them, 2 H biases."""
        return self._weights(inputs["in"].features) + self._biases()

    def connection_count(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """All parameters are used at every step."""
        return self.parameter_count(inputs) * positions(inputs["in"])

    def flops(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """Two for each weight and one for each bias at every step; the gates' own functions are not counted."""
        return (2 * self._weights(inputs["in"].features) + self._biases()) * positions(inputs["in"])

    def _kept_at_step(self) -> int:
        return self.kept_at_step

    def kept_bytes(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """Gates and states at every step; what arrives turned round for the way back, and between stacked layers.

        States lie with the time first, so that most layers behind keep a copy of them in the usual order.
        """
        ways = self._stack // self.layers
        gates = self._stack * self._kept_at_step() * self.hidden_size
        turned = inputs["in"].features if self.bidirectional else 0
        between = (self.layers - 1) * self._width() * ((ways if ways > 1 else 0) + (2 if self.dropout else 0))
        return FLOAT * positions(inputs["in"]) * (gates + turned + between)

    def works(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> tuple[LayerWork, ...]:
        """One step after another, in each direction of each layer."""
        steps = positions(inputs["in"]) * self._stack
        return (LayerWork(self.work, self.flops(inputs, outputs) / steps, steps), LayerWork(Work.VIEW, 0, 3))

    def every_step(self) -> Layer | None:
        """With the states at all steps."""
        return self.changed(output_mode="sequence") if self.output_mode == "last" else None

    def last_state(self) -> Layer | None:
        """With the last state of each direction."""
        return self.changed(output_mode="last") if self.bidirectional and self.output_mode == "sequence" else None

    def reads_padding(self) -> bool:
        """Where the last state leaves, or the way back begins at the end."""
        return not self.lengths and (self.output_mode == "last" or self.bidirectional)

    def _arguments(self, features: int) -> dict[str, Argument]:
        arguments: dict[str, Argument] = {
            "input_size": features,
            "hidden_size": self.hidden_size,
            "num_layers": self.layers,
            "bias": self.bias,
            "batch_first": True,
            # torch warns about dropout without a second layer.
            "dropout": self.dropout if self.layers > 1 else 0.0,
            "bidirectional": self.bidirectional,
        }
        return without_defaults(arguments, num_layers=1, bias=True, dropout=0.0, bidirectional=False)

    def _module(self) -> str:
        """Dotted name of the module."""
        return self.padded if self.lengths else self.target

    def _state(self, name: str = STATE) -> tuple[int, ...]:
        """Indices that lead from the module's result to a state ``[layers x directions, batch, size]``."""
        return (1,)

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """The module, and of its results the states at all steps or the last state of the top layer."""
        module = Module(self._module(), self._arguments(inputs["in"].features))
        steps: list[BuildStep] = []

        def add(step: BuildStep) -> Ref:
            steps.append(step)
            return Ref(len(steps) - 1)

        starts = tuple(add_start(add, name, self._stack, self.width_of(name)) for name in self._starts)
        initial: tuple[Argument, ...] = (starts if len(starts) > 1 else starts[0],) if starts else ()
        named = {"lengths": Ref(LENGTHS.name)} if self.lengths else {}
        result = add(BuildStep("own", "", (X, *initial), named))

        def state(name: str) -> Ref:
            at = result
            for index in self._state(name):
                at = add(function("operator.getitem", at, index))
            return at

        outputs: dict[str, Ref] = {}
        if self.output_mode == "sequence":
            outputs["out"] = add(function("operator.getitem", result, 0))
        elif not self.bidirectional:
            outputs["out"] = add(method("select", state(STATE), 0, -1))
        else:
            # The backward cells end at the first step, so their last state stands there in the sequence.
            both = state(STATE)
            ends = add(method("select", both, 0, -2)), add(method("select", both, 0, -1))
            outputs["out"] = add(function("torch.cat", ends, 1))
        outputs |= {name: add_end(add, state(name)) for name in self._ends}
        return Construct(module, tuple(steps), outputs)

    def summary(self) -> str:
        """Size, depth and what leaves."""
        parts = [f"{self.hidden_size:,} units"]
        if self.layers > 1:
            parts.append(f"{self.layers} layers")
        if self.bidirectional:
            parts.append("both ways")
        return ", ".join([*parts, "last step" if self.output_mode == "last" else "sequence"])


class Rnn(_Recurrent):
    """Reads a sequence step by step and keeps a state: h = tanh(W x + U h + b).

    The state mixes the new value with what the layer remembers, with the same weights at each step. It is the
    simplest recurrent layer. Over long sequences its gradient vanishes or explodes on its way back through time (BPTT):
    the gates of LSTM and GRU help against vanishing, gradient clipping against exploding.
    """

    kind: ClassVar[str] = "rnn"
    title: ClassVar[str] = "RNN"
    stem: ClassVar[str] = "rnn"
    aliases: ClassVar[tuple[str, ...]] = ("elman", "simple recurrent", "vanilla rnn")
    target: ClassVar[str] = "torch.nn.RNN"
    padded: ClassVar[str] = "graph.modules.packed_recurrent.PaddedRnn"
    gates: ClassVar[int] = 1
    kept_at_step: ClassVar[int] = 1
    work: ClassVar[Work] = Work.RNN

    nonlinearity: Literal["tanh", "relu"] = setting("tanh", "Function applied to the state at each step.")

    def _arguments(self, features: int) -> dict[str, Argument]:
        extra: dict[str, Argument] = {} if self.nonlinearity == "tanh" else {"nonlinearity": self.nonlinearity}
        return super()._arguments(features) | extra


class Gru(_Recurrent):
    """A recurrent layer with two gates, which decide what is kept of its state and what is renewed.

    The reset gate r says how much of the old state enters the candidate n, the update gate z how much of the old state
    is kept: h = (1 - z) n + z h. With z near 1 the state stays, with z near 0 the candidate takes its place. It has
    three quarters of the parameters of an LSTM of the same size.
    """

    kind: ClassVar[str] = "gru"
    title: ClassVar[str] = "GRU"
    stem: ClassVar[str] = "gru"
    aliases: ClassVar[tuple[str, ...]] = ("gated recurrent unit", "recurrent")
    target: ClassVar[str] = "torch.nn.GRU"
    padded: ClassVar[str] = "graph.modules.packed_recurrent.PaddedGru"
    gates: ClassVar[int] = 3
    kept_at_step: ClassVar[int] = 5  # the gates, the state, and its share in the candidate
    work: ClassVar[Work] = Work.GRU


class Lstm(_Recurrent):
    """A recurrent layer with a memory of its own, the cell state, and three gates: forget, input and output gate.

    c = f c + i g and h = o tanh(c): the forget gate f keeps, the input gate i lets the candidate g in, the output gate
    o lets the cell out. Where f is near 1 the cell is added to rather than overwritten, so the gradient can survive
    many steps, and the layer can link events that lie far apart. Against exploding gradients it needs clipping as well.
    """

    kind: ClassVar[str] = "lstm"
    title: ClassVar[str] = "LSTM"
    stem: ClassVar[str] = "lstm"
    aliases: ClassVar[tuple[str, ...]] = ("long short-term memory", "recurrent", "peephole", "coupled gates", "cifg")
    target: ClassVar[str] = "torch.nn.LSTM"
    padded: ClassVar[str] = "graph.modules.packed_recurrent.PaddedLstm"
    gates: ClassVar[int] = 4
    states: ClassVar[tuple[str, ...]] = (STATE, CELL)
    kept_at_step: ClassVar[int] = 16  # the workspace of oneDNN, measured, and the state
    work: ClassVar[Work] = Work.LSTM

    projection: int = setting(
        0, "Size to which the state is projected before it is passed on; 0 for none.", minimum=0, unit="units"
    )
    peephole: bool = setting(
        False, "Let the gates see the cell, each unit's through a weight of its own.", label="peepholes"
    )
    coupled: bool = setting(
        False, "Let in just as much as is forgotten, i = 1 - f, which saves the input gate.", label="coupled gates"
    )
    forget_bias: float = setting(
        0.0,
        "Added to the forget gates' biases at the start: 1 starts a gate near sigmoid(1) = 0.73, 0 near 0.5.",
        minimum=-10.0,
        maximum=10.0,
        when=("bias", (True,)),
    )

    def onnx_obstacle(self, inputs: Mapping[str, Shape]) -> str | None:
        """Projections, peepholes and coupled gates, which ONNX's operator is not written with."""
        odd = {"a projection": self.projection, "peepholes": self.peephole, "coupled gates": self.coupled}
        for what, there in odd.items():
            if there:
                return f"an LSTM with {what} has no form in ONNX here. Do without, or export the network as code."
        return None

    def state_size(self) -> int:
        """The projection's size, if there is one."""
        return self.projection or self.hidden_size

    def output(self, x: Shape) -> Shape:
        """As for the others, once the projection is smaller than the state."""
        if self.projection >= self.hidden_size:
            message = (
                f"LSTM's projection must be smaller than its {self.hidden_size:,} units, but it is {self.projection:,}."
            )
            half = self.hidden_size // 2
            smaller = [Remedy(f"Project to {half:,} units", replace=self.changed(projection=half))] if half else []
            none = Remedy("Use no projection", replace=self.changed(projection=0))
            raise refusal(self, {"in": x}, message, [*smaller, none])
        return super().output(x)

    def _weights(self, features: int) -> int:
        cells = self.layers * (2 if self.bidirectional else 1)
        # Each gate but the candidate's sees the cell.
        peepholes = (self.gate_count() - 1) * self.hidden_size if self.peephole else 0
        return super()._weights(features) + (self.projection * self.hidden_size + peepholes) * cells

    def _kept_at_step(self) -> int:
        # Of a variant autograd keeps what single operations need.
        return (8 if self.peephole else 7) if self._is_variant() else self.kept_at_step

    def kept(self, inputs: Mapping[str, Shape]) -> Keeps:
        """What arrives is copied by oneDNN, with the time first; a variant keeps what the others do."""
        return Keeps.INPUTS if self._is_variant() else Keeps.NOTHING

    def kept_bytes(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """What oneDNN holds of every step and of the first state, and copies of what arrives."""
        if self._is_variant():
            return super().kept_bytes(inputs, outputs)
        steps, ways = positions(inputs["in"]), self._stack // self.layers
        copies = (inputs["in"].features + self.lengths) * (ways if self.lengths else 1)
        between = (self.layers - 1) * self._width() * ((ways > 1) + (2 if self.dropout else 0))
        cells = self._stack * self.kept_at_step * self.hidden_size
        return FLOAT * (steps * (copies + between) + cells * (steps + 1))

    def works(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> tuple[LayerWork, ...]:
        """One step after another; a variant's are many small calls of torch."""
        if not self._is_variant():
            return super().works(inputs, outputs)
        steps = positions(inputs["in"]) * self._stack
        calls = 16 + (6 if self.peephole else 0)
        return (
            LayerWork(Work.MATRIX, self.flops(inputs, outputs) / steps, steps),
            LayerWork(Work.VALUES, 3 * self.hidden_size, calls * steps),
        )

    def _is_variant(self) -> bool:
        return self.peephole or self.coupled

    def gate_count(self) -> int:
        """Without the input gate where the forget gate decides for both."""
        return self.gates - 1 if self.coupled else self.gates

    def _module(self) -> str:
        if self._is_variant():
            return "graph.modules.lstm_variant.LstmVariant"
        return self.padded if self.forget_bias and self.bias else super()._module()

    def _arguments(self, features: int) -> dict[str, Argument]:
        extra: dict[str, Argument] = {
            "proj_size": self.projection,
            "peephole": self.peephole,
            "coupled": self.coupled,
            "forget_bias": self.forget_bias if self.bias else 0.0,
        }
        defaults = without_defaults(extra, proj_size=0, peephole=False, coupled=False, forget_bias=0.0)
        return super()._arguments(features) | defaults

    def summary(self) -> str:
        """As of the others, with what departs from the usual cell."""
        kinds = [name for name, on in (("peepholes", self.peephole), ("coupled gates", self.coupled)) if on]
        return ", ".join([*kinds, super().summary()])

    def _state(self, name: str = STATE) -> tuple[int, ...]:
        return (1, self.states.index(name))
