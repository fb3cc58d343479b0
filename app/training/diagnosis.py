"""Diagnosis of a training from its curves and test: overfitting, chance level, divergence, swings, lopsided classes,
too few epochs.

`diagnose` looks at a finished or a running training as a whole; `app.training.training_monitor` follows one by its
events. Window, command line and report all say what these say.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from app.data.dataset import DatasetInfo, FieldInfo
from app.data.lopsided import lopsided_note
from app.data.split import Split
from app.system.number_format import format_number, format_percent
from app.training.generalisation import chance_beside, gap
from app.training.loss_swings import late_epochs, recent_losses, swing_text, swings
from app.training.overfitting_remedies import remedies
from app.training.plan import ADVERSARIAL, BY_LOSS, Plan
from app.training.run_data import known_info, split_of
from app.training.runs import Run, RunHistory
from app.training.training_course import SINCE_BEST, Course
from app.training.undertrained import still_falling
from app.training.usual_rates import is_high, lower_rate_fix
from graph.checking.fixes import Change, Fix
from graph.errors import NetloomError

Kind = Literal[
    "diverged", "chance", "swinging", "lopsided", "overfitting", "still_falling", "gap", "few_tested", "second_cycle"
]

NOT_A_NUMBER = "The loss was no longer a number"
"""How the reason of a training begins that ended because its loss was infinite or not a number."""

EARLY = 2
"""Epochs after which chance level is said where the learning rate is high, which explains it."""
LATER, LONG = 5, 0.75
"""Epochs, and share of the training, after which it is said elsewhere: some networks learn suddenly, and late."""
AT_END = 3
"""Epochs that are enough once training is over."""
LITTLE = 0.02
"""R² up to which a network predicts hardly better than the mean of the target."""
GROWN = 5.0
"""Times its least value, or that of a guess, that a training loss has grown to where it diverges."""
FALLING = 0.5
"""Share of its first value below which a loss far above that of a guess is coming down, and may be waited for."""
RISE, NOISE, RISE_OF_FIRST = 0.15, 3.0, 0.05
"""Share of its least value, and of its first, by which the validation loss has risen where a network overfits; on few
samples it swings by itself, so `NOISE` over the root of their number is added, and less where it stays up."""
SETTLED, LASTING, LEAST = 20, 100, 0.25
"""Epochs since the best one from which on a rise is less and less likely to be a swing, those from which on
`RISE_OF_FIRST` counts less, and the share of it that always counts."""
FALL = 0.2
"""Share by which the training loss has fallen meanwhile."""
PATIENCE = 5
UNRECOGNISED = 0.2
"""Share of the validation samples of a class up to which the class counts as not recognised."""
STRETCHED = {"one_cycle": 0.01, "cosine": 0.1}
"""Schedules that end with the last epoch, and the share of the learning rate below which they are near their end."""
RISEN = 3.0
"""Times by which a learning rate has risen where it began anew."""
ENOUGH = 5
"""Samples of a class from which on that share says something."""

UNSETTLED: frozenset[Kind] = frozenset({"diverged", "chance", "swinging"})
"""What is wrong where a network learned nothing or its loss does not settle: if it overfits is no question then."""

WEIGH = Fix("Weigh the classes automatically", (Change("plan", {"class_weights": "automatic"}),))
"""What helps where rare classes are not learned."""


@dataclass(frozen=True)
class Diagnosis:
    """What is wrong with a training: a sentence, its evidence, the training setting concerned, and what may help.

    ``setting`` is empty where no training setting is concerned. ``epoch`` is the epoch (1-based) that showed it, or in
    which a divergence began. Each remedy is an edit of the project, the likeliest first; it counts from the next
    training on, but where ``goes_on``: then the run itself goes on with the first one.
    """

    kind: Kind
    sentence: str
    evidence: str
    setting: str
    epoch: int
    remedies: tuple[Fix, ...] = ()
    goes_on: bool = False

    @property
    def text(self) -> str:
        """The sentence with its evidence."""
        return f"{self.sentence} {self.evidence}"

    def to_json(self) -> dict[str, Any]:
        """The diagnosis as one JSON object, as the command line prints it."""
        values = {name: getattr(self, name) for name in ("kind", "sentence", "evidence", "setting", "epoch")}
        return {"event": "diagnosis", **values, "remedies": [fix.title for fix in self.remedies]}


def diagnose(course: Course, sections: Mapping[str, Any], info: DatasetInfo | None = None) -> tuple[Diagnosis, ...]:
    """What is wrong with a training, the gravest first; empty where nothing is known to be.

    Parameters
    ----------
    course
        how it went so far.
    sections
        of the project that is trained; remedies change them.
    info
        what its data offers, None where that is not known.
    """
    try:
        context = _Context(course, Plan.parse(sections.get("plan") or {}), info, split_of(sections), sections)
    except NetloomError:
        return ()
    diverged = _diverged(context)
    if diverged is not None:
        return (diverged,)  # the cause of all else
    rules = (_at_chance, _lopsided, _swinging_or_overfitting, _still_falling, _gap, _second_cycle)
    return tuple(diagnosis for rule in rules if (diagnosis := rule(context)) is not None)


def diagnose_run(run: Run, history: RunHistory | None = None) -> tuple[Diagnosis, ...]:
    """What was wrong with the training of a saved run, whose ``history`` is given where it was read already.

    Raises
    ------
    NetloomError
        if its log was altered.
    """
    course = Course.of(history or run.history(points=False), run)
    return diagnose(course, run.project.sections, known_info(run.project.sections, run))


def divergence(found: Iterable[Diagnosis]) -> int:
    """The epoch (1-based) in which a training diverged, by what was found wrong with it; 0 where it did not."""
    return next((diagnosis.epoch for diagnosis in found if diagnosis.kind == "diverged"), 0)


@dataclass(frozen=True, eq=False)
class _Context:
    """What the rules look at."""

    course: Course
    plan: Plan
    info: DatasetInfo | None
    split: Split
    sections: Mapping[str, Any]
    target: FieldInfo | None = field(init=False)

    def __post_init__(self) -> None:
        # Another objective has another target, and several outputs have metrics under other names.
        supervised = self.info is not None and self.plan.objective == "supervised"
        object.__setattr__(self, "target", self.info.target_field() if supervised and self.info else None)

    @staticmethod
    def changed(title: str, **values: Any) -> Fix:
        """The edit that changes some training settings."""
        return Fix(title, (Change("plan", values),))

    def lower(self) -> tuple[Fix, ...]:
        """The edit that lowers the learning rate."""
        return (lower_rate_fix(self.plan),)

    @property
    def counts(self) -> tuple[int, ...]:
        """Samples of each class of the target, or only of its validation set; empty where neither is known."""
        if self.info is None or self.target is None or not self.target.classes:
            return ()
        confusion = self.course.confusion
        if not self.info.counts and confusion is not None and len(confusion) == len(self.target.classes):
            return tuple(confusion.sum(1).tolist())
        return self.info.counts


def _diverged(context: _Context) -> Diagnosis | None:
    course, rate = context.course, context.plan.learning_rate
    losses = course.values("train", "loss")
    known = [loss for loss in losses if math.isfinite(loss)]
    if course.reason.startswith(NOT_A_NUMBER):
        evidence, epoch = f"{course.reason.partition(';')[0]} with a learning rate of {rate:g}.", course.last + 1
    elif _grew(known) and _one_loss(context) and not swings(losses, _guess(context)):
        grown = f"from {format_number(min(known))} to {format_number(known[-1])}"
        evidence = f"The training loss grew {grown} with a learning rate of {rate:g}."
        epoch = _since(context, lambda loss: _grew([*known, loss]))
    elif far := _far_above_chance(context, known):
        evidence = f"{far}, with a learning rate of {rate:g}."
        epoch = _since(context, lambda loss: loss > GROWN * _guess(context))
    else:
        return None
    return Diagnosis("diverged", "Training diverged.", evidence, "learning_rate", epoch, context.lower())


def _grew(losses: Sequence[float]) -> bool:
    """Whether training losses ended many times above the least of them, and well above the first."""
    return len(losses) > 1 and losses[-1] > GROWN * min(losses) and losses[-1] > 2 * losses[0]


def _since(context: _Context, is_bad: Callable[[float], bool]) -> int:
    """The first epoch of those at the end whose training losses are all bad, or no numbers."""
    epochs, losses = context.course.epochs, context.course.values("train", "loss")
    good = [at for at, loss in enumerate(losses) if math.isfinite(loss) and not is_bad(loss)]
    return int(epochs[good[-1] + 1 if good else 0]["epoch"])


def _guess(context: _Context) -> float:
    """The training loss of a classifier that guesses, NaN where there are no classes."""
    classes = len(context.target.classes) if context.target is not None else 0
    return math.log(classes) if classes > 1 else math.nan


def _far_above_chance(context: _Context, losses: Sequence[float]) -> str:
    """That a classifier's training loss stays far above that of a guess, and does not come down; empty where not."""
    guess, course = _guess(context), context.course
    if not math.isfinite(guess) or len(losses) < EARLY:
        return ""
    falling = losses[-1] < FALLING * losses[0] and not course.over
    if min(losses[-EARLY:]) <= GROWN * guess or falling:
        return ""
    return f"The training loss is {format_number(losses[-1])}, where a guess gives {format_number(guess)}"


def _one_loss(context: _Context) -> bool:
    return context.plan.objective not in ADVERSARIAL


def _at_chance(context: _Context) -> Diagnosis | None:
    """No better than saying always the same, although training has gone on for a while."""
    if not _long_enough(context):
        return None
    evidence = _chance_of_classes(context) or _chance_of_numbers(context)
    if not evidence:
        return None
    if context.info is not None and lopsided_note(context.info) and not is_high(context.plan):
        return None  # said by the rule below: what is always predicted is the usual class
    rate = f"The learning rate is {context.plan.learning_rate:g}."
    fixes = context.lower()
    sentence = "The network learns nothing."
    return Diagnosis("chance", sentence, f"{evidence} {rate}", "learning_rate", context.course.last, fixes)


def _long_enough(context: _Context) -> bool:
    course, done = context.course, len(context.course.epochs)
    if is_high(context.plan):
        return done >= EARLY
    return done >= (AT_END if course.over else max(LATER, math.ceil(LONG * course.planned)))


def _chance_of_classes(context: _Context) -> str:
    counts, target = context.counts, context.target
    values = _known(context.course.values("train", "accuracy"))
    if not values or target is None or not target.classes or context.info is None:
        return ""
    samples = sum(counts) or context.info.samples
    level = max(counts) / samples if sum(counts) else 1 / len(target.classes)
    spare = min(0.05, 3 * math.sqrt(level * (1 - level) / max(samples * context.split.train, 1)))
    if max(values) > level + spare:
        return ""
    always = f"always “{target.classes[counts.index(max(counts))]}”" if sum(counts) else "a guess"
    best, share = format_percent(max(values)), format_percent(level)
    return f"Its best accuracy while training is {best}; {always} would be right for {share}."


def _chance_of_numbers(context: _Context) -> str:
    values = _known(context.course.values("train", "r2"))
    if not values or max(values) > LITTLE or context.target is None:
        return ""
    best = format_number(max(values))
    return f"Its best R² while training is {best}; 0 is what always predicting the mean gives."


def _lopsided(context: _Context) -> Diagnosis | None:
    """Rare classes that are not recognised, and count no more than usual ones."""
    info, plan = context.info, context.plan
    if info is None or plan.class_weights != "none" or not context.counts or not lopsided_note(info):
        return None
    if len(context.course.epochs) < EARLY or is_high(plan):
        return None
    confusion = context.course.confusion
    evidence = _unrecognised(context, confusion) if confusion is not None else ""
    if not evidence and _long_enough(context):
        evidence = _chance_of_classes(context)
    if not evidence:
        return None
    sentence = "Rare classes are not learned."
    return Diagnosis("lopsided", sentence, evidence, "class_weights", context.course.last, (WEIGH,))


def _unrecognised(context: _Context, confusion: NDArray[np.int64]) -> str:
    """The evidence that the rarest class is taken for others, by the validation set."""
    assert context.target is not None
    if len(confusion) != len(context.counts) or not confusion.sum():
        return ""
    rarest = int(np.argmin([count or math.inf for count in context.counts]))
    right, samples = int(confusion[rarest, rarest]), int(confusion[rarest].sum())
    if samples < ENOUGH or right > UNRECOGNISED * samples:
        return ""
    accuracy = format_percent(float(np.trace(confusion) / confusion.sum()))
    name = context.target.classes[rarest]
    return f"{right:,} of {samples:,} validation samples of “{name}” are recognised, at an accuracy of {accuracy}."


def _swinging_or_overfitting(context: _Context) -> Diagnosis | None:
    """What the two losses tell; of a loss that swings it is no question whether it rises."""
    if context.plan.objective not in BY_LOSS:
        return None
    swinging = _swinging_losses(context)
    if not swinging:
        return _overfitting(context)
    if _at_chance(context) is not None:
        return None  # said already, with the same remedy
    rate, (between, evidence) = context.plan.learning_rate, swing_text(swinging)
    sentence = f"The loss swings {between} and does not settle: the learning rate of {rate:g} is too high."
    return Diagnosis("swinging", sentence, evidence, "learning_rate", context.course.last, context.lower())


def _swinging_losses(context: _Context) -> Sequence[float]:
    """The losses of the last epochs of a training that swings; empty where it does not.

    With a usual learning rate both losses have to swing: that on few validation samples may by itself.
    """
    both = [context.course.values(part, "loss") for part in ("validation", "train")]
    swinging = [losses for losses in both if swings(losses, _guess(context))]
    enough = len(swinging) >= (1 if is_high(context.plan) else 2)
    return recent_losses(swinging[0]) if enough else ()


def _overfitting(context: _Context) -> Diagnosis | None:
    """The validation loss has risen since its best epoch while the training loss fell on; spikes do not count."""
    course, plan = context.course, context.plan
    if plan.patience:
        return None  # early stopping takes care of it
    validation, train = course.values("validation", "loss"), course.values("train", "loss")
    if len(validation) <= SINCE_BEST or not all(map(math.isfinite, (*validation, *train))):
        return None
    best = min(range(len(validation)), key=validation.__getitem__)
    since = len(validation) - 1 - best
    if since < SINCE_BEST:
        return None
    late = late_epochs(len(validation), SINCE_BEST, since)
    least, now, ended = validation[best], median(validation[-late:]), median(train[-late:])
    begun = median(train[max(0, best - 1) : best + 2])
    samples = context.split.validation * context.info.samples if context.info is not None else 100
    rise = RISE + NOISE / math.sqrt(max(samples, 1)) * min(1.0, SETTLED / since)
    rise_of_first = RISE_OF_FIRST * max(min(1.0, LASTING / since), LEAST)
    risen = now - least > max(rise * least, rise_of_first * validation[0])
    if not risen or ended > (1 - FALL) * begun:
        return None
    evidence = (
        f"The validation loss rose from {format_number(least)} (epoch {course.epochs[best]['epoch']}) to "
        f"{format_number(now)}, while the training loss fell from {format_number(begun)} to {format_number(ended)} "
        f"(medians of the last {late:,} epochs)."
    )
    stopping = context.changed("Use early stopping", patience=PATIENCE)
    found = remedies(context.sections, plan, context.info, course.parts, (stopping, "early stopping"))
    text, fixes = f"{evidence} {found.words}", found.fixes
    return Diagnosis("overfitting", "The network overfits.", text, "patience", course.last, fixes)


def _still_falling(context: _Context) -> Diagnosis | None:
    """All epochs are done, and the validation loss falls as it did all along: the best epoch was the last."""
    course, plan = context.course, context.plan
    done = course.over and not course.reason and course.last >= course.planned
    if not done or plan.objective not in BY_LOSS or _at_chance(context) or _swinging_losses(context):
        return None
    falling = still_falling(course.values("validation", "loss"))
    if falling is None:
        return None
    evidence = (
        f"The best epoch was the last: in the last {falling.epochs:,} epochs the validation loss fell from "
        f"{format_number(falling.before)} to {format_number(falling.now)}, about as fast as before."
    )
    # A schedule that is stretched over all epochs has come to its end, and would rise again if the run went on.
    goes_on, more = plan.schedule not in STRETCHED, course.last
    title = f"Train {more:,} more epochs" if goes_on else f"Train for {course.last + more:,} epochs from the start"
    fixes = (context.changed(title, epochs=course.last + more),)
    sentence = "Still falling: the network needs more epochs."
    return Diagnosis("still_falling", sentence, evidence, "epochs", course.last, fixes, goes_on)


def _gap(context: _Context) -> Diagnosis | None:
    """Much worse on the test set than on the training set, where nothing is said that explains it."""
    course, plan = context.course, context.plan
    if (
        plan.objective not in BY_LOSS
        or _at_chance(context) is not None
        or _swinging_or_overfitting(context) is not None
    ):
        return None
    tested = course.test_samples or 0
    evidence = gap(course.kept, course.test, tested)
    if not evidence:
        return None
    if chance := chance_beside(course.judged, course.kept, course.test, course.parts.get("validation", 0), tested):
        sentence = "The test score may be low by chance."
        advice = "Keep more samples for the test, or train with other seeds of the split, to see more."
        return Diagnosis("few_tested", sentence, f"{chance} {advice}", "", course.last)
    found = remedies(context.sections, plan, context.info, course.parts)
    sentence = "The network overfits: it does worse on new samples."
    setting = "weight_decay" if not plan.weight_decay else ""
    return Diagnosis("gap", sentence, f"{evidence} {found.words}", setting, course.last, found.fixes)


def _second_cycle(context: _Context) -> Diagnosis | None:
    """The learning rate had fallen to its end, and rose again because the run went on for more epochs."""
    course, plan = context.course, context.plan
    rates = [float(epoch.get("learning_rate", math.nan)) for epoch in course.epochs]
    ended = STRETCHED.get(plan.schedule, 0.0) * plan.learning_rate
    risen = (at for at in range(1, len(rates)) if rates[at - 1] < ended and rates[at] > RISEN * rates[at - 1])
    at = next(risen, None)
    if at is None:
        return None
    epochs = max(course.planned, course.last)
    evidence = (
        f"It rose from {rates[at - 1]:.2g} to {rates[at]:.2g} after epoch {course.epochs[at - 1]['epoch']}, because "
        f"the schedule “{plan.schedule}” is stretched over all epochs, which became more."
    )
    fixes = (
        context.changed(f"Train for {epochs:,} epochs from the start", epochs=epochs),
        context.changed("Keep the learning rate constant", schedule="constant"),
    )
    sentence = "The learning rate rose again as the run went on."
    return Diagnosis("second_cycle", sentence, evidence, "schedule", int(course.epochs[at]["epoch"]), fixes)


def _known(values: Sequence[float]) -> list[float]:
    return [value for value in values if math.isfinite(value)]
