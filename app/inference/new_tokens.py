"""Tokens of new texts: typed or read texts as the numbers of the tokens that a network was trained on."""

from __future__ import annotations

from app.data.dataset import Array, FieldInfo
from app.data.readers.tokens import UNKNOWN, by_letters, numbered, split_text
from app.data.sources.source import Source
from app.data.sources.texts import Text
from graph.errors import NetloomError


def token_unit(source: Source, field: FieldInfo) -> str:
    """What the tokens of a field are: parts of texts as the source has them, else what its vocabulary says."""
    if isinstance(source, Text):
        return source.unit
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
