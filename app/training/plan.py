"""Training settings (the plan): objective, loss, optimiser, learning-rate schedule, batch size, seed, device."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from pydantic import model_validator

from graph.errors import NetloomError
from graph.layers.declared import Declared
from graph.layers.io import LossName
from graph.layers.loss_choices import NAMED, SUITED
from graph.layers.settings import setting, with_names
from graph.project import Project

DEVICE = re.compile(r"auto|cpu|cuda(:\d{1,3})?")

BY_CLASSES = ("auto", "cross_entropy", "bce")
"""Losses by which classes and labels are learned."""

OPTIMISERS = {
    "sgd": "SGD",
    "adam": "Adam",
    "adamw": "AdamW",
    "radam": "RAdam",
    "nadam": "NAdam",
    "rmsprop": "RMSprop",
    "adagrad": "Adagrad",
    "lion": "Lion",
}
"""Optimisers as their authors write them."""
BY_MEANS = ("adam", "adamw", "radam", "nadam", "lion")
"""Optimisers that go by running means with the factors beta 1 and beta 2."""

OBJECTIVES = tuple(
    sorted(
        (module.name for module in iter_modules([str(Path(__file__).parent / "objectives")])),
        key=lambda name: (name != "supervised", name),
    )
)
"""Names of the training objectives, one for each module of `app.training.objectives`; the default comes first."""
ADVERSARIAL = ("adversarial",)
"""The objective of a GAN."""
AUTOENCODER = ("reconstruction",)
"""The objective of a network that reconstructs its input."""
TEACHER_FORCING = ("teacher_forcing",)
"""The objective of a decoder that predicts word by word."""
BY_LOSS = tuple(name for name in OBJECTIVES if name not in ADVERSARIAL)
"""Objectives with one loss that falls, which chooses the best epoch."""

if TYPE_CHECKING:
    ObjectiveName = str
else:
    ObjectiveName = Literal[OBJECTIVES]


class Plan(Declared):
    """The ``plan`` section of a project, as a value.

    Its settings are declared like those of layers, so forms and the command line derive from them.
    """

    title: ClassVar[str] = "plan"

    epochs: int = setting(
        20, "How often the network sees every training sample.", minimum=1, maximum=1_000_000, unit="epochs"
    )
    batch_size: int = setting(
        32, "Samples whose gradients are averaged for one step.", minimum=1, maximum=1_000_000, unit="samples"
    )
    objective: ObjectiveName = setting(
        "supervised",
        "What the network learns: to predict the target (supervised), to reconstruct its input (autoencoder), to write "
        "word by word (teacher forcing), or to generate samples that pass for real ones (GAN).",
    )
    teacher_forcing: float = setting(
        1.0,
        "Share of the words before each that are the true ones while training; the others are the network's own "
        "(scheduled sampling).",
        minimum=0.0,
        maximum=1.0,
        when=("objective", TEACHER_FORCING),
    )
    beams: int = setting(
        1,
        "Texts that are followed at the same time when the network predicts; 1 takes the likeliest word at each "
        "step (greedy).",
        minimum=1,
        maximum=64,
        unit="beams",
        label="beam search",
        when=("objective", TEACHER_FORCING),
    )
    adversarial_loss: Literal["non_saturating", "least_squares", "minimax"] = setting(
        "non_saturating",
        "Loss of the discriminator's output: by its logarithm, by its square, or as the first paper wrote it, where a "
        "generator that is found out learns little.",
        label="GAN loss",
        when=("objective", ADVERSARIAL),
    )
    discriminator_steps: int = setting(
        1,
        "Steps of the discriminator for each step of the generator.",
        minimum=1,
        maximum=1000,
        when=("objective", ADVERSARIAL),
    )
    discriminator_rate: float = setting(
        0.0,
        "Learning rate of the discriminator; 0 takes that of the generator.",
        minimum=0.0,
        maximum=1000.0,
        when=("objective", ADVERSARIAL),
    )
    label_smoothing: float = setting(
        0.0,
        "Share of certainty that is taken from the true class while training, and spread evenly over all, so that the "
        "network stays unsure; of a GAN: how far below 1 the discriminator's goal for real samples lies.",
        minimum=0.0,
        maximum=0.45,
        when=("loss", BY_CLASSES),
    )
    loss: LossName = with_names(
        setting(
            "auto",
            "How far outputs are from their target, where an output names no loss of its own; auto: cross-entropy for "
            "classes, mean squared error for numbers. Each choice says what it is for.",
            when=("objective", BY_LOSS),
        ),
        {"auto": SUITED, **NAMED},
    )
    label_beams: int = setting(
        1,
        "Rows of labels that are followed when a prediction is read; 1 takes the likeliest label of every step.",
        minimum=1,
        maximum=1000,
        unit="beams",
        label="beam search for labels",
        when=("loss", ("ctc",)),
    )
    huber_delta: float = setting(
        1.0,
        "Error at which the Huber loss turns from square to straight, in standardised units.",
        minimum=1e-6,
        maximum=1e6,
        when=("loss", ("huber",)),
    )
    class_weights: Literal["none", "automatic", "own"] = setting(
        "none",
        "How much each class or label counts in the loss: all alike, rare ones more (automatic, by how often each is "
        "in the training set), or by numbers of your own.",
        when=("loss", BY_CLASSES),
    )
    own_weights: str = setting(
        "",
        "The weight of each class in their order, such as 1, 9; or names with weights, such as yes: 9, where all "
        "others count 1.",
        when=("class_weights", ("own",)),
    )
    threshold_by: Literal["hand", "f1", "balanced_accuracy"] = setting(
        "hand",
        "Who sets the threshold above which a label, or the second of two classes, is predicted: you, or the best F1 "
        "or balanced accuracy on the validation set once training ends.",
        label="threshold set by",
        when=("loss", BY_CLASSES),
    )
    threshold: float = setting(
        0.5,
        "Probability above which a label, or the second of two classes, is predicted.",
        minimum=0.0,
        maximum=1.0,
        when=("threshold_by", ("hand",)),
    )

    optimiser: Literal["sgd", "adam", "adamw", "radam", "nadam", "rmsprop", "adagrad", "lion"] = setting(
        "adam", "How gradients change the weights."
    )
    learning_rate: float = setting(0.001, "Size of each step.", minimum=1e-9, maximum=1000.0)
    momentum: float = setting(
        0.9,
        "Share of the last step that is repeated in the next.",
        minimum=0.0,
        maximum=0.9999,
        when=("optimiser", ("sgd", "rmsprop")),
    )
    nesterov: bool = setting(
        False, "Look ahead along the momentum before stepping (Nesterov).", when=("optimiser", ("sgd",))
    )
    beta1: float = setting(
        0.9,
        "How long gradients are remembered: near 1 is long.",
        minimum=0.0,
        maximum=0.99999,
        label="beta 1",
        when=("optimiser", BY_MEANS),
    )
    beta2: float = setting(
        0.999,
        "How long squared gradients are remembered (by Lion: the gradients themselves): near 1 is long.",
        minimum=0.0,
        maximum=0.999999,
        label="beta 2",
        when=("optimiser", BY_MEANS),
    )
    alpha: float = setting(
        0.99,
        "How long squared gradients are remembered: near 1 is long.",
        minimum=0.0,
        maximum=0.999999,
        when=("optimiser", ("rmsprop",)),
    )
    weight_decay: float = setting(0.0, "How strongly weights are pulled towards zero.", minimum=0.0, maximum=100.0)

    schedule: Literal["constant", "step", "cosine", "one_cycle", "plateau"] = setting(
        "constant", "How the learning rate changes while training."
    )
    step_epochs: int = setting(
        10,
        "Epochs after which the learning rate falls, again and again.",
        minimum=1,
        maximum=1_000_000,
        unit="epochs",
        when=("schedule", ("step",)),
    )
    plateau_patience: int = setting(
        3,
        "Epochs without a better validation loss after which the learning rate falls.",
        minimum=0,
        maximum=1_000_000,
        unit="epochs",
        when=("schedule", ("plateau",)),
    )
    factor: float = setting(
        0.1,
        "What the learning rate is multiplied by when it falls.",
        minimum=1e-6,
        maximum=1.0,
        when=("schedule", ("step", "plateau")),
    )
    final_rate: float = setting(
        0.0,
        "Learning rate at the end, as a share of the first.",
        minimum=0.0,
        maximum=1.0,
        when=("schedule", ("cosine", "plateau")),
    )
    warm_up: float = setting(
        0.3,
        "Share of the training during which the learning rate rises to its peak.",
        minimum=0.01,
        maximum=0.99,
        when=("schedule", ("one_cycle",)),
    )
    warm_up_epochs: float = setting(
        0.0,
        "Epochs in which the learning rate rises in equal steps from near 0, before the schedule; 0 begins with all of "
        "it.",
        minimum=0.0,
        maximum=1e6,
        unit="epochs",
        label="warm-up",
        when=("schedule", ("constant", "step", "cosine", "plateau")),
    )

    accumulate: int = setting(
        1,
        "Parts in which a batch goes through the network, one after another, their gradients added up: a large batch "
        "in the memory of a small one. Batch normalisation looks at each part alone.",
        minimum=1,
        maximum=4096,
        unit="parts",
        label="gradient accumulation",
        when=("objective", BY_LOSS),
    )
    clip: float = setting(
        0.0,
        "Longest gradient (norm over all weights) that is not shortened; 0 shortens none.",
        minimum=0.0,
        maximum=1e6,
        label="gradient clipping",
    )
    ema: float = setting(
        0.0,
        "How much of the moving average of the weights stays at each step; the average is validated, tested and kept "
        "instead of the weights. 0 keeps the weights; 0.99 averages over about 100 steps.",
        minimum=0.0,
        maximum=0.99999,
        label="weight averaging (EMA)",
        when=("objective", BY_LOSS),
    )
    patience: int = setting(
        0,
        "Stop after this many epochs without a better validation loss; 0 never stops early.",
        minimum=0,
        maximum=1_000_000,
        unit="epochs",
        label="early stopping",
        when=("objective", BY_LOSS),
    )
    keep_best: bool = setting(
        True,
        "Test and use the weights of the epoch with the lowest validation loss, not the last ones.",
        when=("objective", BY_LOSS),
    )

    keep_every: int = setting(
        0,
        "Keep the weights as they are after every so many epochs, each in a file of the run, to be used like those "
        "that it ends with; at most 100 are kept. 0 keeps none.",
        minimum=0,
        maximum=1_000_000,
        unit="epochs",
        label="keep weights every",
    )

    seed: int = setting(
        0, "The same number repeats the same run; another one starts otherwise.", minimum=0, maximum=2**31 - 1
    )
    device: str = setting("auto", "Where to train: auto, cpu, cuda, or cuda:1 for the second graphics card.")
    precision: Literal["float32", "bfloat16"] = setting(
        "float32", "Numbers to calculate with; bfloat16 is faster where the hardware has it, and coarser."
    )
    threads: int = setting(
        0, "Processor threads to use; 0 takes one for small networks and all cores for large ones.",
        minimum=0, maximum=1024, unit="threads",
    )  # fmt: skip

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        if not DEVICE.fullmatch(self.device):
            raise ValueError(f"the device must be auto, cpu, cuda or cuda:NUMBER, not “{self.device}”")
        if self.nesterov and self.optimiser == "sgd" and self.momentum == 0:
            raise ValueError("Nesterov needs momentum above 0; raise the momentum or switch Nesterov off")
        if self.class_weights == "own" and not self.own_weights.strip():
            raise ValueError("own class weights need numbers, such as 1, 9 for two classes, or names such as yes: 9")
        if self.objective in ADVERSARIAL and self.schedule == "plateau":
            raise ValueError("no loss of a GAN falls steadily, so a plateau says nothing; choose another schedule")
        return self

    @classmethod
    def parse(cls, values: Mapping[str, Any], place: str = "plan") -> Self:
        """Read the ``plan`` section of a project; whatever is left out has its default.

        Raises
        ------
        NetloomError
            if a setting is unknown or its value is refused; the sentence begins with ``place``.
        """
        if not isinstance(values, Mapping):
            raise NetloomError(f"{place}: names with values are needed (given: {values!r:.60}).")
        return super().parse(values, place)

    @classmethod
    def of(cls, project: Project) -> Self:
        """The plan of ``project``; defaults where it has none.

        Raises
        ------
        NetloomError
            if a setting is unknown or its value is refused.
        """
        return cls.parse(project.sections.get("plan") or {})  # type: ignore[arg-type]

    @property
    def checkpoints(self) -> int:
        """How many epochs there are whose weights are kept."""
        return self.epochs // self.keep_every if self.keep_every else 0

    @property
    def steps_at_once(self) -> bool:
        """Whether a step is one pass of one network, with the whole batch."""
        return self.objective in ("supervised", "reconstruction") and self.accumulate == 1

    def to_json(self) -> dict[str, Any]:
        """The ``plan`` section of a project; `parse` reads it back to an equal plan."""
        return self.model_dump(mode="json")


def objective_of(section: object) -> str:
    """The objective by a project's section ``plan``, which need not be valid; empty where it names none."""
    return str(section.get("objective", "")) if isinstance(section, Mapping) else ""
