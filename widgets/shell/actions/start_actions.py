"""Transfer learning: the next training starts with the weights of a run or a state dict, for the layers that fit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from app.system.number_format import counted
from widgets.shell.action_registry import Action
from widgets.shell.banners import Notice

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from app.protocol.start_messages import LayerStart, WeightsFitted
    from app.training.start_section import StartSection
    from graph.document import Document
    from widgets.shell.context import Context
    from widgets.training.run_list import RunList
    from widgets.training.training_panel import TrainPanel

LINES = 8
"""Layers that have a line of their own in the question about a state dict."""
Choice = tuple[str, Callable[[], object]]
KEY = "start-from-run"


class StartActions:
    """Asks the worker which layers fit, shows that before anything is done, and edits the project."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def listen(self, panel: TrainPanel) -> None:
        """Do what is wanted of a run in the list of runs."""
        panel.start_wanted.connect(self.ask)
        panel.run_renamed.connect(self.follow_rename)
        panel.runs.picked.connect(lambda _: self._context.commands.refresh())

    @property
    def picked(self) -> RunList | None:
        """The list of runs, where a run with weights is picked in it."""
        panel = self._context.workbench.panel("train") if self._context.ready else None
        if panel is None:
            return None
        from widgets.training.training_panel import TrainPanel

        runs = panel.runs if isinstance(panel, TrainPanel) else None
        return runs if runs is not None and runs.can_start_from else None

    @property
    def has_weights(self) -> bool:
        """Whether the project starts from a file of weights."""
        return self._context.ready and bool(self._start.weights)

    @property
    def _start(self) -> StartSection:
        from app.training.start_edits import start_of

        return start_of(self._context.session.document.sections)

    def ask_picked(self) -> None:
        """Ask about the run that is picked in the list."""
        runs = self.picked
        if runs is not None and runs.current is not None:
            self.ask(runs.current.path)

    def ask(self, run: Path) -> None:
        """Find out which layers take weights of a run, and ask whether to start from it."""
        from app.protocol.start_messages import FitWeights
        from graph.project import project_json
        from widgets.shell.actions.training_actions import TrainingActions

        controller, session = self._context.part(TrainingActions).controller, self._context.session
        if controller is None:
            return
        document = session.document
        request = FitWeights(project=project_json(session.state.project), base=session.base, run=run)
        controller.link.request(request, partial(self._offer, document, controller.run_name(run)), self._refuse)

    def ask_state(self, file: Path, keep: bool = False, frozen: Sequence[str] = ()) -> None:
        """Find out which layers take tensors of a state dict, and ask whether to start so; with ``keep``, do so."""
        from app.protocol.start_messages import FitState
        from graph.project import project_json
        from widgets.shell.actions.training_actions import TrainingActions

        controller, session = self._context.part(TrainingActions).controller, self._context.session
        if controller is None:
            return
        project, base = project_json(session.state.project), session.base
        request = FitState(project=project, base=base, name=session.state.name, file=file, keep=keep)
        if keep:
            then = partial(self._begin, session.document, file.name, frozen=frozen)
        else:
            then = partial(self._offer_state, session.document, file)
        controller.link.request(request, then, self._refuse)

    def _offer_state(self, document: Document, file: Path, fitted: WeightsFitted) -> None:
        if document is not self._context.session.document:
            return
        taken = [each.layer for each in fitted.layers if not each.reason]
        if not taken:
            self._refuse(f"No layer of this network takes weights of {file.name}: {none_fits(fitted.layers)}.")
            return
        text = f"Start the next training with the weights of {file.name}?\n\n{state_text(fitted)}"
        rest = [each.layer for each in fitted.layers if each.reason]
        freezing: list[Choice] = (
            [("Start, taken layers frozen", partial(self.ask_state, file, keep=True, frozen=taken))] if rest else []
        )
        choices: tuple[Choice, ...] = (
            ("Start from these weights", partial(self.ask_state, file, keep=True)),
            *freezing,
            ("Cancel", lambda: None),
        )
        self._context.say(Notice(text, "info", choices, KEY, asks=True, of_project=True))

    def _refuse(self, sentence: str) -> None:
        self._context.say(Notice(sentence, "error", (), KEY, of_project=True))

    def _offer(self, document: Document, name: str, fitted: WeightsFitted) -> None:
        if document is not self._context.session.document:
            return
        taken = [each.layer for each in fitted.layers if not each.reason]
        if not taken:
            self._refuse(
                f"No layer of this network takes weights of “{name}”: {none_fits(fitted.layers)}. "
                "Choose a run of a network with layers of the same names and shapes."
            )
            return
        start = partial(self._begin, document, name, fitted)
        frozen = self._start.frozen
        rest = [each.layer for each in fitted.layers if each.reason and each.layer not in frozen]
        freezes = bool(rest) and not {*taken} <= {*frozen}
        freezing: list[Choice] = [("Start, taken layers frozen", partial(start, taken))] if freezes else []
        text = f"Start the next training with the weights of “{name}”?\n\n{sheet_text(fitted.layers, frozen)}"
        choices: tuple[Choice, ...] = (("Start from this run", start), *freezing, ("Cancel", lambda: None))
        self._context.say(Notice(text, "info", choices, KEY, asks=True, of_project=True))

    def _begin(self, document: Document, name: str, fitted: WeightsFitted, frozen: Sequence[str] = ()) -> None:
        from app.training.start_section import SECTION

        if document is not self._context.session.document:
            return
        anew = [each.layer for each in fitted.layers if each.reason]
        start = self._start.changed(weights=fitted.weights, sha256=fitted.sha256, names={})
        start = start.marking(frozen, frozen=True)
        start = start.changed(fresh=tuple(dict.fromkeys((*start.fresh, *anew))))
        with document.transaction(f"Start from “{name}”"):
            document.set_section(SECTION, start.section())
        text = f"The next training starts with the weights of “{name}”."
        self._context.say(Notice(text, "ok", (("Undo", document.undo),), KEY, of_project=True))

    def start_from_random_weights(self) -> None:
        """Forget the weights that training starts from."""
        from widgets.training.start_note import start_from_random_weights

        start_from_random_weights(self._context.session.document)

    def follow_rename(self, old: Path, new: Path) -> None:
        """The folder of a run has another name: a project that starts from it finds it there."""
        from pathlib import Path

        from app.training.start_section import SECTION

        session = self._context.session
        start = self._start
        file = start.file(session.base)
        if file is None or file.parent != old:
            return
        place = Path(start.weights).parent.with_name(new.name) / file.name
        with session.document.transaction(f"Rename the run {old.name}"):
            session.document.set_section(SECTION, start.changed(weights=place.as_posix()).section())


def sheet_text(layers: Sequence[LayerStart], frozen: Iterable[str] = ()) -> str:
    """Which layers take weights, which begin anew and why, and which stay frozen; a line each."""
    from app.training.start_edits import few

    taken = [each.layer for each in layers if not each.reason]
    reasons: dict[str, list[str]] = {}
    for each in layers:
        if each.reason:
            reasons.setdefault(each.reason, []).append(each.layer)
    lines = [f"Take its weights: {few(taken)}."]
    lines += [f"Begin anew: {few(names)} ({reason})." for reason, names in reasons.items()]
    kept = [each.layer for each in layers if each.layer in {*frozen}]
    lines += [f"Frozen: {few(kept)}."] if kept else []
    return "\n".join(lines)


def state_text(fitted: WeightsFitted) -> str:
    """Which layer takes what of a state dict, which begin anew, and what of the file is left over; a line each."""
    from app.training.start_edits import few

    taken = [each for each in fitted.layers if not each.reason]
    lines = [f"{each.layer} takes {each.source}, {each.how}." for each in taken[:LINES]]
    if len(taken) > LINES:
        ways = Counter(each.how for each in taken[LINES:])
        lines += [f"{counted(count, 'more layer')} {how}." for how, count in ways.items()]
    reasons: dict[str, list[str]] = {}
    for each in fitted.layers:
        if each.reason:
            reasons.setdefault(each.reason, []).append(each.layer)
    lines += [f"Begin anew: {few(names)} ({reason})." for reason, names in reasons.items()]
    lines += [f"Left over in the file: {few(fitted.left)}."] if fitted.left else []
    return "\n".join(lines)


def none_fits(layers: Sequence[LayerStart]) -> str:
    """Why none of them takes weights, by the first."""
    first = next(iter(layers), None)
    return "it has no layers with weights" if first is None else f"{first.layer} begins anew, because {first.reason}"


def _part(context: Context) -> StartActions:
    return context.part(StartActions)


ACTIONS = (
    Action("start_from_run", "Train", "Start from the selected run…", lambda c: _part(c).ask_picked(), (), "",
           lambda c: c.working and _part(c).picked is not None, after="resume", divide=True),
    Action("random_weights", "Train", "Start from random weights", lambda c: _part(c).start_from_random_weights(), (),
           "", lambda c: c.working and _part(c).has_weights, after="start_from_run"),
)  # fmt: skip
