"""Where text could come to Qt as HTML: what each module may call, found in its source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import PurePosixPath

LABELS, PAGES, ESCAPES = "widgets/look/labels.py", "widgets/look/text_page.py", "widgets/look/plain_text.py"
MARKDOWN = "widgets/description/markdown.py"

ONLY_IN = {
    "QLabel": {LABELS},
    "QTextBrowser": {PAGES},
    "QTextEdit": set[str](),
    "QTextDocument": {PAGES},
    "QMessageBox": set[str](),
    "QInputDialog": set[str](),
    "QProgressDialog": set[str](),
    "QErrorMessage": set[str](),
    "QSplashScreen": set[str](),
    "QStaticText": set[str](),
    "QGraphicsTextItem": set[str](),
    "QWizardPage": set[str](),
    "LabelItem": set[str](),
    "LegendItem": set[str](),
    "Markup": {ESCAPES, "widgets/understand/by_hand/arithmetic_sheet.py"},  # a sheet of numbers
}
"""Classes that read text as HTML, or guess whether it is, and the modules that may make or extend them."""
CALLED_IN = {
    "setHtml": {PAGES},
    "insertHtml": set[str](),
    "setMarkdown": {MARKDOWN},
    "insertMarkdown": set[str](),
    "setTextFormat": {LABELS},
    "setSource": set[str](),
    "setDefaultStyleSheet": {"widgets/description/found_sections.py"},
}
"""Methods that read text as HTML or load it, and the modules that may call them."""
TIPS = {"setToolTip": -1, "setWhatsThis": -1, "setStatusTip": -1, "setTabToolTip": -1, "showMessage": 0}
"""Methods that take text of which Qt guesses whether it is HTML, and which of their arguments that is."""
ESCAPED = {"plain_tip", "markup"}


def html_of_strangers(source: str, path: PurePosixPath) -> Iterator[str]:
    """What breaks the rule in a module, as ``line: what``."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef):
            names = [_last(base) for base in node.bases]
            yield from (f"{node.lineno}: {name}" for name in names if str(path) not in ONLY_IN.get(name, {str(path)}))
        elif isinstance(node, ast.Call):
            yield from (f"{node.lineno}: {what}" for what in _of_call(node, str(path)))
    if "ToolTipRole" in source and "plain_tip(" not in source:
        yield "1: ToolTipRole without plain_tip"


def _of_call(node: ast.Call, path: str) -> Iterator[str]:
    name = _last(node.func)
    if path not in {**ONLY_IN, **CALLED_IN}.get(name, {path}):
        yield name
    argument = _text_of_tip(node, name)
    if argument is not None and not _is_escaped(argument):
        yield f"{name}({ast.unparse(argument)})"
    yield from (f"{name}(html=)" for keyword in node.keywords if keyword.arg == "html")


def _text_of_tip(node: ast.Call, name: str) -> ast.expr | None:
    """The argument of a call that becomes a tooltip; an action's text does where it has no other."""
    if name == "addAction" and node.args and _is_made_up(node.args[0]):
        return node.args[0]
    if name == "showText" and isinstance(node.func, ast.Attribute) and _last(node.func.value) == "QToolTip":
        return node.args[1]
    return node.args[TIPS[name]] if name in TIPS and node.args else None


def _is_made_up(node: ast.expr) -> bool:
    """Whether a text is put together from others, or escaped for menus alone."""
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Call) and _last(node.func) == "caption")


def _is_escaped(node: ast.expr) -> bool:
    """Whether a text is a constant, or escaped, in each of its cases."""
    if isinstance(node, ast.IfExp):
        return _is_escaped(node.body) and _is_escaped(node.orelse)
    return isinstance(node, ast.Constant) or (isinstance(node, ast.Call) and _last(node.func) in ESCAPED)


def _last(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ast.unparse(node).rpartition(".")[2]
