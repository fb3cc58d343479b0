"""Scores of presets as pages give them, and where they stand: the presets' own pages, the guide and the textbook.

A score stands as median with the least and the greatest of five seeds, “94.9 % (93.0 to 95.6 %)”, what is reached
without a network as “mean 41.2, linear 26.6”.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from app.project.presets import FOLDER
from graph.atomic_write import write_atomically
from graph.project import SUFFIX

DOCS = Path(__file__).resolve().parent.parent / "docs"
SHARES = ("iou", "map", "accuracy", "right", "exact", "correct", "share", "label error")
"""Scores whose name has one of these words are shares, written as per cent."""
KNOWN_BY = ("label_error", "sequence_accuracy", "neighbour_accuracy")
"""Scores that a preset is known by where it has them, the first of these; all others are known by their first one."""
SINGLE = re.compile(r"(?:about )?\d+(?:\.\d+)?(?: to \d+(?:\.\d+)?)?(?P<unit>[ \u00a0]%)?")
"""A score of one training, perhaps a rough one."""
ONE_RUN = "; one run"
"""How a row of the textbook ends its figures that are of a single training."""
HERE, SEEDS_HERE = "- Here: ", "- Here, five seeds: "
"""How a page's line of its score begins: of one training, and of all seeds."""
RANGE = re.compile(r"-?[\d,]+(?:\.\d+)?(?: %)? \(-?[\d,]+(?:\.\d+)? to -?[\d,]+(?:\.\d+)?(?: %)?\)")
"""A median with the least and the greatest value, whatever of."""
PRESET = re.compile(r"preset:(\w+)")

Entry = Mapping[str, Any]


def score_text(name: str, score: float) -> str:
    """A single score: per cent with one decimal, or three significant digits; never rounded up to all."""
    if not is_share(name):
        return f"{score:#.3g}".rstrip(".")
    return percent_text(score)


def percent_text(score: float) -> str:
    """A share as per cent with one decimal."""
    percent = min(round(100 * score, 1), 99.9) if score < 1 else 100
    return f"{percent:.1f}".removesuffix(".0") if percent in (0, 100) else f"{percent:.1f}"


def is_share(name: str) -> bool:
    """Whether a score is a share of samples or of their places."""
    return any(word in name.replace("_", " ") for word in SHARES)


def range_text(name: str, score: tuple[float, float, float]) -> str:
    """Median, least and greatest value of a score; one number where all seeds agree."""
    median, least, greatest = (score_text(name, value) for value in score)
    unit = " %" if is_share(name) else ""
    return f"{median}{unit}" if least == greatest else f"{median}{unit} ({least} to {greatest}{unit})"


def range_texts(entry: Entry) -> dict[str, str]:
    """All scores of a preset as pages give them, by the name of the score; the first is what the preset is known by."""
    places = {name: place for place, name in enumerate(KNOWN_BY)}
    ordered = sorted(entry["scores"].items(), key=lambda each: places.get(each[0], len(places)))
    return {name: range_text(name, tuple(score)) for name, score in ordered}


def baseline_text(entry: Entry) -> str:
    """What is reached without a network, by the first score of each baseline; empty where there is none."""
    firsts = [(baseline, *next(iter(scores.items()))) for baseline, scores in entry["baselines"].items() if scores]
    return ", ".join(f"{name} {score_text(key, score)}{' %' if is_share(key) else ''}" for name, key, score in firsts)


def fact_texts(entry: Entry) -> dict[str, str]:
    """What a page tells of the data of its preset: a share and the words behind it, by those words."""
    return {words: f"{percent_text(share)} % {words}" for words, share in entry.get("facts", {}).items()}


def texts_of(id_: str) -> dict[str, str]:
    """What the preset's own page says: its line in the gallery and its notes."""
    content = json.loads((FOLDER / f"{id_}{SUFFIX}").read_text("utf-8"))
    return {"expect": content["about"]["expect"], "notes": content["notes"]}


def doc_lines() -> Iterator[tuple[Path, str]]:
    """Lines of the docs that name a preset."""
    for path in sorted(DOCS.rglob("*.md")):
        for line in path.read_text("utf-8").splitlines():
            if PRESET.search(line):
                yield path, line


def strange_ranges(text: str, known: set[str]) -> list[str]:
    """Scores with a range in a text that are none of those known."""
    return [found for found in RANGE.findall(text) if found not in known]


def replace_texts(id_: str, old: Entry, new: Entry) -> None:
    """Put new scores of a preset in the place of its old ones, on its own page and in lines of docs that name it."""
    before, after = range_texts(old), range_texts(new)
    swaps = {before[name]: after[name] for name in before if name in after and RANGE.fullmatch(before[name])}
    facts, known = fact_texts(old), fact_texts(new)
    swaps |= {facts[words]: known[words] for words in facts if words in known}
    swaps |= {baseline_text(old): baseline_text(new)} if baseline_text(old) else {}
    own = FOLDER / f"{id_}{SUFFIX}"
    _rewrite(own, _replaced(own.read_text("utf-8"), swaps))
    for path in {path for path, line in doc_lines() if f"preset:{id_}" in line}:
        lines = path.read_text("utf-8").splitlines(keepends=True)
        _rewrite(path, "".join(_replaced(line, swaps) if f"preset:{id_}`" in line else line for line in lines))


def put_first(id_: str, entry: Entry) -> None:
    """Put in what a preset's page and row do not say yet: scores for the single one there, baselines beside them."""
    name, score = next(iter(range_texts(entry).items()), ("", ""))
    own = FOLDER / f"{id_}{SUFFIX}"
    content = json.loads(own.read_text("utf-8"))
    expect, notes = content["about"]["expect"], content["notes"]
    told = "\n- Without a network:" in notes  # in whatever words: a second line would say it twice
    lines = [_here(line, name, score, "" if told else baseline_text(entry)) for line in notes.split("\n")]
    swaps = {expect: _with_range(expect, name, score), notes: "\n".join(lines)}
    _rewrite(own, _replaced(own.read_text("utf-8"), {_quoted(old): _quoted(new) for old, new in swaps.items()}))
    for path in {path for path, line in doc_lines() if f"train preset:{id_}`" in line}:
        lines = path.read_text("utf-8").splitlines(keepends=True)
        rows = [_row(line, name, score, entry) if f"train preset:{id_}`" in line else line for line in lines]
        _rewrite(path, "".join(rows))


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _here(line: str, name: str, score: str, baselines: str) -> str:
    """The line of a page's score with that of all seeds, and a line of what is reached without a network."""
    if line.startswith(HERE) and score:
        line = SEEDS_HERE + _with_range(line.removeprefix(HERE), name, score)
    here = line.startswith((HERE, SEEDS_HERE))
    return f"{line}\n- Without a network: {baselines}." if here and baselines else line


def _row(line: str, name: str, score: str, entry: Entry) -> str:
    """A row of the textbook with a preset's score, and what is reached without a network where nothing was said."""
    cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
    *_, ours, without, _command = range(len(cells))
    if score:
        cells[ours] = _with_range(cells[ours], name, score).removesuffix(ONE_RUN)
    cells[without] = cells[without] or baseline_text(entry)
    return "|" + "|".join(f" {cell} " if cell else " " for cell in cells) + "|\n"


def _with_range(text: str, name: str, score: str) -> str:
    """A text whose first single score of the same unit is replaced; as it is where it has the score or none."""
    if not score:
        return text
    share = is_share(name)
    alike = (each for each in SINGLE.finditer(text) if bool(each["unit"]) is share and (share or "." in each[0]))
    found = next(alike, None)
    return text if score in text or found is None else text[: found.start()] + score + text[found.end() :]


def _replaced(text: str, swaps: Mapping[str, str]) -> str:
    """All at once, so that what was put in is not replaced again."""
    pattern = "|".join(map(re.escape, sorted(swaps, key=len, reverse=True)))
    return re.sub(pattern, lambda found: swaps[found[0]], text) if swaps else text


def _rewrite(path: Path, text: str) -> None:
    if text != path.read_text("utf-8"):
        write_atomically(path, text.encode())
