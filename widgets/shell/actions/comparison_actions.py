"""Comparing the open network with its saved version or with another file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QTimer

from graph.errors import NetloomError
from graph.steps import Steps, finished
from widgets.look import file_dialogs
from widgets.shell.action_registry import Action, ready
from widgets.shell.actions.file_actions import PROJECTS
from widgets.shell.banners import Notice
from widgets.shell.waiting_page import WaitingPage, is_large

if TYPE_CHECKING:
    from app.project.network_comparison import Comparison
    from graph.network import Network
    from graph.project import Project
    from widgets.comparing.comparison_panel import ComparisonPanel
    from widgets.comparing.run_comparison import ComparedRuns, RunComparison
    from widgets.shell.context import Context

SLOW = 60_000
"""Bytes of a project, about 300 layers, from which on a comparison takes long enough to show progress."""
Result = TypeVar("Result")
DIFFERENCES = "differences"
"""What the canvas knows the drawn comparison by."""


class ComparisonActions:
    """The commands; the panel is made when it is first wanted, and kept up to date while it is open."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.panel: ComparisonPanel | None = None
        self._other: Network | None = None
        self._name = ""
        self._comparison: Comparison | None = None
        self._soon = QTimer(context.window(), singleShot=True, interval=60)
        self._soon.timeout.connect(self._refresh)

    @property
    def open(self) -> bool:
        """Whether something is being compared."""
        return self._other is not None

    @property
    def saved(self) -> bool:
        """Whether there is a saved version."""
        return self._context.ready and self._context.session.path is not None

    def with_saved(self) -> None:
        """Compare with what the project's file holds."""
        session = self._context.session
        if session.path is not None:
            self.with_file(session.path, "the saved version")

    def ask(self) -> None:
        """Choose a project to compare with."""
        start = str(self._context.session.base or "")
        name, _ = file_dialogs.ask_open(
            self._context.window(), "Compare with another project", start, PROJECTS, "Compare"
        )
        if name:
            self.with_file(Path(name))

    def with_file(self, path: Path, name: str = "") -> None:
        """Compare with the network in a file."""
        from graph.project import project_steps

        def show(project: Project) -> None:
            self._other, self._name = project.network, name or path.stem
            self._show()

        self._wait(f"Comparing with {name or path.stem}…", [path], project_steps(path), show)

    def runs(self, old: Path, new: Path) -> None:
        """Show two runs side by side, on a page in place of the workbench."""
        from app.training.runs import PROJECT
        from widgets.comparing.run_comparison import comparing

        steps = comparing(old, new, self._context.session.state.key)
        self._wait("Comparing two runs…", [run / PROJECT for run in (old, new)], steps, self._show_runs)

    def _show_runs(self, compared: ComparedRuns) -> None:
        from widgets.comparing.run_comparison import RunComparison

        context = self._context
        page = RunComparison(compared, context.themes)
        forget = self._ask_predictions(page)

        def leave() -> None:
            page.closed.disconnect(leave)
            forget()
            page.release()
            context.leave_page(page)

        page.closed.connect(leave)
        context.show_page(page)
        page.picture.setFocus()

    def _ask_predictions(self, page: RunComparison) -> Callable[[], None]:
        """Have both runs predict the test set, where it is the same; returns what ends the waiting for them.

        A training that goes on is not held up for it.
        """
        from app.protocol.evaluation_messages import Evaluate
        from widgets.shell.actions.training_actions import TrainingActions

        controller, old, new = self._context.part(TrainingActions).controller, page.old, page.new
        same = bool(old.data_fingerprint) and old.data_fingerprint == new.data_fingerprint
        if controller is None or controller.active or not same:
            return lambda: None
        link, paths = controller.link, {old.path, new.path}
        asked = [link.request(Evaluate(run=path), page.take_evaluation, lambda _sentence: None) for path in paths]

        def forget() -> None:
            for number in asked:
                link.forget(number)

        return forget

    def _wait(self, words: str, files: Sequence[Path], steps: Steps[Result], then: Callable[[Result], object]) -> None:
        """Read the ``files`` of projects in steps and hand what comes of it to ``then``; large ones with progress."""
        context = self._context

        def refuse(sentence: str) -> None:
            context.say(Notice(sentence, "error", (), "compare", of_project=True))

        if not any(is_large(file, SLOW) for file in files):
            try:
                result = finished(steps)
            except NetloomError as error:
                refuse(str(error))
            else:
                then(result)
            return
        page = WaitingPage()
        for signal in (page.done, page.refused, page.called_off):
            signal.connect(lambda *_: context.leave_page(page))
        page.done.connect(then)
        page.refused.connect(refuse)
        context.show_page(page)
        page.begin(words, steps)

    def _show(self) -> None:
        context = self._context
        if self.panel is None:
            from widgets.comparing.comparison_panel import ComparisonPanel

            self.panel = ComparisonPanel(context.themes)
            self.panel.opened.connect(self._go_to)
            self.panel.closed.connect(self.stop)
            context.session.committed.connect(lambda _: self._soon.start())
            context.workbench.block_navigation.changed.connect(self._draw)
            context.themes.changed.connect(self._draw)
            context.session.replaced.connect(self.stop)
        context.show_workspace("network")
        context.workbench.lend(self.panel)
        self._refresh()
        context.workbench.canvas.run("home")
        context.commands.refresh()

    def _refresh(self) -> None:
        from app.project.network_comparison import compare

        session = self._context.session
        if self.panel is not None and self._other is not None:
            self._comparison = compare(self._other, session.document.network)
            self.panel.show_comparison(self._name, self._comparison)
            self._draw()

    def _draw(self) -> None:
        """Show what differs on the canvas, in the network that it shows."""
        from app.project.network_comparison import overlay
        from widgets.canvas.comparison_layer import Differing

        session, workbench, shown = self._context.session, self._context.workbench, None
        if self._other is not None and self._comparison is not None:
            differences = overlay(
                self._comparison, self._other, session.document.network, workbench.block_navigation.path
            )
            if differences is not None:
                shown = Differing(workbench.canvas.board, workbench.canvas.context.theme, differences)
        workbench.canvas.surface.show_extra(DIFFERENCES, shown)

    def _go_to(self, path: tuple[str, ...]) -> None:
        """Select what differs, if it is there; what was removed is brought into view where it stood."""
        workbench = self._context.workbench
        workbench.dive_if_there(path[:-1], path[-1])
        shown = workbench.canvas.surface.extras.get(DIFFERENCES)
        ghost = getattr(shown, "ghosts", {}).get(path[-1]) if workbench.block_navigation.path == path[:-1] else None
        if ghost is not None:
            workbench.canvas.navigation.reveal(ghost)

    def stop(self) -> None:
        """Compare no longer."""
        self._other = self._comparison = None
        self._draw()
        self._context.workbench.lend(None)
        self._context.commands.refresh()


ACTIONS = (
    Action("compare_saved", "File", "Compare with the saved version", lambda c: c.part(ComparisonActions).with_saved(),
           (), "", lambda c: c.part(ComparisonActions).saved, divide=True, after="export_summary"),
    Action("compare_file", "File", "Compare with another project…", lambda c: c.part(ComparisonActions).ask(), (), "",
           ready, after="compare_saved"),
    Action("compare_stop", "File", "Stop comparing", lambda c: c.part(ComparisonActions).stop(), (), "",
           lambda c: c.part(ComparisonActions).open, after="compare_file"),
)  # fmt: skip
