"""What the window is assembled from after its first paint: the order of imports, and how the parts are joined."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from app.system import home
from app.system.work_folder import remove_lost_folders
from graph.errors import NetloomError
from widgets.shell.actions.start_actions import StartActions
from widgets.shell.loading import Slice, importing

if TYPE_CHECKING:
    from widgets.shell.window import MainWindow
    from widgets.training.training_controller import TrainingController
    from widgets.training.training_panel import TrainPanel


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
        ("recovery", lambda: offer_recovery(window)),
        *importing("numpy", "pyqtgraph", "widgets.training.training_controller", "widgets.training.training_panel"),
        ("training", lambda: build_training(window)),
        *importing("widgets.data.data_view"),
        ("data", lambda: build_data(window)),
        *importing("widgets.understand.understand_panel"),
        ("views", find_views),
        ("understand", lambda: build_understand(window)),
    ]


def find_views() -> None:
    """Import the views of Understand."""
    from widgets.understand.view_registry import discover

    discover()


def remember_families(window: MainWindow) -> None:
    """Give the start page the family of each kind of layer, and keep it for the next start."""
    from graph.layers.catalogue import catalogue
    from widgets.look.theme import family_key

    families = {kind: family_key(layer.family) for kind, layer in catalogue().items()}
    window.start.set_families(families)
    window.memory.put(families=families)


def build_workbench(window: MainWindow) -> None:
    """The session and the workbench, what finds problems and hints, and the guide through lessons."""
    from widgets.shell.actions.link_actions import LinkActions
    from widgets.shell.canvas_actions import ABOVE, canvas_actions
    from widgets.shell.hinting import Hinting
    from widgets.shell.lesson_guide import LessonGuide
    from widgets.shell.project_problems import ProjectProblems
    from widgets.shell.project_session import ProjectSession
    from widgets.shell.workbench import Workbench

    session = ProjectSession(home.folder("recovery"), home.folder("locks"), window)
    workbench = Workbench(session, window.themes, window.pages)
    window.adopt(session, workbench)
    window.commands.add(canvas_actions(), ABOVE)
    window.part(ProjectProblems).changed.connect(workbench.show_project_problems)
    for finder in (window.part(ProjectProblems), window.part(Hinting)):
        finder.changed.connect(window.refresh_status)
    workbench.problems.data_wanted.connect(lambda: window.show_workspace("data"))
    workbench.inspector.layer.notes.fixed.connect(workbench.problems.repair)
    workbench.lesson.linked.connect(window.part(LessonGuide).follow)
    workbench.description.linked.connect(window.part(LinkActions).follow)


def offer_recovery(window: MainWindow) -> None:
    """Offer unsaved work of a process that ended badly, and remove its temporary folders."""
    remove_lost_folders()
    with suppress(NetloomError):
        from app.project.recovery import unsaved  # reads networks, which nothing needs before the first paint

        window.files.offer_recovery(unsaved(home.folder("recovery")))


def _show_errors(window: MainWindow, panel: TrainPanel) -> None:
    """Lead to the errors of the run whose score is told, which need not be the one that is picked in the list."""
    from widgets.shell.actions.link_actions import LinkActions

    panel.show_last_run()
    window.part(LinkActions).follow("understand:errors")


def build_training(window: MainWindow) -> None:
    """The worker's line, the controller and the training panel."""
    from widgets.shell.lesson_guide import LessonGuide
    from widgets.shell.project_memory import ProjectMemory
    from widgets.training.training_controller import TrainingController
    from widgets.training.training_panel import TrainPanel
    from widgets.training.worker_link import WorkerLink

    session = window.session
    link = WorkerLink(parent=window)
    controller = TrainingController(link, window)
    window.at_close(controller.close)
    panel = TrainPanel(window.themes, controller, window.workbench.bottom)
    window.workbench.add_panel("train", panel)
    memory = window.part(ProjectMemory)

    def show_project() -> None:
        controller.open_project(session.state.key, memory.score())
        panel.set_document(session.document)
        memory.recall()

    show_project()
    session.leaving.connect(panel.advice.close_document)  # before the controller forgets the run, which advises anew
    window.part(StartActions).listen(panel)
    answer_wishes(window, panel)
    panel.set_roof(window.workbench.canvas)
    panel.advice.retrain_wanted.connect(window.training.train_again)
    panel.advice.more_wanted.connect(window.training.train_on)

    def smooth(name: str) -> None:
        if name == "smoothing":
            panel.curves.loss.set_smoothing(float(window.preferences["smoothing"]))

    def keep_smoothing(factor: float) -> None:
        window.preferences.set("smoothing", factor)

    panel.curves.loss.smoothed.connect(keep_smoothing)

    def say_once(workspace: str) -> None:
        window.status.training.setVisible(workspace != "train")  # there the strip above the plots says it

    say_once(window.workbench.workspace)
    window.workbench.workspace_changed.connect(say_once)
    smooth("smoothing")
    panel.destroyed.connect(window.preferences.subscribe(smooth))
    session.replaced.connect(show_project)
    session.changed.connect(lambda: panel.rename_project(session.state.key))
    remember(window, controller, panel)
    window.training.outdated_told.connect(panel.strip.mark_outdated)
    panel.strip.errors_wanted.connect(lambda: _show_errors(window, panel))
    window.training.adopt(controller)
    foretell(window, controller)
    window.part(LessonGuide).listen_to_training(controller)
    tell_preferences(window, controller)
    with suppress(NetloomError):
        link.start()


def answer_wishes(window: MainWindow, panel: TrainPanel) -> None:
    """Do what buttons of the training panel ask for."""
    from widgets.shell.actions.comparison_actions import ComparisonActions
    from widgets.shell.actions.export_actions import ExportActions
    from widgets.shell.actions.rate_actions import RateActions

    panel.export_wanted.connect(window.part(ExportActions).ask)
    panel.compare_wanted.connect(window.part(ComparisonActions).runs)
    panel.plan.rate_wanted.connect(window.part(RateActions).find)


def remember(window: MainWindow, controller: TrainingController, panel: TrainPanel) -> None:
    """What is trained is remembered with its project, and the start page says how far it is."""
    from widgets.shell.project_memory import ProjectMemory

    memory = window.part(ProjectMemory)
    controller.restored.connect(memory.bring_back)
    for signal in (controller.started, controller.finished):
        signal.connect(memory.keep)
    controller.ended_elsewhere.connect(memory.keep_elsewhere)
    panel.run_renamed.connect(memory.keep)  # the start page offers a run's file by its path
    window.continued.listen_to(controller)


def foretell(window: MainWindow, controller: TrainingController) -> None:
    """What a training will take is told before it begins."""
    from widgets.shell.training_forecast import TrainingForecast

    window.part(TrainingForecast).listen_to(controller)


def tell_preferences(window: MainWindow, controller: TrainingController) -> None:
    """Tell every worker how much memory data may take, and trainings whether to write TensorBoard event files."""
    from app.protocol.messages import SetMemoryBudget

    def tell(name: str) -> None:
        if name == "memory":
            controller.link.settle(SetMemoryBudget(gigabytes=float(window.preferences["memory"])))
        elif name == "tensorboard":
            controller.tensorboard = bool(window.preferences["tensorboard"])

    for name in ("memory", "tensorboard"):
        tell(name)
    controller.destroyed.connect(window.preferences.subscribe(tell))


def build_data(window: MainWindow) -> None:
    """The data view, in the canvas's place; it tells what the last run says about the samples."""
    from widgets.data.data_view import DataView
    from widgets.shell.project_problems import ProjectProblems
    from widgets.training.training_panel import TrainPanel

    workbench, session, controller = window.workbench, window.session, window.training.controller
    assert controller is not None  # built by an earlier slice
    view = DataView(window.themes, controller.link, workbench.middle)
    workbench.add_panel("data", view)
    training = workbench.panel("train")
    if isinstance(training, TrainPanel):
        training.run_picked.connect(view.predictions.show_run)
        training.run_renamed.connect(view.predictions.rename_run)
    view.predictions.name_of = controller.run_name
    controller.forgotten.connect(lambda: view.predictions.show_run(None))
    controller.finished.connect(lambda _: view.predictions.show_run(controller.run))
    if controller.own and not controller.active:
        view.predictions.show_run(controller.run)

    def follow() -> None:
        view.set_document(session.document, session.base, session.checker)

    view.recipes.tried.connect(lambda what: session.set_attempt(what, view.recipes.take_back))
    follow()
    session.replaced.connect(follow)
    session.changed.connect(lambda: view.set_base(session.base))
    problems = window.part(ProjectProblems)
    view.previewed.connect(lambda _: problems.on_previewed())
    problems.found.connect(view.look_again)


def build_understand(window: MainWindow) -> None:
    """The panel that looks into a run; it follows the run that is picked in the list."""
    from widgets.shell.actions.by_hand_actions import connect
    from widgets.shell.actions.try_actions import PredictActions
    from widgets.shell.lesson_guide import LessonGuide
    from widgets.shell.live_previews import LivePreviews
    from widgets.shell.project_memory import ProjectMemory
    from widgets.shell.project_problems import ProjectProblems
    from widgets.training.training_panel import TrainPanel
    from widgets.understand.understand_panel import UnderstandPanel

    workbench, session, controller = window.workbench, window.session, window.training.controller
    assert controller is not None  # built by an earlier slice
    panel = UnderstandPanel(window.themes, controller)
    workbench.add_panel("understand", panel)

    def visit() -> None:
        window.part(LessonGuide).visit_tab(panel.views.kind.title)

    def follow(*_: object) -> None:
        panel.subject.follow(session.document, session.base)
        panel.show_whose()

    panel.views.changed.connect(visit)
    workbench.workspace_changed.connect(visit)
    follow()
    for signal in (session.replaced, session.changed):
        signal.connect(follow)
    memory = window.part(ProjectMemory)
    session.replaced.connect(memory.look)  # once the panel knows the network
    memory.look()
    window.part(ProjectProblems).found.connect(panel.subject.look_again)
    previews = LivePreviews(window, controller, panel.subject)
    panel.subject.activated.connect(lambda pictures: previews.show_tried(panel.subject.network, pictures))
    connect(window, panel)
    window.part(PredictActions).connect(panel)
    training = workbench.panel("train")
    if isinstance(training, TrainPanel):
        training.run_picked.connect(panel.show_run)
        training.run_renamed.connect(panel.rename_run)
        training.names_changed.connect(panel.show_whose)
        training.names_changed.connect(previews.show_whose)
    if controller.run is not None and controller.own:
        panel.show_run(controller.run)
        memory.bring_back()
