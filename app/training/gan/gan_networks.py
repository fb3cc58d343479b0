"""Generator and discriminator as torch.fx modules of their own, cut out of one network, with the losses of a GAN."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, fx

from app.data.gan_fields import draw_noise, stream
from app.training.gan.roles import Roles, different_shapes, roles
from app.training.losses import final_activation
from app.training.plan import Plan
from graph.build.compile import Compiled
from graph.checking.data_fit import fits
from graph.errors import NetloomError
from graph.layers.io import Noise
from graph.network import Network

CLAMPED = 1e-6
"""How near to 0 and 1 a probability is taken before its logarithm is."""


class GanNetworks:
    """The generator and the discriminator of a compiled network, which share their weights with it.

    ``generator`` takes a tensor for each noise layer and gives samples; ``discriminator`` takes samples and gives its
    outputs (n, 1). ``generated_output`` and ``real_output`` are the positions of its two results among those of the
    whole network. ``final_activation`` is ``sigmoid`` where the discriminator ends in one, else empty.

    Raises
    ------
    NetloomError
        if it cannot be told which layers are which, if shapes do not agree, or if one of them has no weights.
    """

    def __init__(self, network: Network, compiled: Compiled, plan: Plan) -> None:
        self.roles = roles(network)
        _check(compiled, self.roles)
        self.noise_layers = {id_: network.layer_as(id_, Noise) for id_ in self.roles.noise}
        self.final_activation = final_activation(network, self.roles.generated)
        self.generated_output = compiled.outputs.index(self.roles.generated)
        self.real_output = compiled.outputs.index(self.roles.real)
        self.generator, self.discriminator = _cut(compiled.module, self.roles)
        self._loss = plan.adversarial_loss
        for module, name in ((self.generator, "generator"), (self.discriminator, "discriminator")):
            if not any(parameter.requires_grad for parameter in module.parameters()):
                raise NetloomError(f"The {name} has nothing to learn: no layer of it has weights. Add a dense layer.")

    @property
    def groups(self) -> tuple[frozenset[str], ...]:
        """Names of the parameters of the generator and of the discriminator."""
        modules = (self.generator, self.discriminator)
        return tuple(frozenset(name for name, _ in module.named_parameters()) for module in modules)

    def discriminator_loss(self, real: Tensor, generated: Tensor, smoothing: float = 0.0) -> Tensor:
        """The loss () of the discriminator's outputs (n, 1) for real and for generated samples."""
        return 0.5 * (self._loss_against(real, 1.0 - smoothing) + self._loss_against(generated, 0.0))

    def generator_loss(self, generated: Tensor) -> Tensor:
        """The generator's loss (), from the discriminator's outputs (n, 1) for its samples."""
        if self._loss == "minimax":
            return -self._loss_against(generated, 0.0)
        return self._loss_against(generated, 1.0)

    def loss_fn(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """The mean loss () of the discriminator's outputs (n, 1); targets are 1 for real, 0 for generated samples."""
        values, wanted = outputs.float(), targets.float().view(outputs.shape)
        if self._loss == "least_squares":
            return F.mse_loss(values, wanted)
        if self.final_activation:
            return F.binary_cross_entropy(values.clamp(CLAMPED, 1 - CLAMPED), wanted)
        return F.binary_cross_entropy_with_logits(values, wanted)

    def noise(self, count: int, seed: tuple[int, ...], device: torch.device) -> tuple[Tensor, ...]:
        """Random numbers (count, *sizes) for each noise layer; the same seed gives the same ones."""
        arrays = (draw_noise(layer, count, (*seed, stream(id_))) for id_, layer in self.noise_layers.items())
        return tuple(torch.from_numpy(array).to(device) for array in arrays)

    def batch_noise(self, count: int, device: torch.device) -> tuple[Tensor, ...]:
        """Random numbers for a batch, from torch's generator: it is kept in checkpoints, as for dropout."""
        return tuple(_batch_noise(layer, count, device) for layer in self.noise_layers.values())

    def _loss_against(self, outputs: Tensor, target: float) -> Tensor:
        return self.loss_fn(outputs, torch.full_like(outputs, target, dtype=torch.float32))


def _batch_noise(layer: Noise, count: int, device: torch.device) -> Tensor:
    sizes = (count, *(size or 1 for size in layer.shape.sizes))
    if layer.distribution == "uniform":
        return torch.empty(sizes, device=device).uniform_(-1.0, 1.0)
    return torch.randn(sizes, device=device)


def _check(compiled: Compiled, roles: Roles) -> None:
    """The discriminator gives one number for each sample, and both kinds of samples have one shape."""
    for id_ in (roles.generated, roles.real):
        shape = compiled.layer_info[id_].outputs["out"]
        if shape.sizes != (1,):
            raise NetloomError(
                f"{id_}: the discriminator gives one number for each sample, but {shape.described()} arrives. End the "
                "discriminator with one unit."
            )
    generated = compiled.layer_info[roles.meets.source].outputs[roles.meets.source_port]
    real = compiled.layer_info[roles.data].outputs["out"]
    if not fits(generated, real):
        raise NetloomError(different_shapes(roles.meets.source, generated, real))


def _cut(module: fx.GraphModule, roles: Roles) -> tuple[fx.GraphModule, fx.GraphModule]:
    """Generator and discriminator, cut where the generated samples reach the discriminator."""
    judging = [node for node in module.graph.nodes if node.meta.get("layer") in roles.discriminator]
    arriving = {source for node in judging for source in node.all_input_nodes if source not in judging}
    if len(arriving) != 1:
        raise NetloomError("The discriminator must judge one thing that the generator makes, and read nothing else.")
    border = arriving.pop()
    graph = fx.Graph()
    copies = {border: graph.placeholder("sample")}
    for node in judging:
        copies[node] = graph.node_copy(node, copies.__getitem__)
    graph.output(copies[judging[-1]])
    return _generator(module, border, roles.noise), fx.GraphModule(module, graph, "Discriminator")


def _generator(module: fx.GraphModule, border: fx.Node, noise: tuple[str, ...]) -> fx.GraphModule:
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
