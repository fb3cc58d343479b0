"""How a project's window was left: workspace, tabs, view, metric and ticked runs, kept for the next opening."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from app.project.description_links import WORKSPACES, slug
from app.project.project_ids import known_project, remember_project
from app.training.run_labels import ProjectKey
from app.training.runs import PROJECT
from graph.errors import NetloomError
from widgets.shell.actions.training_actions import TrainingActions
from widgets.training.training_state import State

if TYPE_CHECKING:
    from widgets.shell.context import Context
    from widgets.training.training_panel import TrainPanel
    from widgets.understand.understand_panel import UnderstandPanel


class ProjectMemory(QObject):
    """Keeps the view of a project when it is left, and brings it back when its file is opened.

    A project without a file that was trained is remembered by its name, so that its runs have one, and by the file of
    its last run, so that the start page offers it.
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context.window())
        self._context = context
        self._tab = ""
        self._ticked: list[str] = []
        context.session.leaving.connect(self.keep)
        context.at_close(self._keep_at_close)

    # Leaving

    def keep(self, *_: object) -> None:
        """Remember how the open project is left."""
        state, memory = self._context.session.state, self._context.memory
        file = state.path or self._last_version()
        if file is None:
            return  # it was never trained, or its run is still looked for: what is known of it stays
        remember_project(state.id, state.name, state.path, self._view())
        memory.keep_unsaved(state.id, state.name, file if state.path is None else None)
        memory.keep_score(file, self._left_with)

    @property
    def _left_with(self) -> str:
        """What is remembered as having come of the last run: one in progress may end with the window."""
        controller = self._context.part(TrainingActions).controller
        own = controller is not None and controller.active and controller.own
        return controller.progress.broken_off if own and controller is not None else self.words

    def _keep_at_close(self) -> None:
        """The window closes, and with it ends a run in progress, be it of another project."""
        self.keep()
        controller = self._context.part(TrainingActions).controller
        if controller is not None and controller.active and not controller.own:
            self.keep_elsewhere(controller.run_key, controller.run, controller.progress.broken_off)

    def keep_elsewhere(self, project: ProjectKey, run: Path | None, score: str = "") -> None:
        """A run of a project that was left is over: keep what came of it, for the start page and the next opening.

        ``score`` says what, where that is not to be read in the run.
        """
        from widgets.training.run_entries import read_entry

        if run is None or not project.id:
            return
        memory, known, score = self._context.memory, known_project(project.id), score or read_entry(run).score
        file = self.file_of(project.id)
        if file is None and (run / PROJECT).is_file():
            file = run / PROJECT
            memory.keep_unsaved(project.id, project.name, file)
        view = {**(known.view if known is not None else {}), "score": score}
        remember_project(project.id, project.name, known.path if known is not None else None, view)
        if file is not None:
            memory.keep_score(file, score)

    def file_of(self, id_: str) -> Path | None:
        """The file by which the start page offers a project: its own, or that of its last run where it has none."""
        unsaved = (Path(file) for file, (owner, _) in self._context.memory.unsaved.items() if owner == id_)
        known = known_project(id_)
        return next(unsaved, known.path if known is not None else None)

    def _last_version(self) -> Path | None:
        """The project as its last run has it, None where it was not trained; what is remembered while none is known."""
        run = self._own_run()
        files = self._context.memory.unsaved.items() if run is None else ()
        known = [Path(file) for file, (owner, _) in files if owner == self._context.session.state.id]
        return next((file for file in (*known, *([run / PROJECT] if run is not None else ())) if file.is_file()), None)

    def without_saving(self) -> str:
        """What becomes of a trained project without a file if it is not saved, in a sentence; empty of all others."""
        from graph.project import project_json, read_project

        session, last = self._context.session, self._last_version()
        if session.path is not None or last is None:
            return ""
        try:
            same = project_json(read_project(last)) == project_json(session.project)
        except NetloomError:
            return ""  # what cannot be read is not offered
        lost = "" if same else ", without what was edited since"
        return f"Without saving, it stays under Continue on the start page, as it was last trained{lost}."

    def _view(self) -> dict[str, Any]:
        workbench, panel, understand = self._context.workbench, self._training(), self._understand()
        known = self._known()
        view: dict[str, Any] = {**known, "workspace": workbench.workspace, "score": self._left_with}
        view |= {"left": workbench.left.currentIndex(), "checks": workbench.checks.currentIndex()}
        if panel is not None:
            view |= {"training": panel.tabs.currentIndex(), "metric": panel.curves.wanted}
            model = panel.runs.model
            waiting = {name: hue for name, hue in _hues(known).items() if name in self._ticked}
            view["hues"] = waiting | {path.name: hue for path, hue in model.shown.items() if model.scope.is_own(path)}
            view["ticked"] = list(view["hues"])
        if understand is not None:
            waits = self._tab if not understand.views.chosen else ""
            view["understand"] = waits or slug(understand.views.kind.title)
        return view

    @property
    def words(self) -> str:
        """What came of the open project's last run; what is remembered of it where its runs are not looked at now."""
        controller = self._context.part(TrainingActions).controller
        if controller is None or (controller.active and not controller.own):
            return self.score()
        return controller.score or ("Trained" if controller.own and controller.state is State.FINISHED else "")

    def _own_run(self) -> Path | None:
        controller = self._context.part(TrainingActions).controller
        return controller.run if controller is not None and controller.own else None

    # Coming back

    def workspace(self) -> str:
        """The workspace in which the open project was left; the network where it was never open."""
        name = self._known().get("workspace")
        return name if name in WORKSPACES else "network"

    def score(self) -> str:
        """What came of the project's last run as it was left, in words; empty where there was none."""
        score = self._known().get("score")
        return score if isinstance(score, str) else ""

    def _known(self) -> Mapping[str, Any]:
        known = known_project(self._context.session.state.id)
        return known.view if known is not None else {}

    def recall(self) -> None:
        """Take note of what is to come back once the last run is in view, and bring back the rest now.

        What was never left begins as in a window that never showed another project.
        """
        view, panel, workbench = self._known(), self._training(), self._context.workbench
        for tabs, name in ((workbench.left, "left"), (workbench.checks, "checks")):
            index = view.get(name)
            tabs.setCurrentIndex(index if isinstance(index, int) and 0 <= index < tabs.count() else 0)
        workbench.palette_panel.search.clear()
        tab, ticked, metric = view.get("understand"), view.get("ticked"), view.get("metric")
        self._tab = tab if isinstance(tab, str) else ""
        self._ticked = [name for name in ticked if isinstance(name, str)] if isinstance(ticked, list) else []
        if panel is not None:
            panel.tabs.setCurrentIndex(1 if view.get("training") == 1 else 0)
            panel.curves.prefer(metric if isinstance(metric, str) else "")
            panel.runs.model.keep_hues(_hues(view))

    def look(self) -> None:
        """Bring the view of Understand forward in which the project was left, where its network has it."""
        understand = self._understand()
        if understand is not None and understand.begin(self._tab):
            self._tab = ""

    def bring_back(self) -> None:
        """The last run is in view: tick what was ticked beside it, and bring the tab of Understand forward."""
        panel, understand = self._training(), self._understand()
        if panel is not None:
            for row in range(panel.runs.model.rowCount()):
                path = panel.runs.model.entry(row).path
                if path.name in self._ticked:
                    panel.runs.model.tick(path, True)
            self._ticked = []
        if understand is not None and self._tab:
            understand.show_slug(self._tab)
            self._tab = ""

    def _training(self) -> TrainPanel | None:
        from widgets.training.training_panel import TrainPanel

        panel = self._context.workbench.panel("train")
        return panel if isinstance(panel, TrainPanel) else None

    def _understand(self) -> UnderstandPanel | None:
        panel = self._context.workbench.panel("understand")
        if panel is None:
            return None
        from widgets.understand.understand_panel import UnderstandPanel

        return panel if isinstance(panel, UnderstandPanel) else None


def _hues(view: Mapping[str, Any]) -> dict[str, int]:
    """The hues that runs had, by the names of their folders."""
    hues = view.get("hues")
    known = hues.items() if isinstance(hues, Mapping) else ()
    return {name: hue for name, hue in known if isinstance(hue, int) and 0 <= hue < 10_000}
