"""Tokens of new texts: typed or read texts as the numbers of a network's tokens, and which of them it does not know."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from app.data.dataset import Array, FieldInfo
from app.data.readers.tokens import UNKNOWN, by_letters, numbered, split_text
from app.data.sources.source import Source
from graph.errors import NetloomError

SHOWN = 5
"""Unknown tokens of a text that are named, at most."""
TOLD = 20
"""Texts whose unknown tokens are named, at most."""


def token_unit(source: Source, field: FieldInfo) -> str:
    """What the tokens of a field are: parts of texts as the source has them, else what its vocabulary says."""
    unit = getattr(source, "unit", "")
    if unit:
        return str(unit)
    return "character" if by_letters(field.vocabulary) else "word"


def tokens_of(texts: list[str], field: FieldInfo, unit: str) -> Array:
    """Texts as int64 (n, T) numbers of a field's tokens.

    Raises
    ------
    NetloomError
        if a token is not known and the field has no number for such, or there are more than it takes.
    """
    parted = [split_text(text, unit) for text in texts]
    if UNKNOWN not in field.vocabulary:
        _check_known(parted, field)
    return numbered(parted, field.vocabulary, field.shape.time or max(map(len, parted)))


def _check_known(texts: list[list[str]], field: FieldInfo) -> None:
    """Refuse what the network has no number for, where none stands for the unknown."""
    for text in texts:
        odd = next((token for token in text if token not in field.vocabulary), None)
        if odd is not None:
            known = " ".join(token for token in field.vocabulary if len(token) == 1 or not token.startswith("("))
            raise NetloomError(f"“{odd}” is not among the tokens of “{field.name}”; use only these: {known}")
        if field.shape.time and len(text) > field.shape.time:
            raise NetloomError(
                f"“{field.name}” takes up to {field.shape.time:,} tokens, but {len(text):,} were given; shorten it."
            )


def unknown_note(text: str, unit: str, known: Collection[str]) -> str:
    """A sentence that names the tokens of a text that are not among those ``known`` by training; empty for none."""
    unknown = list(dict.fromkeys(token for token in split_text(text, unit) if token not in known))
    if not unknown:
        return ""
    named = ", ".join(f"“{token}”" for token in unknown[:SHOWN]) + (" …" if len(unknown) > SHOWN else "")
    return f"Not among the {unit}s of training: {named}; {'they count' if unknown[1:] else 'it counts'} as unknown."


def unknown_notes(
    texts: Sequence[str], names: Sequence[str], unit: str, known: Collection[str], *, told: int = TOLD
) -> tuple[str, ...]:
    """The notes of `unknown_note` on texts, each after the name or the number of its text where there are several."""
    calls = names or [str(number) for number in range(1, len(texts) + 1)]
    noted = [(call, unknown_note(text, unit, known)) for call, text in zip(calls, texts, strict=True)]
    if len(texts) == 1:
        return tuple(note for _, note in noted if note)
    notes = [f"{call}: {note}" for call, note in noted if note]
    more = [f"{len(notes) - told:,} more texts have tokens that count as unknown."] if len(notes) > told else []
    return (*notes[:told], *more)
