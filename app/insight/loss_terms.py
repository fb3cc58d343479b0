"""A loss written out for one sample: the numbers that go in, the term of each, and what they add up to."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from app.protocol.backprop_values import WrittenLoss

Numbers = NDArray[np.float64]

TINY = 1e-30
"""Probabilities are kept above this before their logarithm is taken."""

MOST_TERMS = 32
"""Terms that are written out, at most; the total is always that of all."""

IN_A_LINE = 8
"""Terms that fit into one line."""


def half_squares(answers: Numbers, targets: Numbers) -> float:
    """1/2 sum (t - o)^2, over all values."""
    return float(0.5 * np.square(targets - answers).sum())


def of_numbers(
    loss: str,
    answers: Numbers,
    targets: Numbers,
    *,
    squashed: bool = False,
    delta: float = 1.0,
    weights: Numbers | None = None,
) -> WrittenLoss:
    """A loss that compares value by value.

    Parameters
    ----------
    loss
        ``mse``, ``half_squares``, ``mae``, ``huber`` or ``bce``.
    answers, targets
        float (k,).
    squashed
        for ``bce``: whether the answers are probabilities already.
    delta
        for ``huber``: the error at which it turns straight.
    weights
        for ``bce``: how much each label counts where it is true, float (k,); None counts all alike.
    """
    if loss == "bce":
        return _binary(answers, targets, squashed, weights)
    error = targets - answers
    rule, term, terms = _rules(loss, delta)
    losses = terms(error)
    total = half_squares(answers, targets) if loss == "half_squares" else float(losses.mean())
    rows = np.stack([answers, targets, error, losses], axis=1)
    factor = "½" if loss == "half_squares" else f"1/{len(losses)}"
    line = _line(factor if factor != "1/1" else "", losses, total)
    return WrittenLoss(rule, line, ("output o", "target t", "t − o", term), _rows(rows), len(losses), total)


def of_classes(scores: Numbers, target: int, squashed: str = "", smoothing: float = 0.0) -> WrittenLoss:
    """Cross-entropy of the scores (k,) of k classes, or of shares and chances where the network ``squashed`` them.

    ``smoothing`` is the share of certainty (0 to 1) that is taken from the true class and spread evenly over all.
    """
    scores, shares = _shares(scores, squashed)
    hot = np.zeros(len(scores))
    hot[target] = 1.0
    hot = (1 - smoothing) * hot + smoothing / len(hot)
    logs = -np.log(np.maximum(shares, TINY))
    total = float((hot * logs).sum()) if smoothing else float(logs[target])
    rows = np.stack([scores, shares, hot, hot * logs], axis=1)
    line = f"−ln p of class {target + 1} = −ln {_shown(float(shares[target]))} = {_shown(total)}"
    first = "share o" if squashed == "softmax" else "score o"
    formula = "E = −ln p of the true class"
    if smoothing:
        line, formula = _line("", hot * logs, total), f"E = −Σ t ln p,  t smoothed by {smoothing:g}"
    formula += "" if squashed == "softmax" else ",  p = softmax(o)"
    return WrittenLoss(formula, line, (first, "p", "target t", "−t ln p"), _rows(rows), len(rows), total)


def of_places(scores: Numbers, targets: NDArray[np.int64], squashed: str = "", smoothing: float = 0.0) -> WrittenLoss:
    """Cross-entropy of a class at each of several places, such as steps or pixels: the mean over the places.

    ``scores`` are (places, k), ``targets`` (places,); ``squashed`` and ``smoothing`` are as in `of_classes`.
    """
    logs = -np.log(np.maximum(_shares(scores, squashed)[1], TINY))
    true = np.take_along_axis(logs, targets[:, None], axis=1)[:, 0]
    terms = (1 - smoothing) * true + smoothing * logs.mean(axis=1)
    total = float(terms.mean())
    rows = np.stack([targets + 1, np.exp(-true), terms], axis=1)
    term = f"−Σ t ln p,  t smoothed by {smoothing:g}," if smoothing else "−ln p of the true class"
    line = _line(f"1/{len(terms)}", terms, total)
    return WrittenLoss(
        f"E = mean of {term} over the places", line, ("class", "p", "term"), _rows(rows), len(terms), total
    )


def of_cells(holds: Numbers, presence: Numbers, parts: Numbers) -> WrittenLoss:
    """YOLO's loss of a grid of cells: the sum of its three parts over all cells.

    ``holds`` (cells,) is 1 where a cell holds a box, ``presence`` (cells,) how likely the network thinks that,
    ``parts`` (cells, 3) are objectness, box and class of each.
    """
    sums = parts.sum(0)
    rows = np.concatenate([holds[:, None], presence[:, None], parts], axis=1)
    columns = ("holds a box", "p", "objectness", "box", "class")
    formula = "E = Σ objectness + Σ box + Σ class,  over all cells"
    total = float(sums.sum())
    return WrittenLoss(formula, _line("", sums, total), columns, _rows(rows), len(rows), total)


def of_margins(scores: Numbers, target: int) -> WrittenLoss:
    """The hinge loss of the scores (k,) of k classes, or of a single score (1,) of the second of two."""
    if len(scores) == 1:
        sign = 1.0 if target else -1.0
        term = max(0.0, 1.0 - sign * float(scores[0]))
        line = f"max(0, 1 − {_shown(sign)} · {_in_brackets(float(scores[0]))}) = {_shown(term)}"
        row = ((float(scores[0]), sign, term),)
        return WrittenLoss("E = max(0, 1 − t o),  t = 1 or −1", line, ("score o", "t", "term"), row, 1, term)
    leads = 1.0 - scores[target] + scores
    terms = np.maximum(leads, 0.0)
    leads[target] = terms[target] = 0.0
    total = float(terms.sum() / len(scores))
    rows = np.stack([scores, np.eye(len(scores))[target], leads, terms], axis=1)
    formula = "E = 1/C Σ max(0, 1 − o of the true class + o) over the C − 1 others"
    columns = ("score o", "target t", "1 − o_true + o", "term")
    others = np.delete(terms, target)
    return WrittenLoss(formula, _line(f"1/{len(scores)}", others, total), columns, _rows(rows), len(rows), total)


def _shares(scores: Numbers, squashed: str) -> tuple[Numbers, Numbers]:
    """Scores (..., k) before a softmax, and the probabilities that it gives, where the network ``squashed`` them so."""
    if squashed == "softmax":
        return scores, scores
    if squashed == "sigmoid":
        chances = np.clip(scores, 1e-7, 1 - 1e-7)
        scores = np.log(chances / (1 - chances))
    grown = np.exp(scores - scores.max(-1, keepdims=True))
    return scores, grown / grown.sum(-1, keepdims=True)


def _in_brackets(value: float) -> str:
    return f"({_shown(value)})" if value < 0 else _shown(value)


def _rules(loss: str, delta: float) -> tuple[str, str, Callable[[Numbers], Numbers]]:
    """The rule, the heading of a term, and the terms from the errors."""
    if loss == "half_squares":
        return "E = ½ Σ (t − o)²", "(t − o)²", np.square
    if loss == "mae":
        return "E = mean of |t − o|", "|t − o|", np.abs
    if loss == "huber":
        rule = f"E = mean of h(t − o),  h(d) = ½ d² up to |d| = {delta:g}, straight beyond"

        def bent(error: Numbers) -> Numbers:
            size = np.abs(error)
            return np.where(size <= delta, 0.5 * error * error, delta * (size - 0.5 * delta))

        return rule, "h(t − o)", bent
    return "E = mean of (t − o)²", "(t − o)²", np.square


def _binary(answers: Numbers, targets: Numbers, squashed: bool, weights: Numbers | None) -> WrittenLoss:
    chances = answers if squashed else 1 / (1 + np.exp(-np.clip(answers, -500, 500)))
    if squashed:  # torch holds these logarithms above -100
        yes, no = (np.maximum(np.log(np.maximum(chance, TINY)), -100.0) for chance in (chances, 1 - chances))
    else:
        yes, no = -np.logaddexp(0, -answers), -np.logaddexp(0, answers)
    terms = -((1.0 if weights is None else weights) * targets * yes + (1 - targets) * no)
    total = float(terms.mean())
    rows = np.stack([answers, chances, targets, terms], axis=1)
    weighed = "" if weights is None else "w "
    rule = f"E = mean of −{weighed}t ln p − (1 − t) ln(1 − p)" + ("" if squashed else ",  p = sigmoid(o)")
    factor = f"1/{len(terms)}" if len(terms) > 1 else ""
    return WrittenLoss(
        rule, _line(factor, terms, total), ("output o", "p", "target t", "term"), _rows(rows), len(terms), total
    )


def _line(factor: str, values: Numbers, total: float) -> str:
    """The sum with its numbers: ``½ (0.04 + 0.16) = 0.1``."""
    shown = [_shown(float(term)) for term in values[:IN_A_LINE]]
    terms = " + ".join(shown) + (" + …" if len(values) > IN_A_LINE else "")
    if not factor:
        return f"{terms} = {_shown(total)}" if len(values) > 1 else terms
    return f"{factor} ({terms}) = {_shown(total)}"


def _rows(rows: Numbers) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(float(value) for value in row) for row in rows[:MOST_TERMS])


def _shown(value: float) -> str:
    return f"{value:.4g}".replace("-", "−")
