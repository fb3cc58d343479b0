"""What the window is assembled from after its first paint: the order of imports, and how the parts are joined."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from app.system import home
from graph.errors import NetloomError
from widgets.shell.loading import Slice, importing

if TYPE_CHECKING:
    from widgets.shell.project_problems import Faults
    from widgets.shell.project_session import ProjectSession
    from widgets.shell.window import MainWindow
    from widgets.shell.workbench import Workbench
    from widgets.training.worker_link import WorkerLink


def slices(window: MainWindow) -> list[Slice]:
    """Everything to do after the first paint, the most wanted first; ``bench``, ``training`` and ``panels`` build."""
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
        ("bench", lambda: build_bench(window)),
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


def build_bench(window: MainWindow) -> None:
    """The session and the workbench."""
    from widgets.hints.hinting import Hinting
    from widgets.shell.project_problems import Faults
    from widgets.shell.project_session import ProjectSession
    from widgets.shell.workbench import Workbench

    session = ProjectSession(home.folder("recovery"), home.folder("locks"), window)
    bench = Workbench(session, window.themes)
    faults = Faults(session, lambda: window.show_workspace("data"))
    faults.changed.connect(lambda: bench.problems.set_faults(() if bench.inside.path else session.faults))
    faults.changed.connect(window.refresh_status)
    hinting = Hinting(session, bench, faults, window.preferences)
    hinting.changed.connect(window.refresh_status)
    window.adopt(session, bench)
    teach(window, bench, session, faults)
    session.changed.connect(window.refresh_status)


def teach(window: MainWindow, bench: Workbench, session: ProjectSession, faults: Faults) -> None:
    """Whoever leads through lessons, and what is told to it."""
    from widgets.lessons.lesson_guide import LessonGuide

    teacher = LessonGuide(window, bench.lesson, faults)
    window.teacher = teacher
    for signal in (session.committed, session.replaced, faults.changed):
        signal.connect(teacher.look_soon)
    bench.workspace_changed.connect(lambda name: teacher.visit(f"workspace:{name}"))

    def visit(ids: list[str]) -> None:
        for id_ in ids:
            teacher.visit(f"layer:{id_}")

    bench.canvas.selectionChanged.connect(visit)


def build_training(window: MainWindow) -> None:
    """The worker's line, the controller and the training panel."""
    from widgets.shell.live_previews import Live
    from widgets.training.training_controller import TrainingController
    from widgets.training.training_panel import TrainPanel
    from widgets.training.worker_link import WorkerLink

    bench, session = window.bench, window.session
    assert bench is not None and session is not None  # built by an earlier slice
    link = WorkerLink(parent=window)
    controller = TrainingController(link, window)
    panel = TrainPanel(window.themes, controller)
    bench.add_panel("train", panel)
    panel.set_document(session.document)
    panel.export_wanted.connect(window.exporting.ask)

    def smooth(name: str) -> None:
        if name == "smoothing":
            panel.curves.loss.set_smoothing(float(window.preferences["smoothing"]))

    smooth("smoothing")
    panel.destroyed.connect(window.preferences.subscribe(smooth))
    session.replaced.connect(lambda: panel.set_document(session.document))
    window.training.adopt(controller)
    if window.teacher is not None:
        window.teacher.listen_to_training(controller)
    Live(bench, session, controller, window.preferences)
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

    bench, session, link = window.bench, window.session, window.training.link
    controller = window.training.controller
    assert bench is not None and session is not None and link is not None  # built by earlier slices
    view = DataView(window.themes, link)
    bench.add_panel("data", view)
    training = bench.panel("train")
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

    bench, session, controller = window.bench, window.session, window.training.controller
    assert bench is not None and session is not None and controller is not None  # built by earlier slices
    panel = UnderstandPanel(window.themes, controller)
    bench.add_panel("understand", panel)
    teacher = window.teacher
    if teacher is not None:

        def visit() -> None:
            teacher.visit_tab(panel.tab.title)

        panel.views.changed.connect(visit)
        bench.workspace_changed.connect(visit)

    def follow(*_: object) -> None:
        panel.subject.follow(session.document, session.base)

    follow()
    for told in (session.replaced, session.changed, session.committed):
        told.connect(follow)
    connect(window, panel)
    training = bench.panel("train")
    if isinstance(training, TrainPanel):
        training.run_picked.connect(panel.show_run)
