"""What exported code knows of texts: how they are split into tokens, and which of these training has seen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from app.data.readers.tokens import UNKNOWN
from app.exchange.code_literals import constant
from app.inference.new_tokens import token_unit
from app.training.trainable import Model
from graph.build.code import DataCode

SPLITS = {
    "word": r're.findall(r"\w+|[^\w\s]", text.lower())',
    "character": "list(text)",
    "byte": '[f"{byte:02x}" for byte in text.encode("utf-8", errors="replace")]',
}
"""How a text is split into tokens, by what these are; the same as `app.data.readers.tokens.split_text`."""

TEXTS = '''
def tokens(text: str) -> list[int]:
    """The numbers of the tokens of a text; a warning names those that training never saw, which count as unknown."""
    parts = SPLIT
    unknown = [part for part in dict.fromkeys(parts) if part not in TOKENS]
    if unknown:
        warnings.warn(f"not among the UNITs of training: {', '.join(unknown)}", stacklevel=2)
    return [TOKENS.get(part, 1) for part in parts][: STEPS or None]


def read(*texts: str) -> list[torch.Tensor]:
    """Texts as the inputs of the network: their tokens, filled up with zeros, and how many of them count."""
    rows = [tokens(text) for text in texts]
    values = torch.zeros(len(rows), STEPS or max(1, *map(len, rows)), dtype=torch.long)
    for row, numbers in zip(values, rows):
        row[: len(numbers)] = torch.tensor(numbers, dtype=torch.long)
    lengths = torch.tensor([[float(max(1, len(numbers)))] for numbers in rows])
    return [values if name == TEXT else lengths for name in INPUTS]
'''

MAIN = """
if __name__ == "__main__":
    network = load(sys.argv[1]) if len(sys.argv) > 1 else Network().eval()
    if len(sys.argv) > 2:
        for answer in zip(*predict(network, *read(*sys.argv[2:]))):
            print(*answer)
    else:
        print('Usage: python FILE WEIGHTS.safetensors "A TEXT" "ANOTHER"')
"""


def texts_code(model: Model, code: DataCode, base: Path | None) -> DataCode | None:
    """The code with what makes tokens of texts, where the network reads texts, and no more than how long they are.

    ``base`` is the folder that the path of the data starts from.
    """
    named = dict(zip(model.compiled.inputs, model.objective.inputs, strict=True))
    fields = {name: model.prepared.dataset.field_named(name) for name in named.values()}
    written = [field for field in fields.values() if UNKNOWN in field.vocabulary and field.lengths]
    if len(written) != 1 or not set(fields) <= {written[0].name, written[0].lengths}:
        return None
    [field] = written
    [text] = [id_ for id_, name in named.items() if name == field.name]
    unit = token_unit(model.prepared.choice.source.resolved(base), field)
    known = model.prepared.trained_tokens(field.name)
    constants = [
        constant("TEXT", text),
        constant("STEPS", model.compiled.layer_info[text].outputs["out"].time or 0),
        constant("TOKENS", {token: place for place, token in enumerate(field.vocabulary) if token in known}),
    ]
    functions = TEXTS.replace("SPLIT", SPLITS[unit]).replace("UNIT", unit)
    imports = ("import warnings", *(("import re",) if unit == "word" else ()))
    return replace(code, source="\n".join([code.source, "", *constants, "", functions]), imports=imports, main=MAIN)
