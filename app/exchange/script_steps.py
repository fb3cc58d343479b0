"""Optimiser and learning rate of a training script, in torch's own words."""

from __future__ import annotations

from app.exchange.script_pieces import Piece
from app.training.plan import OPTIMISERS, Plan

LION = '''
class Lion(torch.optim.Optimizer):
    """Steps of one length, of which a running mean of gradients says the sign (Chen and others, 2023)."""

    def __init__(self, params, lr: float, betas: tuple[float, float], weight_decay: float = 0.0) -> None:
        super().__init__(params, {"lr": lr, "betas": betas, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self) -> None:
        """Change the weights once."""
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for weight in group["params"]:
                if weight.grad is None:
                    continue
                mean = self.state[weight].setdefault("mean", torch.zeros_like(weight))
                weight.mul_(1 - group["lr"] * group["weight_decay"])
                weight.add_(torch.lerp(weight.grad, mean, beta1).sign(), alpha=-group["lr"])
                mean.lerp_(weight.grad, 1 - beta2)
'''

FALLING = '''
def falling(position: float, start: float, end: float) -> float:
    """Half a cosine from ``start`` at position 0 to ``end`` at 1."""
    return end + (start - end) * (1 + math.cos(math.pi * position)) / 2
'''

STEP = '''
def learning_rate(step: int) -> float:
    """The learning rate falls by a factor, again and again."""
    return LEARNING_RATE * FACTOR ** (step // STEPS_PER_EPOCH // STEP_EPOCHS)WARMED
'''

COSINE = '''
def learning_rate(step: int) -> float:
    """The learning rate falls from epoch to epoch along half a cosine."""
    return LEARNING_RATE * falling(step // STEPS_PER_EPOCH / EPOCHS, 1.0, FINAL_RATE)WARMED
'''

ONE_CYCLE = '''
def learning_rate(step: int) -> float:
    """The learning rate rises from 1/25 to its peak, then falls almost to 0 (one cycle)."""
    steps = EPOCHS * STEPS_PER_EPOCH
    top = WARM_UP * steps - 1
    if step <= top:
        return LEARNING_RATE * falling(step / top if top > 0 else 1.0, 1 / 25, 1.0)
    return LEARNING_RATE * falling(min(1.0, (step - top) / max(steps - 1 - top, 1e-9)), 1.0, 1 / 250_000)
'''

PLATEAU = '''
plateau = {"best": math.inf, "waited": 0, "factor": 1.0}


def learning_rate(step: int) -> float:
    """The learning rate, which falls where the loss that is watched does not."""
    return LEARNING_RATE * plateau["factor"]WARMED


def watch_plateau(loss: float) -> None:
    """Take note of the loss after an epoch; too many without a better one lower the learning rate."""
    if loss < plateau["best"] * (1 - 1e-4):
        plateau.update(best=loss, waited=0)
        return
    plateau["waited"] += 1
    if plateau["waited"] > PLATEAU_PATIENCE:
        plateau.update(waited=0, factor=max(plateau["factor"] * FACTOR, FINAL_RATE))
'''

WARM_UP = '''
def learning_rate(step: int) -> float:
    """The learning rate rises in equal steps, then stays."""
    return LEARNING_RATEWARMED
'''

SCHEDULES = {
    "step": STEP,
    "cosine": FALLING + "\n" + COSINE,
    "one_cycle": FALLING + "\n" + ONE_CYCLE,
    "plateau": PLATEAU,
}
WORDS = {
    "constant": "The learning rate stays as it is.",
    "step": "The learning rate falls step by step.",
    "cosine": "The learning rate falls along half a cosine.",
    "one_cycle": "The learning rate rises at first, and falls to almost nothing in the end (one cycle).",
    "plateau": "The learning rate falls once the loss no longer does.",
}

WARMED = " * min(1.0, (step + 1) / (WARM_UP_EPOCHS * STEPS_PER_EPOCH))"


def schedule_settings(plan: Plan) -> list[tuple[str, object, str]]:
    """The constants of the schedule: name, value and meaning."""
    own: dict[str, list[tuple[str, object, str]]] = {
        "step": [
            ("STEP_EPOCHS", plan.step_epochs, "epochs after which the learning rate falls, again and again"),
            ("FACTOR", plan.factor, "what it is multiplied by then"),
        ],
        "cosine": [("FINAL_RATE", plan.final_rate, "learning rate at the end, as a share of the first")],
        "one_cycle": [("WARM_UP", plan.warm_up, "share of the training during which the learning rate rises")],
        "plateau": [
            ("PLATEAU_PATIENCE", plan.plateau_patience, "epochs without a better loss before the learning rate falls"),
            ("FACTOR", plan.factor, "what it is multiplied by then"),
            ("FINAL_RATE", plan.final_rate, "the least that is left of it, as a share of the first"),
        ],
    }
    settings = own.get(plan.schedule, [])
    if warms_up(plan):
        settings.append(("WARM_UP_EPOCHS", plan.warm_up_epochs, "epochs in which the learning rate rises at first"))
    return settings


def warms_up(plan: Plan) -> bool:
    """Whether the learning rate rises at first, before its schedule."""
    return plan.schedule != "one_cycle" and plan.warm_up_epochs > 0


def is_scheduled(plan: Plan) -> bool:
    """Whether the learning rate changes while training."""
    return plan.schedule != "constant" or warms_up(plan)


def optimiser_piece(plan: Plan, frozen: bool) -> Piece:
    """The optimiser and its learning rate; with ``frozen`` layers it gets only weights that learn."""
    parts = [LION] if plan.optimiser == "lion" else []
    weights = "network.parameters()"
    if frozen:
        weights = "[weight for weight in network.parameters() if weight.requires_grad]"
    made = f"optimiser = {_called(plan)}({weights}, {', '.join(_arguments(plan))})"
    schedule = SCHEDULES.get(plan.schedule, WARM_UP if is_scheduled(plan) else "")
    if schedule:
        made += '\nSTEPS_PER_EPOCH = len(cut(rows["train"], BATCH_SIZE))'
        schedule = "\n" + schedule.replace("WARMED", WARMED if warms_up(plan) else "")
    words = f"{OPTIMISERS[plan.optimiser]} changes the weights by their gradients. {WORDS[plan.schedule]}"
    if warms_up(plan):
        words += " At first it rises from near 0 (warm-up)."
    before = "\n\n".join(parts)
    return Piece("The optimiser", words, (before.strip() + "\n\n\n" if before else "") + made + "\n" + schedule)


def _called(plan: Plan) -> str:
    return "Lion" if plan.optimiser == "lion" else f"torch.optim.{OPTIMISERS[plan.optimiser]}"


def _arguments(plan: Plan) -> list[str]:
    """What torch is told, where it is not its default."""
    betas = (plan.beta1, plan.beta2)
    means = [f"betas={betas!r}"] if betas != (0.9, 0.999) or plan.optimiser == "lion" else []
    own = {
        "sgd": [f"momentum={plan.momentum!r}"] * bool(plan.momentum) + ["nesterov=True"] * plan.nesterov,
        "rmsprop": [f"alpha={plan.alpha!r}"] + [f"momentum={plan.momentum!r}"] * bool(plan.momentum),
        "adagrad": [],
    }
    further = own.get(plan.optimiser, means)
    decays = plan.weight_decay or plan.optimiser == "adamw"  # which has one of its own
    return ["lr=LEARNING_RATE", *further, *([f"weight_decay={plan.weight_decay!r}"] if decays else [])]
