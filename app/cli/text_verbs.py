"""The subcommand `generate`: a language model goes on with a text."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from app.cli.printing import Json, print_json, print_line
from app.cli.run_verbs import RunOrEpoch
from app.protocol.text_values import Decoding, Strategy, WrittenText


def generate(
    run: RunOrEpoch,
    beginning: Annotated[
        str, typer.Argument(metavar="TEXT", help="How the text begins; may be empty where sentences have a start.")
    ] = "",
    tokens: Annotated[int, typer.Option(min=1, max=1000, help="Tokens to write, at most.")] = 40,
    temperature: Annotated[
        float, typer.Option(min=0.01, max=100, help="Below 1 the choice is less daring, above 1 more.")
    ] = 1.0,
    top_k: Annotated[
        int, typer.Option(min=0, help="Choose among so many of the likeliest tokens; 1: greedy, 0: all.")
    ] = 0,
    beams: Annotated[
        int, typer.Option(min=1, max=64, help="More than 1: the likeliest of so many texts, without chance.")
    ] = 1,
    seed: Annotated[int, typer.Option(min=0, help="Another number writes another text.")] = 0,
    json: Json = False,
) -> None:
    """Go on with a text, by a network that predicts the next word or character: by chance, greedily or by beam search.

    The same seed writes the same text. The probability of each token stands in the JSON.
    """
    from app.inference.continuation import TextWriter, continuation, written_text
    from app.training.training_session import load_model

    opened, model = load_model(run)
    writer = TextWriter(model)
    strategy: Strategy = "beam" if beams > 1 else "greedy" if top_k == 1 else "sample"
    how = Decoding(strategy=strategy, temperature=temperature, top_k=top_k, beams=beams, seed=seed)
    texts: tuple[WrittenText, ...] = ()
    for grown in continuation(writer, beginning, how, tokens):
        texts = grown
    best, note = texts[0], writer.note(beginning)
    text = written_text(beginning, best, writer.joint)
    if json:
        found = {"run": str(opened.path), "beginning": beginning, "text": text, **_json(best)}
        print_json(found | ({"notes": [note]} if note else {}))
        return
    print_line(text)
    if note:
        print_line(f"- {note}")


def _json(text: WrittenText) -> dict[str, Any]:
    """What was written, token by token."""
    tokens = [
        {
            "token": token.text,
            "probability": token.probability,
            "likely": {each.text: each.probability for each in token.likely},
        }
        for token in text.tokens
    ]
    return {"ended": text.ended, "log_probability": text.log_probability, "tokens": tokens}
