"""Whatever layers, columns, classes and titles are called, every exported file is valid."""

from __future__ import annotations

import random

from tests.battery.exporters import check, export_all
from tests.battery.named_runs import named_run
from tests.battery.promise import Promise, Round

HOSTILE = (
    'a"b', "a'b", '"""', "'''", "\\", "C:\\users\\new", "{x}", "{", "%s", "%(a)s", "$HOME",
    "`ls`", "<b>", "</svg>", "</title><script>alert(1)</script>", "&amp;", "&#0;", "]]>",
    "<!--", "-->", "a,b", "a;b", "a\tb", "=1+1", "+1", "@x", "class", "None", "self",
    "import os", "__init__", "forward", "torch", "network", "con", "../x", "a/b", "a.b",
    "a:b", " a ", "a\nb", "a\r\nb", "\u2028", "\x07", "\x1b[31m", "\x85", "naïve", "ß",
    "名前", "имя", "اسم", "שם", "🙂", "👩‍👩‍👧", "é", "ﬀ", "\u202etxt", "\u200b", "\ufeff",
    "\ufffe", "x" * 300, "Ω" * 80, "0", "1e5", "true", "nan", "-", "#", "# x", "#!/bin/sh",
)  # fmt: skip
LETTERS = "aZ0 _-.,;:'\"\\/<>&{}[]()%$#@!?=+*~^|`\t\néßΩ名مש🙂\u0301\u200d"


def name(chance: random.Random) -> str:
    """A name that may make trouble somewhere."""
    if chance.random() < 0.7:
        return chance.choice(HOSTILE)
    return "".join(chance.choice(LETTERS) for _ in range(chance.randint(1, 12)))


def names(chance: random.Random) -> list[str]:
    """Eight names; those of columns and classes differ, and are no numbers where a word is needed."""
    listed: list[str] = []
    while len(listed) < 8:
        one = name(chance)
        if len(listed) >= 2:
            one = f"w{one}w"  # a column or class is known by its letters, whatever stands between them
        if one not in listed:
            listed.append(one)
    return listed


def play(round: Round) -> int:
    """Eight names in one run, through every exporter."""
    listed = names(round.chance)
    try:
        subject = named_run(round.place / "work", listed, round.chance)
        for file in export_all(subject, round.place / "out"):
            try:
                check(file)
            except (Exception, AssertionError) as error:
                error.add_note(file.name)
                raise
    except Exception as error:
        error.add_note(f"names: {listed!r}")
        raise
    return len(listed)


PROMISE = Promise("whatever things are called, every exported file is valid", 500, play)
