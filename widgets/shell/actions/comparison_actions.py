"""Comparing the open network with its saved version or with another file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFileDialog

from graph.errors import NetloomError
from widgets.shell.action_registry import Action, ready
from widgets.shell.actions.file_actions import PROJECTS
from widgets.shell.banners import Notice
from widgets.shell.saving import usual_folder

if TYPE_CHECKING:
    from app.project.network_comparison import Comparison
    from graph.network import Network
    from widgets.comparing.comparison_panel import ComparisonPanel
    from widgets.shell.context import Context

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
        start = str(self._context.session.base or usual_folder(self._context))
        name, _ = QFileDialog.getOpenFileName(self._context.window(), "Compare with another project", start, PROJECTS)
        if name:
            self.with_file(Path(name))

    def with_file(self, path: Path, name: str = "") -> None:
        """Compare with the network in a file."""
        from graph.project import read_project

        try:
            self._other, self._name = read_project(path).network, name or path.stem
        except NetloomError as error:
            self._context.say(Notice(str(error), "error", (), "compare"))
            return
        self._show()

    def runs(self, old: Path, new: Path) -> None:
        """Show two runs side by side, on a page in place of the workbench."""
        from widgets.comparing.run_comparison import RunComparison
        from widgets.training.run_entries import read_entry

        context, key = self._context, self._context.session.state.key
        before, after = read_entry(old, key), read_entry(new, key)
        problem = before.problem or after.problem
        if problem is not None:
            context.say(Notice(problem, "error", (), "compare"))
            return
        page = RunComparison(before, after, context.themes)

        def leave() -> None:
            page.closed.disconnect(leave)
            page.release()
            context.leave_page(page)

        page.closed.connect(leave)
        context.show_page(page)
        page.picture.setFocus()

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
