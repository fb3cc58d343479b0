"""Takes the pictures in docs, of README and guide, in the real window: ``python -m tools.docs_pictures [PAGE ...]``."""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QListWidget

from app.project.presets import FOLDER
from graph.project import Project, read_project, write_project
from tools import data_samples
from tools.docs_stage import SIZE, Stage, shrink, stage
from widgets.data.data_view import DataView
from widgets.shell.live_previews import LIVE
from widgets.start.preset_entries import presets
from widgets.tour.story import own_home, tell
from widgets.understand.by_hand.by_hand_tab import ByHandTab
from widgets.understand.by_hand.scene import Spot
from widgets.understand.generated.generated_tab import GeneratedTab
from widgets.understand.recurrent.gates_tab import GatesTab
from widgets.understand.recurrent.gradients_tab import GradientsTab
from widgets.understand.recurrent.unrolled_tab import UnrolledTab
from widgets.understand.understand_panel import UnderstandPanel
from widgets.understand.units.units_tab import UnitsTab
from widgets.understand.why_tab import WhyTab

LARGE = (1440, 880)
"""Size of the window in which a network of three rows is shown with all details."""

WIDE = (1860, 860)
"""Size of the window in the picture of the LSTM, whose cell is long."""


# The first network


def first_network(out: Path) -> None:
    """The steps of the page on the first network, by mouse and keyboard, until it is trained."""
    with stage(out) as s:
        driver = s.driver
        driver.click("startNew")
        driver.workspace("data")
        sets = driver.find("datasets", QListWidget)
        assert isinstance(sets, QListWidget)
        driver.click(sets.viewport(), sets.visualItemRect(sets.item(0)).center())
        driver.wait(lambda: s.panel("data").preview is not None, "the digits were to be shown")
        driver.workspace("network")
        tree = s.window.workbench.palette_panel.tree
        for title in ("Input", "Flatten"):
            item = tree.findItems(title, Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive)[0]
            tree.scrollToItem(item)
            driver.double_click(tree.viewport(), tree.visualItemRect(item).center())
        driver.click(s.canvas.viewport(), s.canvas.mapFromScene(s.canvas.board.bounds({"flatten1"}).center()))
        driver.key(Qt.Key.Key_Tab)
        driver.write("dense 32, relu, dense 10, output")
        driver.key(Qt.Key.Key_Return)
        driver.click("trainButton")
        driver.wait(lambda: s.window.training.active, "the training was to begin")
        driver.wait(lambda: not s.window.training.active, "the training was to end", 120)
        print(s.window.status.problems.text(), s.window.status.costs.text(), s.window.status.training.text())
        s.grab("first-network", trained=True)


# Arithmetic by hand


def by_hand(out: Path) -> None:
    """A layer of a network, and an example, each at a step that has something to tell."""
    with stage(out) as s:
        s.window.files.open_preset(next(entry for entry in presets() if entry.path.stem == "x_or_o"))
        s.canvas.select(["conv2"])
        s.window.commands["by_hand"].trigger()
        tab = s.understand().view(ByHandTab)
        s.driver.wait(lambda: tab.picker.chosen == "conv2" and not tab.picture.is_empty(), "conv2 was to be worked out")
        tab.go(Spot(filter=1, row=0, column=3))
        s.grab("by-hand")
        tab.show_examples("kernels")
        tab.examples.kernel.box.setCurrentText("edge")
        tab.go(Spot(row=3, column=3))
        s.grab("by-hand-example")


# The canvas


def canvas(out: Path) -> None:
    """Presets as files of the user's, each with what its picture is about."""
    shots = (
        ("canvas-resnet110", "resnet110", SIZE, lambda s: None),
        ("canvas-lstm", "lstm_by_hand", WIDE, open_cell),
        ("canvas-diff", "two_branch_cnn", LARGE, compare),
        ("canvas-live", "lenet", LARGE, train_live),
    )
    with tempfile.TemporaryDirectory(prefix="netloom-canvas-") as folder:
        for name, preset, size, act in shots:
            file = Path(folder) / f"{preset}.netloom"
            write_project(file, lasting(read_project(FOLDER / file.name)))
            with stage(out, size, file) as s:
                act(s)
                s.grab(name, trained=name == "canvas-live")


def lasting(project: Project) -> Project:
    """The same project with so many epochs that it is still training when the picture is taken."""
    plan = project.sections["plan"]
    assert isinstance(plan, Mapping)
    return Project(project.network, {**project.sections, "plan": {**plan, "epochs": 2000}})


def open_cell(s: Stage) -> None:
    """Into the LSTM's cell by a double-click."""
    s.canvas.setFocus()
    s.driver.key(Qt.Key.Key_H)
    card = s.canvas.board.cards["lstm_by_hand"].rect
    s.driver.double_click(s.canvas.viewport(), s.canvas.mapFromScene(card.center()))
    s.driver.wait(lambda: "forget_gate" in s.canvas.board.cards, "the cell was to open")
    s.canvas.setFocus()
    s.driver.key(Qt.Key.Key_H)


def compare(s: Stage) -> None:
    """One layer changed, one removed, one put on a wire; then compared with the file."""
    canvas, driver = s.canvas, s.driver
    with canvas.document.transaction("Set the filters of conv2"):
        canvas.document.set_values("conv2", filters=20)
    canvas.setFocus()
    canvas.select(["relu3"])
    for key in (Qt.Key.Key_B, Qt.Key.Key_Delete):
        driver.key(key)
    canvas.select(["pool1"])
    for key in (Qt.Key.Key_W, Qt.Key.Key_Tab):
        driver.key(key)
    driver.write("batch norm")
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Escape, Qt.Key.Key_L):
        driver.key(key)
    driver.command("Compare with the saved version")
    driver.point(canvas.viewport(), canvas.mapFromScene(canvas.board.bounds().topLeft() - QPointF(20, 20)))


def train_live(s: Stage) -> None:
    """Filters and activations below the cards of a network in training."""
    training, driver = s.window.training, s.driver
    driver.wait(lambda: training.controller is not None, "the training was to be ready")
    driver.command("Train")
    driver.wait(lambda: training.active, "the training was to begin")
    driver.command("Network workspace")
    driver.wait(lambda: LIVE in s.canvas.surface.extras, "the cards were to show something")
    driver.rest(2500)
    driver.command("Pause")
    s.canvas.setFocus()
    driver.key(Qt.Key.Key_H)


# Data


def data(out: Path) -> None:
    """Files such as users bring, and two sets that ship, in the data view of a new project."""
    with tempfile.TemporaryDirectory(prefix="netloom-data-") as name, stage(out) as s:
        folder = Path(name)
        s.window.files.new()
        s.window.session.save(folder / "mine.netloom")  # so that paths are told as from there
        s.window.show_workspace("data")
        view = s.panel("data")
        assert isinstance(view, DataView)
        show_file(s, view, "data-table", data_samples.table(folder), None, ("Rows", "Features", "Correlation"))
        show_question(s, view, "data-reading", data_samples.members(folder))
        show_file(s, view, "data-series", data_samples.series(folder), "series", ("Series",))
        show_file(s, view, "data-sequences", data_samples.moves(folder), None, ("Series",))
        show_file(s, view, "data-recordings", data_samples.sounds(folder), None, ("Series",))
        show_file(s, view, "data-pictures", data_samples.pictures(folder), None, ("Samples",))
        show_file(s, view, "data-arrays", data_samples.arrays(folder), None, ("Series",))
        show_file(s, view, "data-text", data_samples.texts(folder), "text", ("Rows",))
        show_source(s, view, "data-records", "fleet", "Series")
        show_source(s, view, "data-generated", "x_or_o", "Samples")


def show_source(s: Stage, view: DataView, picture: str, source: str, side: str) -> None:
    """A data set that ships, from one side."""
    view.sources.chosen.emit(source)
    shown = f"{source} was to be shown"
    s.driver.wait(lambda: view.preview is not None and view.preview.info.id == source, shown)
    view.samples.show_first(side)
    s.grab(picture)


def show_file(s: Stage, view: DataView, picture: str, path: Path, kind: str | None, sides: tuple[str, ...]) -> None:
    """A file of the user's, read as ``kind`` where that has to be said, from several sides."""
    before = view.preview
    view.open_path(path, kind)
    s.driver.wait(lambda: view.preview is not None and view.preview is not before, f"{path.name} was to be shown")
    told = s.window.status.training
    s.driver.wait(lambda: not told.text().startswith("Decoding"), "the pictures were to be decoded")
    for side in sides:
        view.samples.show_first(side)
        s.grab(picture if side == sides[0] else f"{picture}-{side.lower()}")


def show_question(s: Stage, view: DataView, picture: str, path: Path) -> None:
    """A table whose columns may be read in two ways, where it is asked about them."""
    before = view.preview
    view.open_path(path, "table")
    s.driver.wait(lambda: view.preview is not None and view.preview is not before, f"{path.name} was to be shown")
    s.driver.wait(lambda: bool(view.reading.questions), "a column was to be undecided")
    view.samples.show_first("Reading")
    s.driver.rest(300)
    view.reading.go_to(view.reading.questions[0])
    s.grab(picture)


# What a network learned


def gan(out: Path) -> None:
    """The losses of two GANs, and what they generated."""
    with stage(out) as s:
        s.train("digits_gan")
        s.grab("gan-losses", trained=True)
        panel = s.understand()
        panel.show_tab("Generated samples")
        s.driver.rest(1500)
        for sample in (4, 11):
            panel.view(GeneratedTab).generated.pick(sample)
        s.grab("gan-digits", 1500, trained=True)
        s.train("ring_gan")
        s.understand().show_tab("Generated samples")
        s.grab("gan-ring", 1500, trained=True)


def over_time(out: Path) -> None:
    """The LSTM of the adding problem unrolled, its gates, and its gradients over those of the RNN."""
    with stage(out) as s:
        for preset in ("adding_rnn", "adding_lstm"):
            s.train(preset)
        panel = s.understand()
        panel.show_tab("Unrolled")
        s.driver.wait(lambda: not panel.view(UnrolledTab).diagram.is_empty(), "the layer was to be unrolled")
        s.driver.click(panel.view(UnrolledTab).gradients)
        s.grab("over-time-unrolled", trained=True)
        panel.show_tab("Gates")
        s.driver.wait(lambda: not panel.view(GatesTab).lanes.is_empty(), "gates were to be shown")
        s.grab("over-time-gates", trained=True)
        panel.show_tab("Gradients")
        tab = panel.view(GradientsTab)
        s.driver.wait(lambda: not tab.plot.is_empty(), "the gradient was to be shown")
        tab.state.setCurrentIndex(1)
        tab.state.activated.emit(1)
        tab.menu.aboutToShow.emit()
        tab.menu.actions()[-1].trigger()
        s.driver.wait(lambda: len(tab.plot.curves) == 2, "the other run was to be laid over it")
        s.grab("over-time-gradients", trained=True)


def units(out: Path) -> None:
    """What excites the maps of a convolution, and what in a digit speaks for the network's prediction."""
    with stage(out) as s:
        s.train("digits_cnn")
        panel = s.understand()
        panel.show_tab("Units")
        s.driver.wait(panel.view(UnitsTab).samples.count, "the strongest samples were to be found")
        panel.view(UnitsTab).picker.choose("conv2")
        panel.view(UnitsTab).sheet.shown.setCurrentIndex(1)
        idle(s, panel)
        panel.view(UnitsTab).sheet.tiles.pick(5)
        idle(s, panel)
        s.grab("units", trained=True)
        panel.show_tab("Why")
        s.driver.wait(panel.view(WhyTab).gallery.count, "samples were to be offered")
        panel.view(WhyTab).gallery.pick(3)
        idle(s, panel)
        s.grab("why", trained=True)


def idle(s: Stage, panel: UnderstandPanel) -> None:
    """Wait until nothing is awaited of the worker any more."""
    s.driver.rest(200)
    units, why = panel.view(UnitsTab), panel.view(WhyTab)
    works = (units.work, units.sheet.work, units.exciting.work, why.integrated, why.occlusion)
    s.driver.wait(lambda: not any(work.running for work in works), "the worker was to be done")


def readme(out: Path) -> None:
    """The tour: from an empty canvas to exported code, without the files that it saves."""
    with tempfile.TemporaryDirectory(prefix="netloom-tour-") as name:
        tell(Path(name))
        for path in sorted(Path(name).glob("*-*.*")):
            if path.suffix == ".png":
                shrink(path)
            shutil.move(path, out / path.name)


GUIDE = {
    "first-network": first_network,
    "by-hand": by_hand,
    "canvas": canvas,
    "data": data,
    "gan": gan,
    "over-time": over_time,
    "units": units,
}
"""The guide's pages with pictures."""

PAGES = {"readme": (readme, "screenshots")} | {name: (take, "guide") for name, take in GUIDE.items()}
"""How the pictures of a page are taken, and in which folder of docs they are."""


def take_pages(names: Iterable[str], out: Path) -> None:
    """Take the pictures of pages anew, into the folders of ``out``."""
    for name in names:
        take, folder = PAGES[name]
        (out / folder).mkdir(parents=True, exist_ok=True)
        with own_home():
            take(out / folder)


def main() -> None:
    """Take the pictures of the pages that are named, of all without names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", nargs="*", metavar="PAGE", help=f"One of {', '.join(PAGES)}.")
    parser.add_argument("--out", type=Path, default=Path("docs"))
    arguments = parser.parse_args()
    unknown = [page for page in arguments.pages if page not in PAGES]
    if unknown:
        parser.error(f"there is no page {unknown[0]}; the pages are {', '.join(PAGES)}")
    take_pages(arguments.pages or PAGES, arguments.out.resolve())


if __name__ == "__main__":
    main()
