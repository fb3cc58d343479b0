"""The start page, what is imported before it, and the way from a card or a file to a network."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from benchmarks.startup import heavy_before_paint
from graph.project import Project, write_project
from tests.widgets.conftest import close, digits_project
from widgets.launch import make_window
from widgets.look.theme import LIGHT
from widgets.shell.loading import Loader
from widgets.shell.preferences import Memory, Preferences
from widgets.shell.window import MainWindow
from widgets.start import preset_entries
from widgets.start.lesson_shelf import lessons
from widgets.start.preset_cards import PresetCard, Words, words_in
from widgets.start.preset_entries import FIRST, LEVELS, presets, read
from widgets.start.recent_project import RecentProject
from widgets.start.start_page import AT_ONCE

ABOUT = {"title": "Digits, small", "summary": "Reads digits.", "expect": "about 97 %", "textbook": ["S07"]}


pytestmark = [pytest.mark.usefixtures("no_worker"), pytest.mark.built("workbench")]


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one preset, in the place of those that ship."""
    project = digits_project()
    write_project(tmp_path / "small.netloom", Project(project.network, {**project.sections, "about": ABOUT}))
    monkeypatch.setattr(preset_entries.presets, "__defaults__", (tmp_path,))
    return tmp_path


def test_nothing_heavy_is_loaded_before_the_first_paint() -> None:
    assert heavy_before_paint() == []


def test_a_preset_is_read_from_its_json(shelf: Path) -> None:
    (preset,) = presets(shelf)
    assert (preset.title, preset.data, preset.textbook) == ("Digits, small", "digits", ("S07",))
    assert len(preset.sketch.layers) == 5
    assert sorted(preset.sketch.wires) == [(0, 1), (1, 2), (2, 3), (3, 4)]
    assert "conv2d" in preset.words


@pytest.mark.parametrize("content", ["", "[]", "{", '{"network": 3}', '{"network": {"layers": [1]}}', '{"about": 7}'])
def test_a_file_that_makes_no_sense_has_no_card(content: str, tmp_path: Path) -> None:
    (tmp_path / "x.netloom").write_text(content, "utf-8")
    assert presets(tmp_path) == []


def test_the_gallery_begins_with_something_to_see_and_says_what_to_expect() -> None:
    found = presets(preset_entries.PRESETS)
    assert [one.path.stem for one in found[:2]] == ["digits_cnn", "lenet"]
    assert {one.path.stem for one in found} >= {name for names in preset_entries.FIRST.values() for name in names}
    assert all("Takes about" in preset_entries.promise(one) for one in found)


def test_a_card_grows_with_its_words(shelf: Path, window: MainWindow) -> None:
    (card,) = window.start.gallery.cards
    assert card.heightForWidth(70) > card.heightForWidth(400)
    assert card.height() >= card.heightForWidth(card.width())


def test_all_presets_that_ship_have_a_card() -> None:
    files = list(preset_entries.PRESETS.glob("*.netloom"))
    assert files
    assert all(read(path) is not None for path in files)


def test_a_card_opens_its_network_untitled(shelf: Path, window: MainWindow, qtbot: QtBot) -> None:
    (card,) = window.start.gallery.cards
    qtbot.mouseClick(card, Qt.MouseButton.LeftButton)
    assert window.session.path is None
    assert window.windowTitle() == "Digits, small - Netloom"
    assert not window.session.modified
    assert window.commands["train"].isEnabled()
    assert window.session.suggested_name == "digits-small"


@pytest.mark.parametrize("by_key", [False, True])
def test_the_start_page_leads_back_to_the_open_project(
    shelf: Path, window: MainWindow, qtbot: QtBot, by_key: bool
) -> None:
    window.files.new()
    window.show_start()
    assert window.start.back is None  # nothing was begun
    window.files.open_preset(window.start.gallery.cards[0].preset)
    window.show_workspace("data")
    network = window.session.document.network
    with window.session.document.transaction("Delete output4"):
        window.session.document.remove("output4")
    window.show_start()
    back = window.start.back
    assert back is not None and back.isVisible() and back.name == "Digits, small (unsaved)"
    assert window.start.files.itemAt(0).widget() is back
    if by_key:
        focus = QApplication.focusWidget()
        assert focus is not None
        qtbot.keyClick(focus, Qt.Key.Key_Escape)
    else:
        qtbot.mouseClick(back, Qt.MouseButton.LeftButton)
    assert window.working and window.workbench.workspace == "data"
    assert window.session.document.network is network and "output4" not in network


def test_the_card_of_a_lesson_in_progress_says_at_which_step_one_is(window: MainWindow, qtbot: QtBot) -> None:
    window.show_lessons()
    card = next(card for card in window.start.lessons.cards if card.lesson.id == "waves")
    assert card.lesson.facts.endswith("6 steps")
    qtbot.mouseClick(card, Qt.MouseButton.LeftButton)
    window.commands["start"].trigger()
    card = next(card for card in window.start.lessons.cards if card.lesson.id == "waves")
    assert card.isVisible() and card.lesson.facts.endswith("step 1 of 6")


def test_the_search_narrows_the_gallery(shelf: Path, window: MainWindow, qtbot: QtBot) -> None:
    qtbot.keyClicks(window.start.search, "lstm")
    assert not window.start.gallery.cards[0].isVisible()
    assert "Try fewer" in window.start.gallery.nothing.text()
    window.start.search.clear()
    qtbot.keyClicks(window.start.search, "digits conv2d")
    assert window.start.gallery.cards[0].isVisible()


def test_examples_of_one_topic_alone(window: MainWindow, qtbot: QtBot) -> None:
    start = window.start

    def shown() -> set[str]:
        return {card.preset.path.stem for card in start.gallery.cards if not card.isHidden()}

    everything = shown()
    found = {}
    for topic in preset_entries.TOPICS:
        button = start.findChild(QToolButton, f"topic-{topic}")
        assert button is not None
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        found[topic] = shown()
    assert "iris_mlp" in found["numbers"] and "lenet" in found["pictures"] and "seasons_lstm" in found["sequences"]
    assert not found["numbers"] & found["pictures"]
    assert set.union(*found.values()) <= everything
    start.search.setText("lenet")
    assert start.gallery.nothing.isVisible() and "sequences" in start.gallery.nothing.text()
    qtbot.mouseClick(start.topics.button(0), Qt.MouseButton.LeftButton)
    assert "lenet" in shown() and not start.gallery.nothing.isVisible()


def test_families_are_remembered_for_the_next_start(window: MainWindow, netloom_home: Path) -> None:
    kept = json.loads((netloom_home / "window.json").read_text("utf-8"))["families"]
    assert kept["conv2d"] == "convolution"


def test_a_file_on_the_command_line_opens_after_the_first_paint(project_file: Path, qtbot: QtBot) -> None:
    window = make_window(project_file)
    window.show()
    qtbot.waitUntil(lambda: window.ready and window.workbench.isVisible())
    assert window.session.path == project_file
    close(window)


def test_a_file_that_is_missing_leads_to_the_start_page(tmp_path: Path, qtbot: QtBot) -> None:
    window = make_window(tmp_path / "missing.netloom")
    window.show()
    qtbot.waitUntil(window.start.isVisible)
    assert "cannot be opened" in window.banners.notices[0].text
    close(window)


def test_recent_files_are_offered_and_open(window: MainWindow, project_file: Path, qtbot: QtBot) -> None:
    window.files.open(project_file)
    window.files.new()
    window.show_start()
    item = window.start.files.itemAt(0)
    assert item is not None
    row = item.widget()
    assert row is not None
    assert row.accessibleName() == "Open digits.netloom"
    qtbot.mouseClick(row, Qt.MouseButton.LeftButton)
    assert window.workbench.isVisible() and window.session.path == project_file


def test_the_loader_runs_in_order_and_what_is_required_at_once(qtbot: QtBot) -> None:
    ran: list[str] = []
    loader = Loader()
    loader.prepare([(name, partial(ran.append, name)) for name in "abc"])
    loader.require("b")
    assert ran == ["a", "b"]
    with qtbot.waitSignal(loader.done):
        loader.start()
    assert ran == ["a", "b", "c"]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"theme": "pink", "text_size": 9000, "projector": 1}'])
def test_damaged_preferences_begin_with_the_defaults(content: str, tmp_path: Path) -> None:
    file = tmp_path / "preferences.json"
    file.write_text(content, "utf-8")
    found = Preferences(file)
    assert (found["theme"], found["text_size"], found["projector"]) == ("system", 100, False)


def test_preferences_and_memory_survive(tmp_path: Path) -> None:
    Preferences(tmp_path / "p.json").set("theme", "dark")
    assert Preferences(tmp_path / "p.json")["theme"] == "dark"
    memory = Memory(tmp_path / "m.json")
    for number in range(14):
        (tmp_path / f"{number}.netloom").write_text("", "utf-8")
        memory.opened(tmp_path / f"{number}.netloom")
    recent = Memory(tmp_path / "m.json").recent
    assert len(recent) == Memory.RECENT
    assert recent[0].name == "13.netloom"


def files_of(folder: Path, *names: str) -> list[Path]:
    """Empty files with these names."""
    files = [folder / name for name in names]
    for file in files:
        file.write_text("", "utf-8")
    return files


def test_what_was_never_saved_stays_however_much_is_opened(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "m.json")
    unsaved = files_of(tmp_path, *(f"run{number}.netloom" for number in range(20)))
    for number, file in enumerate(unsaved):
        memory.keep_unsaved(str(number), f"Untitled {number}", file)
    for file in files_of(tmp_path, *(f"{number}.netloom" for number in range(20))):
        memory.opened(file)
    listed = Memory(tmp_path / "m.json").continued()
    assert [each.path for each in listed if each.unsaved] == unsaved[::-1]
    assert sum(not each.unsaved for each in listed) == Memory.RECENT
    memory.keep_unsaved("7", "Untitled 7", None)
    assert unsaved[7] not in [each.path for each in memory.continued()], "it was saved"


def test_a_run_that_is_put_back_brings_its_unsaved_project_back(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "m.json")
    (run,) = files_of(tmp_path, "run.netloom")
    memory.keep_unsaved("5", "Untitled", run)
    run.unlink()
    assert memory.continued() == [] and not memory.is_unsaved("5")
    memory.opened(*files_of(tmp_path, "other.netloom"))
    files_of(tmp_path, "run.netloom")
    assert [(each.name, each.unsaved) for each in memory.continued()] == [("other", False), ("Untitled", True)]


def test_a_project_is_taken_off_the_list_and_put_back_where_it_was(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "m.json")
    saved, run = files_of(tmp_path, "own.netloom", "run.netloom")
    memory.keep_unsaved("5", "Untitled", run)
    memory.opened(saved)
    before = memory.continued()
    for file, left in ((run, [before[0]]), (saved, [before[1]])):
        take_back = memory.forget(file)
        assert memory.continued() == left == Memory(tmp_path / "m.json").continued()
        take_back()
        assert memory.continued() == before


def test_two_windows_forget_nothing_of_each_other(tmp_path: Path) -> None:
    first, second = (Memory(tmp_path / "m.json") for _ in range(2))
    runs = files_of(tmp_path, "run1.netloom", "run2.netloom")
    first.keep_unsaved("1", "Mine", runs[0])
    second.keep_unsaved("2", "Yours", runs[1])
    assert [each.name for each in first.continued()] == ["Yours", "Mine"]


def test_every_project_is_listed_and_very_many_on_request(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    start, projects = window.start, [RecentProject(tmp_path / f"{number}.netloom", f"{number}") for number in range(40)]
    start.show_recent(projects[:20])
    assert len(start.rows) == 20 and not start.all.isVisible()
    start.show_recent(projects)
    assert len(start.rows) == AT_ONCE
    qtbot.waitUntil(start.all.isVisible)
    assert start.all.text() == "Show all 40"
    start.all.click()
    assert [row.name for row in start.rows] == [each.name for each in projects] and start.rows[AT_ONCE].hasFocus()


def test_the_score_of_a_project_is_never_cut(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    scores = ["Trained: RMSE 0.6280 MW on the test set", "Stopped after epoch 55 of 200, can be resumed", "Trained"]
    listed = [RecentProject(tmp_path / f"{number}.netloom", "fruit", score) for number, score in enumerate(scores)]
    for text in (100, 150):
        window.preferences.set("text_size", text)
        window.start.show_recent(listed)
        for _ in range(4):
            QApplication.processEvents()
        for row, score in zip(window.start.rows, scores, strict=True):
            assert " ".join(row.lines) == score
            rows = (row.height() - 10) // (row.fontMetrics().height() + 1)
            assert rows >= 1 + len(row.lines)


def test_a_project_leaves_the_list_by_key_and_comes_back_by_undo(
    window: MainWindow, project_file: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    window.files.open(project_file)
    window.files.new()
    window.show_start()
    (row,) = window.start.rows
    row.setFocus()
    qtbot.keyClick(row, Qt.Key.Key_Delete)
    assert window.start.rows == [] and project_file.exists()
    notice = window.banners.notices[0]
    assert f"“{project_file.stem}” is no longer under Continue." in notice.text
    notice.choices[0][1]()
    assert [row.project.path for row in window.start.rows] == [project_file]


def test_the_layout_is_remembered(window: MainWindow, netloom_home: Path) -> None:
    window.files.new()
    across = window.workbench.across
    for number, by in ((1, 42), (2, -30)):
        handle = across.handle(number)
        start = handle.rect().center()
        QTest.mousePress(handle, Qt.MouseButton.LeftButton, pos=start)
        QTest.mouseMove(handle, start + QPoint(by, 0))
        QTest.mouseRelease(handle, Qt.MouseButton.LeftButton, pos=start)
    sizes = across.sizes()
    assert sizes[0] > 250 and sizes[2] > 340
    window.close_now()
    assert json.loads((netloom_home / "window.json").read_text("utf-8"))["layout"]["across"] == sizes


@pytest.mark.parametrize("width", [60, 140, 204])
def test_words_of_a_card_are_wrapped_to_its_width(width: int, qapp: QApplication) -> None:
    words = words_in(LIGHT, bold=False)
    for preset in presets():
        lines = words.wrapped(preset.summary, width)
        wide = [line for line in lines if " " in line and words.metrics.horizontalAdvance(line) > width + 1]
        assert wide == []
        assert " ".join(lines) == preset.summary
    assert words.wrapped("one two three", 1000) == ["one two three"]
    assert words.wrapped("one two three", 1) == ["one", "two", "three"]
    assert words.wrapped("", 100) == []


@pytest.mark.parametrize("text", [100, 150, 200])
def test_every_card_shows_its_whole_description(window: MainWindow, text: int, monkeypatch: pytest.MonkeyPatch) -> None:
    painted: list[tuple[QPointF, str, QFontMetricsF]] = []

    def paint(painter: QPainter, lines: list[str], left: float, top: float, font: QFont, ink: QColor) -> float:
        metrics = QFontMetricsF(font)
        painted.extend(
            (QPointF(left, top + row * metrics.lineSpacing()), line, metrics) for row, line in enumerate(lines)
        )
        return top + len(lines) * metrics.lineSpacing()

    monkeypatch.setattr(PresetCard, "_paint_lines", staticmethod(paint))
    window.preferences.set("text_size", text)
    for size in ((1024, 700), (1440, 900)):
        window.resize(*size)
        for _ in range(6):  # a layout of cards whose height follows their width settles in several steps
            QApplication.processEvents()
        assert len(window.start.gallery.cards) > 60
        check_each_card(window, painted)


def check_each_card(window: MainWindow, painted: list[tuple[QPointF, str, QFontMetricsF]]) -> None:
    for card in window.start.gallery.cards:
        painted.clear()
        card.grab()
        preset = card.preset
        said = " ".join(line for _, line, _ in painted)
        whole = " ".join((preset.title, preset.summary, preset_entries.promise(preset)))
        assert said == " ".join(word for word in whole.split(" ") if word), preset.path.stem
        tops = [place.y() for place, _, _ in painted]
        for (place, line, metrics), below in zip(painted, [*tops[1:], card.height() - 4.0], strict=True):
            assert place.x() + metrics.horizontalAdvance(line) <= card.width() - 8, (preset.path.stem, line)
            assert place.y() + metrics.height() <= below + 1, (preset.path.stem, line)


def test_a_word_is_measured_once_for_all_cards(qapp: QApplication) -> None:
    measured: list[str] = []

    class Metrics(QFontMetricsF):
        def horizontalAdvance(self, text: str) -> float:  # type: ignore[override] # noqa: N802
            measured.append(text)
            return 10.0 * len(text)

    words = Words(LIGHT.font())
    words.metrics = Metrics(LIGHT.font())
    for width in (50, 100, 200):
        words.wrapped("to be or not to be", width)
    assert sorted(measured) == [" ", "be", "not", "or", "to"]
    assert words.wrapped("to be or not to be", 90) == ["to be or", "not to be"]
    assert words_in(LIGHT, bold=True) is words_in(LIGHT, bold=True)


def test_examples_and_lessons_stand_in_the_order_of_their_levels() -> None:
    examples = [LEVELS.index(entry.level) for entry in presets()]
    taught = [LEVELS.index(lesson.level) for lesson in lessons()]
    for levels in (examples, taught):
        assert levels == sorted(levels)
        assert set(levels) == {0, 1, 2}
    assert lessons()[0].id == "first_cnn"
    known = {entry.path.stem for entry in presets()}
    assert {name for names in FIRST.values() for name in names} <= known


def test_escape_clears_what_is_searched_for_before_it_leads_back(window: MainWindow, qtbot: QtBot) -> None:
    window.files.open_preset(window.start.gallery.cards[0].preset)
    window.show_start()
    search = window.start.search
    search.setFocus()
    qtbot.keyClicks(search, "lstm")
    qtbot.keyClick(search, Qt.Key.Key_Escape)
    assert search.text() == "" and not window.working
    qtbot.keyClick(search, Qt.Key.Key_Escape)
    assert window.working
