"""A generator and a discriminator in one network: what each learns from a batch, and how its verdicts are measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, fx

from app.data.gan_fields import MADE, REAL, drawn, noise_field, stream
from app.data.lazy_array import Values
from app.data.prepare import Prepared
from app.data.transforms import Standardise
from app.training.batches import Feed
from app.training.gan.nearest_neighbour_test import MOST, neighbour_accuracy
from app.training.gan.roles import Roles, roles
from app.training.heads import Head, squashing
from app.training.metrics import Meter
from app.training.objectives import Objective, input_field
from app.training.plan import Plan
from graph.build.compile import Compiled
from graph.checking.data_fit import fits
from graph.errors import NetloomError
from graph.layers.io import Noise
from graph.network import Network

CLAMPED = 1e-6
"""How near to 0 and 1 a probability is taken before its logarithm is."""


class Adversarial(Objective):
    """A generator learns to make samples that a discriminator takes for real ones.

    The network's answers are two verdicts on each sample: on a real one, and on one that was made from noise.
    """

    kind = "adversarial"
    chosen_by_loss = False

    def __init__(self, network: Network, compiled: Compiled, prepared: Prepared, plan: Plan) -> None:
        self.roles = roles(network)
        self.plan = plan
        self.inputs = [input_field(network, prepared, id_) for id_ in compiled.inputs]
        self.field = self.inputs[compiled.inputs.index(self.roles.data)]
        _check(compiled, self.roles)
        if prepared.choice.augment.mixup:
            raise NetloomError("Mixup blends real samples into ones that are not real; switch it off for a GAN.")
        self.unasked = frozenset({self.roles.made})
        self.layers = {id_: _noise_layer(network, id_) for id_ in self.roles.noise}
        self.squashed = squashing(network, self.roles.made)
        self.heads = [self._head(network, prepared, id_) for id_ in compiled.outputs]
        self._single = None
        self._made, self._real = (compiled.outputs.index(id_) for id_ in (self.roles.made, self.roles.real))
        self.parts = parts(compiled.module, self.roles)
        for part, name in zip(self.parts, ("generator", "discriminator"), strict=True):
            if not any(one.requires_grad for one in part.parameters()):
                raise NetloomError(f"The {name} has nothing to learn: no layer of it has weights. Add a dense layer.")

    def default_target(self) -> str:
        """The truth about real samples."""
        return REAL

    @property
    def groups(self) -> tuple[frozenset[str], ...]:
        """The parameters of the generator and of the discriminator."""
        made, judged = self.parts
        return tuple(frozenset(name for name, _ in one.named_parameters()) for one in (made, judged))

    def loss(self, answers: Any, targets: tuple[Tensor, ...]) -> Tensor:
        """The discriminator's loss (): the mean of what it loses on real samples and on made ones."""
        return self.discriminator_loss(answers[self._real], answers[self._made])

    def discriminator_loss(self, real: Tensor, made: Tensor, smoothing: float = 0.0) -> Tensor:
        """What the discriminator loses by its verdicts (n, 1), as a tensor ()."""
        return 0.5 * (self._judge(real, 1.0 - smoothing) + self._judge(made, 0.0))

    def generator_loss(self, made: Tensor) -> Tensor:
        """What the generator loses by the verdicts (n, 1) on its samples, as a tensor ()."""
        if self.plan.adversarial_loss == "minimax":
            return -self._judge(made, 0.0)
        return self._judge(made, 1.0)

    def noise(self, count: int, seed: tuple[int, ...], device: torch.device) -> tuple[Tensor, ...]:
        """Random numbers (count, *sizes) for each noise layer; the same seed gives the same ones."""
        listed = (drawn(layer, count, (*seed, stream(id_))) for id_, layer in self.layers.items())
        return tuple(torch.from_numpy(one).to(device) for one in listed)

    def fresh_noise(self, count: int, device: torch.device) -> tuple[Tensor, ...]:
        """Random numbers for a batch, from torch's generator: it is kept in checkpoints, as for dropout."""
        return tuple(_fresh(layer, count, device) for layer in self.layers.values())

    def with_unasked(self, inputs: Mapping[str, Values]) -> Mapping[str, Values]:
        """Real samples to judge, and some noise, which the other output needs."""
        count = len(next(iter(inputs.values()), ()))
        noise = {noise_field(id_): drawn(layer, count, (0, stream(id_))) for id_, layer in self.layers.items()}
        return {**noise, **inputs}

    def meter(self, scalers: Mapping[str, Standardise]) -> Meter:
        """A meter for verdicts."""
        return VerdictMeter(self)

    def beyond(self, feed: Feed, size: int) -> dict[str, float]:
        """How well a nearest neighbour tells samples that were held back from made ones; empty where too few."""
        if feed.samples < 2:
            return {}
        found = dict(zip(self.inputs, feed.spread(MOST).inputs, strict=True))
        made = self.parts[0](*(found[noise_field(id_)] for id_ in self.roles.noise))
        return {"neighbour_accuracy": neighbour_accuracy(found[self.field].float(), made.float())}

    def _judge(self, verdicts: Tensor, goal: float) -> Tensor:
        """The mean loss () of verdicts (n, 1) held against a goal between 0 (made) and 1 (real)."""
        return self._distance(verdicts, torch.full_like(verdicts, goal, dtype=torch.float32))

    def _distance(self, verdicts: Tensor, goals: Tensor) -> Tensor:
        values, wanted = verdicts.float(), goals.float().view(verdicts.shape)
        if self.plan.adversarial_loss == "least_squares":
            return F.mse_loss(values, wanted)
        if self.squashed:
            return F.binary_cross_entropy(values.clamp(CLAMPED, 1 - CLAMPED), wanted)
        return F.binary_cross_entropy_with_logits(values, wanted)

    def _head(self, network: Network, prepared: Prepared, id_: str) -> Head:
        field = prepared.dataset.field_named(REAL if id_ == self.roles.real else MADE).info
        straight = "straight" if self.plan.adversarial_loss == "least_squares" else ""
        return Head(id_, field, "bce", 1.0, squashing(network, id_) or straight, self._distance)


def _noise_layer(network: Network, id_: str) -> Noise:
    layer = network.layer(id_)
    assert isinstance(layer, Noise)
    return layer


def _fresh(layer: Noise, count: int, device: torch.device) -> Tensor:
    sizes = (count, *(size or 1 for size in layer.shape.sizes))
    if layer.distribution == "uniform":
        return torch.empty(sizes, device=device).uniform_(-1.0, 1.0)
    return torch.randn(sizes, device=device)


def _check(compiled: Compiled, found: Roles) -> None:
    """Verdicts are one number each, and both kinds of samples have one shape.

    Raises
    ------
    NetloomError
        if not.
    """
    for id_ in (found.made, found.real):
        shape = compiled.facts[id_].outputs["out"]
        if shape.sizes != (1,):
            raise NetloomError(
                f"{id_}: a verdict is one number, but {shape.described()} arrives. End the discriminator with one unit."
            )
    makes = compiled.facts[found.meets.source].outputs[found.meets.source_port]
    comes = compiled.facts[found.data].outputs["out"]
    if not fits(makes, comes):
        raise NetloomError(
            f"{found.meets.source} makes {makes.described()}, but the data brings {comes.described()}: made and real "
            "samples must be alike."
        )


def parts(module: fx.GraphModule, found: Roles) -> tuple[fx.GraphModule, fx.GraphModule]:
    """Generator and discriminator as modules of their own, which share their weights with ``module``.

    The generator takes a tensor for each noise layer; the discriminator takes samples and gives verdicts (n, 1).

    Raises
    ------
    NetloomError
        if a layer between them hands on more than one value.
    """
    judging = [node for node in module.graph.nodes if node.meta.get("layer") in found.discriminator]
    arriving = {node for one in judging for node in one.all_input_nodes if node not in judging}
    if len(arriving) != 1:
        raise NetloomError("The discriminator must judge one thing that the generator makes, and read nothing else.")
    border = arriving.pop()
    graph = fx.Graph()
    copies = {border: graph.placeholder("sample")}
    for node in judging:
        copies[node] = graph.node_copy(node, copies.__getitem__)
    graph.output(copies[judging[-1]])
    return _making(module, border, found.noise), fx.GraphModule(module, graph, "Discriminator")


def _making(module: fx.GraphModule, border: fx.Node, noise: tuple[str, ...]) -> fx.GraphModule:
    needed, waiting = set[fx.Node](), [border]
    while waiting:
        node = waiting.pop()
        if node not in needed:
            needed.add(node)
            waiting += node.all_input_nodes
    graph = fx.Graph()
    copies = {node: graph.node_copy(node) for node in module.graph.nodes if node.target in noise}
    for node in module.graph.nodes:
        if node in needed and node not in copies:
            copies[node] = graph.node_copy(node, copies.__getitem__)
    graph.output(copies[border])
    return fx.GraphModule(module, graph, "Generator")


class VerdictMeter(Meter):
    """Gathers how many verdicts are right, of real samples and of made ones, and both losses."""

    def __init__(self, aim: Adversarial) -> None:
        self._scales = [_Verdicts(aim, head) for head in aim.heads]
        self._answers = []
        self._targets = []
        self.loss = 0.0
        self.samples = 0

    def names(self) -> tuple[str, ...]:
        """The discriminator's loss, and what is known of each kind of samples."""
        return ("loss", *(name for one in self._scales for name in one.names))


class _Verdicts:
    """Sums over verdicts on one kind of samples; for made ones the generator's loss as well."""

    def __init__(self, aim: Adversarial, head: Head) -> None:
        self.head = head
        self.total: Tensor | None = None
        self._aim = aim
        self._real = head.output == aim.roles.real
        self.names: tuple[str, ...] = ("real_accuracy",) if self._real else ("made_accuracy", "generator_loss")

    def add(self, answers: Tensor, targets: Tensor) -> None:
        """Add verdicts (n, 1) and what they should have been (n,)."""
        right = (self.head.decide(answers) == targets).sum().double()
        sums = [right, torch.full_like(right, len(targets))]
        if not self._real:
            sums.append(self._aim.generator_loss(answers).double() * len(targets))
        found = torch.stack(sums)
        self.total = found if self.total is None else self.total + found

    def values(self) -> list[float]:
        """The share of right verdicts, and for made samples the generator's mean loss."""
        assert self.total is not None
        right, count, *losses = self.total.tolist()
        return [right / count, *(loss / count for loss in losses)]
