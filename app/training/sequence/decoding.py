"""Autoregressive decoding: the network reads its own words, chosen greedily or by beam search."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, fx

SURE = 1e-3
"""How far a word that beams preferred is lifted above the likeliest at its step, so that it is the one chosen."""


class SequenceDecoder:
    """Runs a module again and again, each time with one more of its own words; what no word reaches runs once.

    Parameters
    ----------
    module
        the network.
    at
        which of its arguments are the words predicted so far, int64 (n, T).
    output
        which of its results predicts a word at each step, (n, T, words).
    start, end
        the word that texts start from; and the one that ends them, None if there is none.
    """

    def __init__(self, module: fx.GraphModule, at: int, output: int, start: int, end: int | None) -> None:
        self.module, self.at, self.output, self.start, self.end = module, at, output, start, end
        nodes = list(module.graph.nodes)
        self._entrances = [node for node in nodes if node.op == "placeholder"]
        reached = {self._entrances[at]}
        for node in nodes:
            if any(source in reached for source in node.all_input_nodes):
                reached.add(node)
        self._reached = reached

    def plain(self, inputs: tuple[Tensor, ...]) -> Any:
        """What the module gives."""
        return self.module(*inputs)

    def with_decoder_input(self, inputs: tuple[Tensor, ...], written: Tensor) -> tuple[Tensor, ...]:
        """The same inputs with other words predicted so far."""
        return (*inputs[: self.at], written, *inputs[self.at + 1 :])

    def decode(self, inputs: tuple[Tensor, ...], forced: Tensor | None = None) -> tuple[Tensor, Any]:
        """The likeliest word after those before it, step by step.

        Parameters
        ----------
        inputs
            of the module; the words written in them are read only where they are forced.
        forced
            bool (n, T), where the word given is read instead of the network's own.

        Returns
        -------
        tuple
            the words read (n, T), and what the module gave, at each step with just the words before it.
        """
        given = inputs[self.at]
        written = torch.zeros_like(given)
        written[:, 0] = self.start
        done = torch.zeros(len(given), dtype=torch.bool, device=given.device)
        once, kept = self._before(inputs), []
        for step in range(given.shape[1]):
            outputs = self._run(once, written)
            own = self._own(outputs)
            kept.append(own[:, step])
            word = own[:, step].argmax(1)
            if self.end is not None:
                word = word.masked_fill(done, 0)
                done |= word == self.end
            if step + 1 < given.shape[1]:
                written[:, step + 1] = word
                if forced is not None:
                    written[:, step + 1] = torch.where(forced[:, step + 1], given[:, step + 1], word)
            if forced is None and self.end is not None and bool(done.all()):
                kept += list(own[:, step + 1 :].unbind(1))
                break
        return written, self._with_own(outputs, torch.stack(kept, 1))

    def search(self, inputs: tuple[Tensor, ...], beams: int) -> Any:
        """As `decode` gives outputs, for the likeliest text of several that are followed at the same time.

        At each step every text is continued by every word, and the ``beams`` likeliest are kept. A word of the best
        text that was not the likeliest at its step is lifted just above it.
        """
        given = inputs[self.at]
        count, steps = given.shape
        wide = tuple(tensor.repeat_interleave(beams, 0) for tensor in inputs)
        written = torch.zeros_like(wide[self.at])
        written[:, 0] = self.start
        scores = torch.full((count, beams), -torch.inf, device=given.device)
        scores[:, 0] = 0.0
        done = torch.zeros((count, beams), dtype=torch.bool, device=given.device)
        once, words = self._before(wide), torch.zeros_like(wide[self.at])
        rows = torch.arange(count, device=given.device)[:, None] * beams
        for step in range(steps):
            logs = self._own(self._run(once, written))[:, step].float().log_softmax(1).view(count, beams, -1)
            # A text that has ended goes on by nothing, at no cost.
            logs = torch.where(done[:, :, None], _nothing(logs), logs)
            scores, best = (scores[:, :, None] + logs).flatten(1).topk(beams, 1)
            parent, word = best // logs.shape[2], best % logs.shape[2]
            order = (rows + parent).flatten()
            written, words, done = written[order], words[order], done.gather(1, parent)
            words[:, step] = word.flatten()
            if self.end is not None:
                done |= word == self.end
            if step + 1 < steps:
                written[:, step + 1] = word.flatten()
        first = rows[:, 0]
        outputs = self._run(self._before(inputs), written[first])
        return self._with_own(outputs, _lifted(self._own(outputs), words[first]))

    def _before(self, inputs: tuple[Tensor, ...]) -> dict[fx.Node, Any]:
        """The results of all that no word reaches."""
        env: dict[fx.Node, Any] = dict(zip(self._entrances, inputs, strict=True))
        runner = fx.Interpreter(self.module, garbage_collect_values=False)
        runner.env = env
        for node in self.module.graph.nodes:
            if node not in env and node not in self._reached:
                env[node] = runner.run_node(node)
        return env

    def _run(self, once: dict[fx.Node, Any], written: Tensor) -> Any:
        env = {**once, self._entrances[self.at]: written}
        runner = fx.Interpreter(self.module, garbage_collect_values=False)
        return runner.run(initial_env=env, enable_io_processing=False)

    def _own(self, outputs: Any) -> Tensor:
        found: Tensor = outputs[self.output] if isinstance(outputs, tuple) else outputs
        return found

    def _with_own(self, outputs: Any, own: Tensor) -> Any:
        if not isinstance(outputs, tuple):
            return own
        return (*outputs[: self.output], own, *outputs[self.output + 1 :])


def _nothing(logs: Tensor) -> Tensor:
    """Log-probabilities that leave only token 0."""
    found = torch.full_like(logs, -torch.inf)
    found[:, :, 0] = 0.0
    return found


def _lifted(outputs: Tensor, words: Tensor) -> Tensor:
    """Outputs (n, T, words) whose largest values are at ``words`` (n, T)."""
    at = words[:, :, None]
    most = outputs.amax(2, keepdim=True)
    picked = outputs.gather(2, at)
    return outputs.scatter(2, at, torch.where(picked < most, most + SURE, picked))
