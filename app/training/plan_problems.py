"""Problems of the training settings (the plan), with fixes: what cannot be read, missing devices, impossible rates."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from app.training.plan import Plan
from app.training.runs import MOST_CHECKPOINTS
from app.training.usual_rates import high_rate_warning, is_far_too_high, lower_rate_fix
from graph.checking.fixes import Change, Fix, Write
from graph.checking.layer_info import Problem, Severity
from graph.errors import NetloomError

ELSEWHERE = "A machine that has it can train the project as it is."


def missing_device(name: str, known: Collection[str]) -> str:
    """Why one cannot train on the device called ``name`` where there are these; empty where it is there."""
    wanted = "cuda:0" if name == "cuda" else name
    if name == "auto" or wanted in known:
        return ""
    return (
        f"The device “{name}” is not there: torch finds {' and '.join(known)}; "
        "choose one of them, or auto, in the training settings (on the command line by --device)."
    )


def plan_problems(section: Any, devices: Collection[str] = (), trains_here: bool = True) -> list[Problem]:
    """The problem of a plan that cannot be read, with a fix that keeps what can, of a device that is not among the
    ``devices``, where these are known, or of a rate that cannot work.

    Of a project that may be trained on another machine a missing device is a warning.
    """
    try:
        plan = Plan.parse(section)
    except NetloomError as error:
        fix = Fix("Drop what cannot be read", (Write("plan", _readable(section)),))
        return [Problem(Severity.ERROR, None, None, str(error), (fix,))]
    missing = missing_device(plan.device, devices) if devices else ""
    if missing:
        fix = Fix("Train on what there is", (Change("plan", {"device": "auto"}),))
        if trains_here:
            return [Problem(Severity.ERROR, None, None, missing, (fix,))]
        return [Problem(Severity.WARNING, None, None, f"{missing} {ELSEWHERE}", (fix,))]
    if plan.checkpoints > MOST_CHECKPOINTS:
        every = -(-plan.epochs // MOST_CHECKPOINTS)
        said = (
            f"To keep the weights every {plan.keep_every:,} of {plan.epochs:,} epochs would be {plan.checkpoints:,} "
            f"files; at most {MOST_CHECKPOINTS} are kept of a run. Keep them every {every:,} epochs, or less often."
        )
        fix = Fix(f"Keep weights every {every:,} epochs", (Change("plan", {"keep_every": every}),))
        return [Problem(Severity.ERROR, None, None, said, (fix,))]
    if is_far_too_high(plan):
        return [Problem(Severity.WARNING, None, None, high_rate_warning(plan), (lower_rate_fix(plan),))]
    return []


def readable_plan(section: object) -> Plan | None:
    """The plan of a project, None where it cannot be read."""
    try:
        return Plan.parse(section if isinstance(section, Mapping) else {})
    except NetloomError:
        return None


def _readable(section: Any) -> dict[str, Any]:
    """The settings of a plan that can be read."""
    kept = dict[str, Any]()
    for name, value in section.items() if isinstance(section, Mapping) else ():
        try:
            Plan.parse({**kept, name: value})
        except NetloomError:
            continue
        kept[name] = value
    return kept
