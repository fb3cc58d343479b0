"""Learning rates that are usual for each optimiser, and those above which training seldom works."""

from __future__ import annotations

from app.training.plan import Plan
from graph.checking.fixes import Change, Fix

MOST_RATES = {
    "sgd": 1.0,
    "adam": 0.03,
    "adamw": 0.03,
    "radam": 0.03,
    "nadam": 0.03,
    "rmsprop": 0.03,
    "adagrad": 1.0,
    "lion": 0.003,
}
"""Learning rates above these are unusual."""
USUAL_RATES = {
    "sgd": 0.05,
    "adam": 0.003,
    "adamw": 0.003,
    "radam": 0.003,
    "nadam": 0.003,
    "rmsprop": 0.001,
    "adagrad": 0.03,
    "lion": 0.0003,
}
"""A learning rate to begin with."""
USUAL_RANGES = {
    "sgd": (0.01, 0.1),
    "adam": (0.0003, 0.01),
    "adamw": (0.0003, 0.01),
    "radam": (0.0003, 0.01),
    "nadam": (0.0003, 0.01),
    "rmsprop": (0.0003, 0.003),
    "adagrad": (0.01, 0.1),
    "lion": (0.00003, 0.001),
}
"""Between which learning rates most trainings work; some tasks stand more or need less."""

FAR = 30
"""Times that rate from which on training hardly ever works: it diverges, or learns nothing."""


def is_far_too_high(plan: Plan) -> bool:
    """Whether the learning rate is so high that training is not to be expected to work."""
    return plan.learning_rate >= FAR * MOST_RATES[plan.optimiser]


def is_high(plan: Plan) -> bool:
    """Whether the learning rate is above what the optimiser usually stands."""
    return plan.learning_rate > MOST_RATES[plan.optimiser]


def high_rate_warning(plan: Plan) -> str:
    """Say that the learning rate is high; empty where it is not."""
    if not is_high(plan):
        return ""
    low, high = USUAL_RANGES[plan.optimiser]
    return (
        f"A learning rate of {plan.learning_rate:g} is high for {plan.optimiser}: the loss is likely to swing or grow. "
        f"For {plan.optimiser}, {low:g} to {high:g} is usual."
    )


def lower_rate(plan: Plan) -> float:
    """A learning rate to try where the plan's was too high: the usual one, or a tenth where it is no higher."""
    usual = USUAL_RATES[plan.optimiser]
    return usual if plan.learning_rate > 1.5 * usual else float(f"{plan.learning_rate / 10:.3g}")


def lower_rate_fix(plan: Plan) -> Fix:
    """The edit that lowers a learning rate that is too high, the same wherever it is offered."""
    rate = lower_rate(plan)
    return Fix(f"Use learning rate {rate:g}", (Change("plan", {"learning_rate": rate}),))
