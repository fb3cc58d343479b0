"""Training scripts: one file, or a notebook, that trains a project's network on its data in plain PyTorch."""

from __future__ import annotations

import copy
import io
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch

from app.exchange.places import without_places
from app.exchange.script_augment import augment_piece, check_augment
from app.exchange.script_data import ScriptData
from app.exchange.script_loop import PARTS_OF, curves_piece, loop_piece, tested_piece
from app.exchange.script_losses import ScriptHead, check_losses, loss_piece, script_heads
from app.exchange.script_pieces import FOLDER, PLOTTING, USED, Piece, TrainingScript
from app.exchange.script_scores import scores_piece
from app.exchange.script_steps import optimiser_piece, schedule_settings
from app.training.fast_paths import CHANNELS_LAST, fast_paths, kept_fast_paths
from app.training.initial_weights import InitialWeights
from app.training.label_smoothing import is_smoothed
from app.training.plan import ADVERSARIAL, TEACHER_FORCING, Plan
from app.training.runs import Run
from app.training.thresholds import has_threshold
from app.training.trainable import Model
from app.training.training_session import FINGERPRINT
from graph.atomic_write import write_atomically
from graph.build.code import network_source
from graph.errors import NetloomError
from graph.project import Project

Kind = Literal["script", "notebook"]
SUFFIXES: Mapping[Kind, str] = {"script": ".py", "notebook": ".ipynb"}

ALONE = "export the network alone instead (--to code), and train it by a loop of your own."
"""What is left where a training cannot be written."""

ITERATOR = "from collections.abc import Iterator"


def export_training(
    kind: Kind, project: Project, title: str, out: Path, base: Path | None, run: Run | None = None
) -> list[Path]:
    """Write a script or notebook that trains ``project`` as Netloom does, or ``run`` as it did; returns all files.

    Beside it stand its samples (``NAME_data.npz``), and the weights that it starts from where there are any.

    Raises
    ------
    NetloomError
        if the project cannot be trained, or its objective, loss or data cannot be written as a script; if the data of
        the run has changed, or a file cannot be written.
    """
    if out.suffix.lower() != SUFFIXES[kind]:
        raise NetloomError(f"{out}: a training {kind} has a name that ends in {SUFFIXES[kind]}; choose such a name.")
    stem = re.sub(r"[^\w.-]", "_", out.stem)
    training = _Training.of(project, title, stem, base, run)
    script = training.script()
    text = script.as_python(out.name) if kind == "script" else script.as_notebook()
    files = {out.with_name(f"{stem}_data.npz"): training.data.stored()}
    if training.start is not None:
        files[out.with_name(f"{stem}_start.npz")] = training.start
    for file, content in files.items():
        write_atomically(file, content)
    write_atomically(out, text.encode("utf-8"))
    return [out, *files]


@dataclass(frozen=True)
class _Training:
    """What is written: a model with its data, and the run that it was trained in.

    ``start`` is the file of weights that training starts from, ``frozen`` are the layers that it leaves alone.
    """

    model: Model
    plan: Plan
    title: str
    stem: str
    run: Run | None
    data: ScriptData
    heads: tuple[ScriptHead, ...]
    start: bytes | None
    frozen: tuple[str, ...]
    random: bool

    @classmethod
    def of(cls, project: Project, title: str, stem: str, base: Path | None, run: Run | None) -> _Training:
        """Prepare the data and build the network; no random state is touched."""
        plan = _plan(project, run)
        _check_objective(plan)
        check_losses(project.network, plan)
        with torch.random.fork_rng(devices=[]):
            model = Model.build(project, base, "cpu", judged=run is None, paths=())
            _check_data(model, run)
            begins = InitialWeights.of(project)
            start = _arrays(model.module) if begins.load_into(model.module, base) else None
            random = _draws_numbers(model)
        _check_threshold(model)
        check_augment(model.prepared.choice.augment, model.objective.inputs)
        data = ScriptData.of(model.prepared, model.objective)
        heads = script_heads(model, data.keys)
        frozen = tuple(name for name, _ in model.module.named_children() if name in begins.frozen)
        return cls(model, plan, title, stem, run, data, heads, start, frozen, random)

    def script(self) -> TrainingScript:
        """The script in pieces."""
        parts, plan = self.model.prepared.parts, self.plan
        smoothed = bool(plan.label_smoothing) and any(is_smoothed(each.head) for each in self.heads)
        alters = augment_piece(self.model.prepared.choice.augment, self.data)
        loop = loop_piece(
            plan,
            self.heads[0].key,
            validated=parts["validation"].samples > 0,
            smoothed=smoothed,
            frozen=bool(self.frozen),
            altered=alters is not None,
        )
        if plan.accumulate > 1:
            loop = replace(loop, code=f"{PARTS_OF.replace('TARGET', self.heads[0].key).strip()}\n\n\n{loop.code}")
        before = [self._settings(), self.data.piece(f"{self.stem}_data.npz")]
        after = [
            loss_piece(self.heads, plan),
            scores_piece(self.heads, self.data.scaled),
            optimiser_piece(plan, bool(self.frozen)),
            *([alters] if alters is not None else []),
            loop,
            tested_piece(plan, self.stem, parts["test"].samples > 0),
            curves_piece(self.stem),
        ]
        beside = "\n".join([ITERATOR, *USED.values(), PLOTTING, *(piece.code for piece in (*before, *after))])
        network, imports = self._network(beside)
        about = [self._origin(), self._data(), self._result()]
        return TrainingScript(self.title or "A network", about, [*before, network, *after], (ITERATOR, *imports))

    # Words

    def _origin(self) -> str:
        whose = f"the run “{self.run.path.name}”" if self.run is not None else "a project"
        return (
            f"Written by Netloom, with the network, the samples and the settings of {whose}. It needs torch and NumPy "
            "and nothing of Netloom; where matplotlib is installed, it draws its curves."
        )

    def _data(self) -> str:
        info = self.model.prepared.dataset
        summary = f" ({without_places(info.summary).rstrip('.')})" if info.summary else ""
        return (
            f"Data: {without_places(info.title)}{summary}. Beside this file lies {self.stem}_data.npz with the samples "
            "as they were read, and which of them are for training, validation and test; so the files that the project "
            "read are not needed here. All scaling is done below, by numbers of the training set."
        )

    def _result(self) -> str:
        same = (
            "The same seed gives the same first weights and the same order of samples, so losses and scores are those "
            "of Netloom but for rounding"
        )
        drawn = "While training, numbers are drawn at random (dropout and the like)"
        if self.random and self._lies_otherwise:
            same += (
                f". {drawn}, here in another order than in Netloom, which lays pictures out with their channels last; "
                "so losses are alike and not the same"
            )
        elif self.random:
            same += (
                f". {drawn}: they are Netloom's own on the processor with torch {_torch_of(self.run)}, others "
                "elsewhere, and so are the losses then"
            )
        return f"{self._reached()}{same}."

    @property
    def _lies_otherwise(self) -> bool:
        """Whether Netloom lays out pictures otherwise in memory, in whose order random numbers are drawn."""
        if self.run is not None:
            return CHANNELS_LAST in kept_fast_paths(self.run.environment)
        return CHANNELS_LAST in fast_paths(self.model.module, self.plan, self.model.device)

    def _reached(self) -> str:
        """What the run reached, where there is one that was tested."""
        if self.run is None:
            return ""
        summary = self.run.summary()
        device = str(self.run.environment.get("device", "cpu"))
        tested: Mapping[str, float | None] = summary.test  # None where a metric could not be told
        scores = ", ".join(f"{name} {value:.6g}" for name, value in tested.items() if value is not None)
        ended = "" if summary.status == "completed" else f" It was {summary.status} after epoch {summary.epoch}."
        where = f" on {device}" if device != "cpu" else ""
        reached = f"On its test set the run reached, with its {summary.kept}{where}: {scores}." if scores else ""
        return f"{reached}{ended} ".lstrip()

    # Pieces

    def _settings(self) -> Piece:
        plan = self.plan
        device = f'"{plan.device}"'
        if plan.device == "auto":
            device = '"cuda" if torch.cuda.is_available() else "cpu"'
        settings: list[tuple[str, object, str]] = [
            ("EPOCHS", plan.epochs, "how often the network sees every training sample"),
            ("BATCH_SIZE", plan.batch_size, "samples whose gradients are averaged for one step"),
            ("LEARNING_RATE", plan.learning_rate, "size of each step"),
            *schedule_settings(plan),
        ]
        if plan.clip:
            settings.append(("CLIP", plan.clip, "longest gradient that is not shortened"))
        if plan.accumulate > 1:
            settings.append(("PARTS", plan.accumulate, "parts in which a batch goes through the network"))
        if plan.ema:
            settings.append(("EMA", plan.ema, "how much of the moving average of the weights stays at each step"))
        if plan.patience:
            settings.append(("PATIENCE", plan.patience, "epochs without a better loss after which training stops"))
        settings += [
            ("SEED", plan.seed, "the same number repeats the same training"),
            ("EVALUATION_SIZE", self.model.evaluation_size, "samples that are measured together"),
        ]
        lines = [f"{name} = {value!r}  # {meaning}" for name, value, meaning in settings]
        lines += [f"DEVICE = torch.device({device})", FOLDER]
        return Piece("Settings", "Change a number and run it again to see what it does.", "\n".join(lines))

    def _network(self, beside: str) -> tuple[Piece, tuple[str, ...]]:
        """The classes of the network, the network with its first weights, and how it reads a batch."""
        source = network_source(self.model.project.network, beside)
        made = ["torch.manual_seed(SEED)", "network = Network()"]
        words = f"{sum(weight.numel() for weight in self.model.module.parameters()):,} numbers are learned"
        words += "; the first ones are drawn at random."
        if self.start is not None:
            made += [
                f'with np.load(FOLDER / "{self.stem}_start.npz") as stored:  # weights of an earlier training',
                "    network.load_state_dict({name: torch.from_numpy(stored[name]) for name in stored.files})",
            ]
            words = f"Training starts from the weights in `{self.stem}_start.npz`."
        made.append("network.to(DEVICE)")
        if self.frozen:
            made += [
                f"FROZEN = [{', '.join(f'network.{name}' for name in self.frozen)}]",
                "for layer in FROZEN:  # they stay as they are",
                "    layer.requires_grad_(False)",
            ]
            words += f" Frozen: {', '.join(self.frozen)}."
        definitions = "\n\n\n".join(text.strip() for text in source.definitions)
        code = f"{definitions}\n\n\n" + "\n".join(made) + f"\n\n\n{self._forward()}"
        return Piece("The network", words, code), source.imports

    def _forward(self) -> str:
        several = len(self.heads) > 1
        read = ", ".join(f'batch["{self.data.keys[name]}"]' for name in self.model.objective.inputs)
        gives = "tuple[torch.Tensor, ...]" if several else "torch.Tensor"
        lines = [
            f"def forward(network: nn.Module, batch: dict[str, torch.Tensor]) -> {gives}:",
            '    """What the network says of the samples of a batch."""',
        ]
        if self.plan.precision == "float32":
            return "\n".join([*lines, f"    return network({read})"])
        whole = f"tuple(output.float() for output in network({read}))" if several else f"network({read}).float()"
        lines += ["    with torch.autocast(DEVICE.type, dtype=torch.bfloat16):", f"        return {whole}"]
        return "\n".join(lines)


def _plan(project: Project, run: Run | None) -> Plan:
    """The training settings, with as many epochs as the run was trained for."""
    plan = Plan.of(project)
    started: Any = run.history(points=False).started if run is not None else None
    epochs = started.get("epochs") if started else None
    return plan.changed(epochs=epochs) if isinstance(epochs, int) and epochs > 0 else plan


def _check_objective(plan: Plan) -> None:
    named = {ADVERSARIAL: "of a GAN", TEACHER_FORCING: "with teacher forcing"}
    for objectives, words in named.items():
        if plan.objective in objectives:
            raise NetloomError(f"Training {words} (objective {plan.objective}) is not written as a script; {ALONE}")


def _check_threshold(model: Model) -> None:
    if model.plan.threshold_by != "hand" and any(map(has_threshold, model.objective.heads)):
        raise NetloomError(
            "A threshold that the validation set chooses (plan.threshold_by) is not written as a script; set the "
            f"threshold by hand, or {ALONE}"
        )


def _check_data(model: Model, run: Run | None) -> None:
    """Make sure that the samples are those that the run was trained on, as far as it can be told."""
    kept = run.environment if run is not None else {}
    if kept.get("fingerprint") == FINGERPRINT and kept.get("data") != model.prepared.fingerprint():
        raise NetloomError(
            f"The data of the run {run.path.name if run else ''} changed since, so a script of it would train on other "
            "samples; put the data back, or export the project."
        )


def _torch_of(run: Run | None) -> str:
    known = run.environment.get("torch") if run is not None else None
    return known if isinstance(known, str) else torch.__version__


def _draws_numbers(model: Model) -> bool:
    """Whether a training step draws random numbers, as dropout does."""
    module = copy.deepcopy(model.module).train()
    before = torch.get_rng_state()
    # Of a single sample batch normalisation refuses to take statistics, and nothing is drawn before it does.
    with torch.no_grad(), suppress(ValueError):
        module(*next(model.feed(model.prepared.train).in_order(2)).inputs)
    return not torch.equal(before, torch.get_rng_state())


def _arrays(module: torch.nn.Module) -> bytes:
    """The weights and running means of a module as NumPy reads them (``.npz``), by their names."""
    content = io.BytesIO()
    arrays = {name: np.asarray(tensor.detach()) for name, tensor in module.state_dict().items()}
    np.savez(content, allow_pickle=False, **arrays)
    return content.getvalue()
