"""Rules of the house that import contracts and linters cannot express."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tokenize
from collections import defaultdict
from fnmatch import fnmatch
from io import StringIO
from itertools import islice
from pathlib import Path, PurePosixPath

from tests.import_graph import circles, imports_in, string_imports
from tests.markdown_links import broken_links
from tests.met_through import MET_THROUGH
from tests.plain_text_rules import html_of_strangers

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("graph", "app", "widgets", "netloom", "benchmarks", "tools", "tests")
LONGEST = 600
LEFTOVER = re.compile(r"\b(TO[D]O|FIX[M]E|X[X]X|HAC[K])\b")
QT = ("PySide6", "shiboken6", "pyqtgraph", "qtpy", "qtawesome")

MAY_LOAD_TORCH = re.compile(
    r"graph\.(build\.compile|modules)\b|app\.(training|worker|inference|insight|exchange)\b|app\.\w*(torch|weights)\w*\b"
)
"""Modules that may load torch when imported, except those of `TORCH_FREE`."""

TORCH_FREE = {"app.training", "app.training.log_lines", "app.training.plan", "app.training.runs"}

PATH = re.compile(r"`([\w./-]*(?:\.py|/)|(?:graph|app|widgets|tests|tools|benchmarks|docs|presets)(?:[./][\w./-]+)+)`")
"""What looks like a path where a page names code: it ends in ``.py`` or ``/``, or begins with the name of a room."""

LAYERS, MODULES = "graph/layers", "graph/modules"
LAYER_AND_MODULE = {
    "attention.py": {LAYERS, MODULES},
    "contrast.py": {LAYERS, MODULES},
    "hopfield.py": {LAYERS, MODULES},
    "rbf.py": {LAYERS, MODULES},
    "recurrent.py": {LAYERS, MODULES},
    "recurrent_conv.py": {LAYERS, MODULES},
    "time_distributed.py": {"graph/structure", MODULES},
}
"""Files of one name: a layer as data and the torch module that it becomes."""

STRING_IMPORTS = {
    "app.data.discovery": ["importlib.import_module", "pkgutil.walk_packages"],  # finds sources and readers of data
    "app.exchange.code_parity": ["runpy.run_path"],  # runs what was exported just now, to compare its outputs
    "app.training.objective": ["importlib.import_module"],  # finds the objective that the plan names
    "app.training.plan": ["pkgutil.iter_modules"],  # lists the objectives without importing torch
    "graph.build.compile": ["importlib.import_module"],  # layers name the torch classes that they become
    "graph.layers.catalogue": ["importlib.import_module", "pkgutil.iter_modules"],  # finds the kinds of layer
    "widgets.shell.action_registry": ["importlib.import_module", "pkgutil.iter_modules"],  # finds the actions
    "widgets.canvas.canvas_command": ["importlib.import_module", "pkgutil.iter_modules"],  # finds the canvas's commands
    "widgets.understand.melody_player": ["importlib.import_module"],  # Qt Multimedia, where it is installed
    "widgets.understand.view_registry": ["importlib.import_module", "pkgutil.walk_packages"],  # finds the views
    "widgets.shell.loading": ["importlib.import_module"],  # panels are loaded after the first paint
    "app.protocol.framing": ["importlib.import_module", "pkgutil.iter_modules"],  # finds the kinds of message
    "app.worker.handlers": ["importlib.import_module", "pkgutil.iter_modules"],  # finds what answers requests
    "tools.forked_pytest": ["importlib.import_module"],  # loads libraries before forking
}
"""Modules that import others by a string, with the functions that they call for it."""

PLAIN_JSON = {
    "app.data.readers.boxes.box_table",  # data may hold what a project may not
    "app.data.readers.decoded_pictures",
    "app.data.readers.json_text",  # whose texts can all be written
    "app.data.readers.tables.parquet_file",
    "app.inference.typed_rows",  # whether typed text is numbers, of which nothing is kept
    "app.protocol.framing",  # bounds of its own
    "app.training.log_lines",  # each line against its schema, fast
    "graph.strict_json",
    "graph.structure.blocks",  # text that was written by the block itself
    "widgets.data.downloads",  # lines that the command line printed
    "widgets.shell.actions.pack_actions",
    "widgets.start.lesson_shelf",  # what ships
    "widgets.start.preset_entries",
    "widgets.sweep.sweep_window",
}
"""Modules that read JSON without `graph.strict_json`, and why they may."""

LOCATED = "app.data."
"""Readers of data, whose files `app.data.readers.file_access.locate` has found to be regular ones."""
OWN_FILES = {
    "app.inference.new_inputs",  # where the path is known to be a file
    "app.exchange.pack",
    "app.system.about",  # what ships, and what the system says
    "app.system.guide_pages",
    "app.system.memory_budget",
    "app.system.process_bounds",  # what the system says
    "graph.build.own_modules",
    "widgets.description.glossary",
    "widgets.look.terms",
    "widgets.start.lesson_shelf",
    "widgets.start.preset_entries",
}
"""Modules that read files without `graph.user_files`, and why they may."""

OWN_WRITES = {
    "app.cli.failures",  # the record of an internal error
    "app.data.info_cache",  # caches, of which a half is made anew
    "app.data.readers.decoded_pictures",
    "widgets.look.stylesheet",  # read by Qt at once, and written anew with every look
    "widgets.tour.pictures",
}
"""Modules that write files without `graph.atomic_write`, and why they may."""

LOADER = """
import importlib, json, sys
found = {}
for name in json.loads(sys.argv[1]):
    importlib.import_module(name)
    for bad in json.loads(sys.argv[2]):
        if bad in sys.modules:
            found.setdefault(bad, name)
print(json.dumps(found))
"""


def sources(*rooms: str) -> list[Path]:
    """Every Python file of ``rooms``, and main.py where all rooms are meant."""
    files = [path for room in rooms or ROOMS for path in (ROOT / room).rglob("*.py")]
    return sorted(files if rooms else [*files, *ROOT.glob("main.py")])


def module_name(path: Path) -> str:
    """The dotted name under which ``path`` is imported."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def first_loaders(modules: list[str], forbidden: list[str]) -> dict[str, str]:
    """Import ``modules`` in a new process: for each of ``forbidden`` that this loads, the module that was first."""
    command = [sys.executable, "-c", LOADER, json.dumps(modules), json.dumps(forbidden)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    loaded: dict[str, str] = json.loads(result.stdout.splitlines()[-1])
    return loaded


def torch_free(name: str) -> bool:
    """Whether importing the module ``name`` has to leave torch alone."""
    return name in TORCH_FREE or not MAY_LOAD_TORCH.match(name)


def public_without_docstring(tree: ast.Module) -> list[str]:
    """Public classes and functions of a module, and methods of public classes, that lack a docstring.

    Names in Qt's own spelling (``paintEvent``) are Qt's handlers and are described by Qt; so are methods marked as
    overriding.
    """
    found: list[str] = []
    inside: list[tuple[str, list[ast.stmt]]] = [("", tree.body)]
    while inside:
        prefix, body = inside.pop()
        for node in body:
            if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) or node.name.startswith("_"):
                continue
            if isinstance(node, ast.ClassDef):
                inside.append((f"{prefix}{node.name}.", node.body))
            elif node.name != node.name.lower() or overrides(node):
                continue
            if ast.get_docstring(node) is None:
                found.append(f"{prefix}{node.name}")
    return found


def overrides(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a function is marked with ``override``, or completes a property that is described already."""
    names = {ast.unparse(decorator).split(".")[-1] for decorator in node.decorator_list}
    return bool(names & {"override", "overload", "setter", "deleter"})


def test_there_are_sources_to_hold_to_the_rules() -> None:
    assert len(sources("graph")) > 5
    assert len(sources("tests")) > 3


def test_no_module_is_too_long() -> None:
    lengths = {f"{path.relative_to(ROOT)}": len(path.read_text("utf-8").splitlines()) for path in sources()}
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_every_folder_with_modules_is_a_package() -> None:
    folders = {path.parent for path in sources() if path.parent != ROOT}
    assert sorted(folder for folder in folders if not (folder / "__init__.py").is_file()) == []


def test_every_module_says_what_it_is() -> None:
    texts = {path: path.read_text("utf-8") for path in sources()}
    silent = [path for path, text in texts.items() if text.strip() and not begins_with_words(text)]
    assert silent == []


def begins_with_words(text: str) -> bool:
    """Whether a module has a docstring: its first statement is a text alone. Nothing behind that is read."""
    layout = (tokenize.COMMENT, tokenize.NL)
    tokens = (each for each in tokenize.generate_tokens(StringIO(text).readline) if each.type not in layout)
    first, *others = islice(tokens, 2)
    prefix = first.string.partition(first.string[-1:] or " ")[0].lower()
    return first.type == tokenize.STRING and [each.type for each in others] == [tokenize.NEWLINE] and prefix in "ru"


def test_a_module_without_a_docstring_is_seen() -> None:
    heads = ['"""What it is."""\nimport os\n', "# A note\n\n'What it is'\n", 'r"""What it is."""']
    assert all(begins_with_words(head) for head in heads)
    silent = ["import os\n", "# A note\n", 'b"It is"\n', 'f"{it}"\n', '"a" + b\n', "x = 'y'\n"]
    assert not any(begins_with_words(head) for head in silent)


def test_everything_public_is_described() -> None:
    found = {
        module_name(path): missing
        for path in sources("graph", "app", "widgets", "netloom")
        if (missing := public_without_docstring(ast.parse(path.read_text("utf-8"))))
    }
    assert found == {}


def test_nothing_is_left_for_later() -> None:
    lines = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sources()
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if LEFTOVER.search(line)
    ]
    assert lines == []


def product_modules() -> dict[str, Path]:
    """Every module of the product by its dotted name."""
    return {module_name(path): path for path in sources("graph", "app", "widgets", "netloom")}


def test_no_imports_go_in_circles() -> None:
    """Neither at the top of modules nor in functions nor for types alone."""
    assert circles(product_modules()) == []


def test_a_circle_by_late_and_type_checking_imports_is_seen(tmp_path: Path) -> None:
    modules = {name: tmp_path / f"{name}.py" for name in ("one", "two", "three")}
    modules["one"].write_text("def late():\n    from two import thing\n")
    modules["two"].write_text("if TYPE_CHECKING:\n    import three\n")
    modules["three"].write_text("from . import one\n")
    assert circles(modules) == [["one", "three", "two"]]
    modules["three"].write_text("import another\n")
    assert circles(modules) == []


def test_modules_are_imported_by_a_string_only_where_this_is_meant() -> None:
    texts = {module_name(path): path.read_text("utf-8") for path in sources() if "tests" not in path.parts}
    found = {name: calls for name, text in texts.items() if (calls := string_imports(text))}
    assert found == STRING_IMPORTS


def calls_of(path: Path, names: set[str]) -> list[str]:
    """The calls in a module of what ends in one of ``names``, such as ``json.loads`` or ``.read_bytes``."""
    text, last = path.read_text("utf-8"), {name.rpartition(".")[2] for name in names}
    if not any(name in text for name in last):
        return []
    functions = [node.func for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    calls = [ast.unparse(each) for each in functions if isinstance(each, ast.Attribute) and each.attr in last]
    return [call for call in calls if call.endswith(tuple(names))]


def test_json_is_read_through_the_gate_of_bounds() -> None:
    """``json.loads`` opens what can never be saved: half characters, 1e999, a nesting 900 deep."""
    reading = {module_name(path) for path in sources("graph", "app", "widgets") if calls_of(path, {"json.loads"})}
    assert reading == PLAIN_JSON


def test_files_of_the_user_are_opened_through_the_gate_of_regular_files() -> None:
    """A device never ends, and a pipe waits for whoever writes to it."""
    reading = {
        module_name(path)
        for path in sources("graph", "app", "widgets")
        if not module_name(path).startswith(LOCATED) and calls_of(path, {".read_bytes", ".read_text"})
    }
    assert reading == OWN_FILES


def test_files_are_written_whole_or_not_at_all() -> None:
    """A full disk or a kill in the midst of ``write_bytes`` leaves half a file where a whole one was."""
    writing = {
        module_name(path)
        for path in sources("graph", "app", "widgets")
        if calls_of(path, {".write_bytes", ".write_text"})
    }
    assert writing == OWN_WRITES


def test_files_are_asked_for_by_one_module() -> None:
    """Words, folder and endings of file dialogs are seen to there."""
    asking = {
        module_name(path)
        for path in sources("widgets")
        if any(name in path.read_text("utf-8") for name in ("QFileDialog(", "QFileDialog.get"))
    }
    assert asking == {"widgets.look.file_dialogs"}


def test_a_shortcut_is_given_either_a_slot_or_a_context() -> None:
    """PySide drops the context of a ``QShortcut`` that is given a slot as well: it then acts in the whole window."""
    both = [
        f"{module_name(path)}: {ast.unparse(node)}"
        for path in sources("widgets")
        if "QShortcut" in (text := path.read_text("utf-8"))
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "QShortcut"
        and len(node.args) > 2
        and (len(node.args) > 3 or any(keyword.arg == "context" for keyword in node.keywords))
    ]
    assert both == []


def test_nothing_asks_for_the_next_widget_in_the_focus_chain() -> None:
    """PySide takes what ``QWidget.nextInFocusChain`` gives for a child of the widget that was asked.

    When one of them is deleted, the other counts as deleted too, and the window dies with it.
    """
    asking = [
        f"{module_name(path)}: {node.attr}"
        for path in sources("widgets")
        if "InFocusChain" in (text := path.read_text("utf-8"))
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Attribute) and node.attr in ("nextInFocusChain", "previousInFocusChain")
    ]
    assert asking == []


def test_a_file_name_stands_for_one_idea() -> None:
    places = defaultdict(set)
    for path in sources("graph", "app", "widgets", "netloom"):
        places[path.name].add(str(path.parent.relative_to(ROOT)))
    del places["__init__.py"]
    assert {name: rooms for name, rooms in places.items() if len(rooms) > 1} == LAYER_AND_MODULE


def is_named_by_tests(name: str, imported: set[str]) -> bool:
    """Whether a module has a test file of its own name at the same place, or a test imports it."""
    *folders, last = name.split(".")
    return name in imported or (ROOT / "tests").joinpath(*folders, f"test_{last}.py").is_file()


def test_the_tests_of_every_module_can_be_found() -> None:
    texts = {path: path.read_text("utf-8") for path in sources("tests")}
    imported = {name for path, text in texts.items() for name in imports_in(text, module_name(path), False)}
    modules = [name for name, path in product_modules().items() if path.name != "__init__.py"]
    apart = [name for name in modules if not is_named_by_tests(name, imported)]
    through = {name: next((p for p in MET_THROUGH if fnmatch(name, p)), None) for name in apart}
    assert [name for name, pattern in through.items() if pattern is None] == []
    assert [p for p in MET_THROUGH if not any(fnmatch(name, p) for name in modules)] == []
    assert [file for file in MET_THROUGH.values() if not (ROOT / file).is_file()] == []


def pages() -> list[Path]:
    """Every Markdown page for people: in the root and below docs."""
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def test_every_path_that_the_architecture_names_exists() -> None:
    text = (ROOT / "docs/architecture.md").read_text("utf-8")
    named = PATH.findall(text)
    assert len(named) > 60
    assert [name for name in named if not (ROOT / name).exists() and not dotted_path_exists(name)] == []


def dotted_path_exists(name: str) -> bool:
    """Whether ``name``, such as ``app.data.dataset``, is a module or package."""
    path = ROOT / name.replace(".", "/")
    return path.is_dir() or path.with_suffix(".py").is_file()


def test_no_link_in_the_docs_is_broken() -> None:
    assert {page.name: broken for page in pages() if (broken := broken_links(page))} == {}


def test_a_broken_link_is_seen(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# One `code` way\n[a](#one-code-way) [b](#two) ![c](c.png) [d](page.md#two) [e](layer:conv1) `[f](g)`"
    )
    assert broken_links(page) == ["#two", "c.png", "page.md#two"]


def test_torch_stays_where_networks_are_built_and_trained() -> None:
    modules = [name for name in map(module_name, sources("graph", "app")) if torch_free(name)]
    assert modules
    assert first_loaders(modules, ["torch", *QT]) == {}


def test_graph_and_app_live_without_qt() -> None:
    modules = [name for name in map(module_name, sources("graph", "app")) if not torch_free(name)]
    assert first_loaders(modules, list(QT)) == {}


def test_the_window_lives_without_torch() -> None:
    modules = [module_name(path) for path in sources("widgets")]
    assert first_loaders(modules, ["torch"]) == {}


def test_the_loader_names_the_first_that_loads_what_is_forbidden() -> None:
    """The tests above could not fail if the loader were blind."""
    loaders = first_loaders(["colorsys", "xmlrpc.client", "xmlrpc.server"], ["xmlrpc", "torch"])
    assert loaders == {"xmlrpc": "xmlrpc.client"}


def test_nothing_stray_lies_at_the_top() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split(
        "\n"
    )
    empty = [name for name in listed if name and "/" not in name and not (ROOT / name).stat().st_size]
    assert empty == []


def test_no_text_of_a_file_is_taken_for_html() -> None:
    """Labels, tooltips and pages come from `widgets.look`, where text stays text and no file is loaded."""
    found = {
        name: broken
        for path in sources("widgets")
        if (name := path.relative_to(ROOT).as_posix())
        and (broken := list(html_of_strangers(path.read_text("utf-8"), PurePosixPath(name))))
    }
    assert found == {}


def test_html_of_strangers_is_seen() -> None:
    """The test above could not fail if its rules were blind."""
    source = """
class Mine(QtWidgets.QLabel): ...
QLabel(name)
box.setToolTip(f"{name}")
box.setToolTip("ours" if one else name)
box.setToolTip("ours" if one else plain_tip(name))
item.setToolTip(0, name)
QToolTip.showText(at, name, self)
page.setHtml(name)
pg.TextItem(html=name)
menu.addAction(f"Put back {name}")
menu.addAction(caption(name))
menu.addAction(bound)
"""
    place = PurePosixPath("widgets/x.py")
    broken = [int(each.partition(":")[0]) for each in html_of_strangers(source, place)]
    assert sorted(broken) == [2, 3, 4, 5, 7, 8, 9, 10, 11, 12]
    assert list(html_of_strangers("role = ToolTipRole", place)) == ["1: ToolTipRole without plain_tip"]


LONG_EDITORS = {
    "widgets/canvas/note_field.py",  # edited in place
    "widgets/data/reading_panel.py",  # to read only
    "widgets/fields/open_editors.py",  # what all others are
    "widgets/shell/help_window.py",  # a report, which belongs to no project
    "widgets/understand/try_it/text_editor.py",  # a sample, which belongs to no project
}
"""Modules with editors of several lines that are none of `widgets.fields.open_editors.LongText`."""


def test_what_is_typed_in_every_long_editor_is_taken_over_in_time() -> None:
    made = re.compile(r"\bQPlainTextEdit\(|\(.*\bQPlainTextEdit\b.*\):$", re.MULTILINE)
    found = {
        path.relative_to(ROOT).as_posix()
        for path in sources("widgets")
        if made.search(re.sub(r"def .*", "", path.read_text("utf-8")))
    }
    assert found == LONG_EDITORS


def test_the_tests_that_the_threat_model_names_exist() -> None:
    model = (ROOT / "SECURITY.md").read_text("utf-8").partition("## Threat model")[2].partition("\n## ")[0]
    rows = [row.split("|") for row in model.splitlines() if row.startswith("| ")][1:]
    named = [re.findall(r"`([\w./]+)`", row[3]) for row in rows]
    assert len(rows) >= 11
    assert all(named), "a row without a test"
    promises = {path.stem for path in (ROOT / "tests/battery/promises").glob("[!_]*.py")}
    missing = [each for row in named for each in row if each not in promises and not (ROOT / each).is_file()]
    assert missing == []
