"""What the window is assembled from after its first paint: the order of imports, and how the parts are joined."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from app.system import home
from graph.errors import NetloomError
from widgets.shell.loading import Slice, importing

if TYPE_CHECKING:
    from widgets.shell.project_problems import ProjectProblems
    from widgets.shell.project_session import ProjectSession
    from widgets.shell.window import MainWindow
    from widgets.shell.workbench import Workbench
    from widgets.training.worker_link import WorkerLink


def slices(window: MainWindow) -> list[Slice]:
    """Everything to do after the first paint, the most wanted first."""
    return [
        *importing("pydantic", "networkx", "graph.layers.base", "graph.layers.catalogue"),
        ("families", lambda: remember_families(window)),
        *importing(
            "graph.checking.check",
            "graph.project",
            "app.data.data_choice",
            "app.training.plan",
            "widgets.canvas.canvas_view",
            "widgets.inspector.inspector_panel",
        ),
        ("workbench", lambda: build_workbench(window)),
        ("recovery", window.offer_recovery),
        *importing("numpy", "widgets.training.training_controller", "widgets.training.training_panel"),
        ("training", lambda: build_training(window)),
        *importing("widgets.data.data_view"),
        ("data", lambda: build_data(window)),
        *importing("widgets.understand.understand_panel"),
        ("panels", lambda: build_understand(window)),
    ]


def remember_families(window: MainWindow) -> None:
    """Give the start page the family of each kind of layer, and keep it for the next start."""
    from graph.layers.catalogue import catalogue
    from widgets.look.theme import family_key

    families = {kind: family_key(layer.family) for kind, layer in catalogue().items()}
    window.start.set_families(families)
    window.memory.put(families=families)


def build_workbench(window: MainWindow) -> None:
    """The session and the workbench."""
    from widgets.hints.hinting import Hinting
    from widgets.shell.project_problems import ProjectProblems
    from widgets.shell.project_session import ProjectSession
    from widgets.shell.workbench import Workbench

    session = ProjectSession(home.folder("recovery"), home.folder("locks"), window)
    workbench = Workbench(session, window.themes)
    project_problems = ProjectProblems(session, lambda: window.show_workspace("data"))
    project_problems.changed.connect(
        lambda: workbench.problems.set_project_problems(
            () if workbench.block_navigation.path else session.project_problems
        )
    )
    project_problems.changed.connect(window.refresh_status)
    hinting = Hinting(session, workbench, project_problems, window.preferences)
    hinting.changed.connect(window.refresh_status)
    window.adopt(session, workbench)
    guide_lessons(window, workbench, session, project_problems)
    session.changed.connect(window.refresh_status)


def guide_lessons(
    window: MainWindow, workbench: Workbench, session: ProjectSession, project_problems: ProjectProblems
) -> None:
    """Whoever leads through lessons, and what is told to it."""
    from widgets.lessons.lesson_guide import LessonGuide

    lesson_guide = LessonGuide(window, workbench.lesson, project_problems)
    window.lesson_guide = lesson_guide
    for signal in (session.committed, session.replaced, project_problems.changed):
        signal.connect(lesson_guide.look_soon)
    workbench.workspace_changed.connect(lambda name: lesson_guide.visit(f"workspace:{name}"))

    def visit(ids: list[str]) -> None:
        for id_ in ids:
            lesson_guide.visit(f"layer:{id_}")

    workbench.canvas.selectionChanged.connect(visit)


def build_training(window: MainWindow) -> None:
    """The worker's line, the controller and the training panel."""
    from widgets.shell.live_previews import LivePreviews
    from widgets.training.training_controller import TrainingController
    from widgets.training.training_panel import TrainPanel
    from widgets.training.worker_link import WorkerLink

    workbench, session = window.workbench, window.session
    assert workbench is not None and session is not None  # built by an earlier slice
    link = WorkerLink(parent=window)
    controller = TrainingController(link, window)
    panel = TrainPanel(window.themes, controller)
    workbench.add_panel("train", panel)
    panel.set_document(session.document)
    panel.export_wanted.connect(window.exporting.ask)

    def smooth(name: str) -> None:
        if name == "smoothing":
            panel.curves.loss.set_smoothing(float(window.preferences["smoothing"]))

    smooth("smoothing")
    panel.destroyed.connect(window.preferences.subscribe(smooth))
    session.replaced.connect(lambda: panel.set_document(session.document))
    window.training.adopt(controller)
    if window.lesson_guide is not None:
        window.lesson_guide.listen_to_training(controller)
    LivePreviews(workbench, session, controller, window.preferences)
    session.changed.connect(window.training.show_devices)
    window.training.link = link
    allow_memory(window, link)
    with suppress(NetloomError):
        link.start()


def allow_memory(window: MainWindow, link: WorkerLink) -> None:
    """Tell every worker how much memory data may take, as the preference says."""

    def tell(name: str = "memory") -> None:
        if name == "memory":
            link.settle("allow", gigabytes=float(window.preferences["memory"]))

    tell()
    link.destroyed.connect(window.preferences.subscribe(tell))


def build_data(window: MainWindow) -> None:
    """The data view, in the canvas's place; it tells what the last run says about the samples."""
    from widgets.data.data_view import DataView
    from widgets.training.training_panel import TrainPanel

    workbench, session, link = window.workbench, window.session, window.training.link
    controller = window.training.controller
    assert workbench is not None and session is not None and link is not None  # built by earlier slices
    view = DataView(window.themes, link)
    workbench.add_panel("data", view)
    training = workbench.panel("train")
    if isinstance(training, TrainPanel):
        training.run_picked.connect(view.answers.show_run)
    if controller is not None:
        controller.finished.connect(lambda _: view.answers.show_run(controller.run))

    def follow() -> None:
        view.set_document(session.document, session.base, session.checker)

    follow()
    session.replaced.connect(follow)
    session.changed.connect(lambda: view.set_base(session.base))


def build_understand(window: MainWindow) -> None:
    """The panel that looks into a run; it follows the run that is picked in the list."""
    from widgets.shell.by_hand_actions import connect
    from widgets.training.training_panel import TrainPanel
    from widgets.understand.understand_panel import UnderstandPanel

    workbench, session, controller = window.workbench, window.session, window.training.controller
    assert workbench is not None and session is not None and controller is not None  # built by earlier slices
    panel = UnderstandPanel(window.themes, controller)
    workbench.add_panel("understand", panel)
    lesson_guide = window.lesson_guide
    if lesson_guide is not None:

        def visit() -> None:
            lesson_guide.visit_tab(panel.tab.title)

        panel.views.changed.connect(visit)
        workbench.workspace_changed.connect(visit)

    def follow(*_: object) -> None:
        panel.subject.follow(session.document, session.base)

    follow()
    for told in (session.replaced, session.changed, session.committed):
        told.connect(follow)
    connect(window, panel)
    training = workbench.panel("train")
    if isinstance(training, TrainPanel):
        training.run_picked.connect(panel.show_run)
