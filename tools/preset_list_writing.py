"""Networks that write word by word: encoder and decoder, attention, captions, and one to many."""

from __future__ import annotations

from collections.abc import Mapping

from app.data.sources.synthetic.dates import LETTERS
from app.data.sources.synthetic.scenes import WORDS
from graph.layers.attention import Attention, RepeatVector
from graph.layers.base import Layer
from graph.layers.dense import TimeDistributedDense
from graph.layers.recurrent import Embedding, Gru
from tools.drawing import Drawing, conv, dense, layer
from tools.preset_list import Recipe
from tools.preset_networks import FLATTEN, POOL, RELU, Draw


def translator(units: int, attention: Layer | None = None) -> Draw:
    """An encoder reads, and a decoder starts from its last state; it may look back at all states of the encoder."""

    def draw(drawing: Drawing) -> None:
        encoder = Gru(hidden_size=units, lengths=True, final_state=True, bidirectional=attention is not None)
        whole = encoder.changed(output_mode="sequence") if attention is not None else encoder
        read = drawing.chain(drawing.input(), ("letters", _letters()), ("encoder", whole))
        start = drawing.chain(drawing.reads("written"), ("digits", _letters()))
        decoder = Gru(
            hidden_size=units * (2 if attention is not None else 1), output_mode="sequence", initial_state=True
        )
        last = drawing.chain(start, ("decoder", decoder))
        drawing.wire(f"{read}.state", last, "state")
        told = [read]
        if attention is not None:
            looked = drawing.chain(last, ("attention", attention))
            drawing.wire(read, looked, "keys")
            last, told = drawing.merge(layer("concatenate"), last, looked), [read, looked]
        drawing.lengths(*told)
        drawing.output(drawing.chain(last, ("say", TimeDistributedDense(units=len(LETTERS)))))

    return draw


def _letters() -> Layer:
    return Embedding(vocabulary=len(LETTERS), size=16)


def captioner(units: int) -> Draw:
    """A CNN looks at a picture, and a decoder that starts from what it saw writes word by word."""

    def draw(drawing: Drawing) -> None:
        seen = drawing.chain(drawing.input(), *EYE, ("scene", dense(units)), layer("tanh"))
        start = drawing.chain(drawing.reads("written"), ("words", Embedding(vocabulary=len(WORDS), size=16)))
        decoder = Gru(hidden_size=units, output_mode="sequence", initial_state=True)
        last = drawing.chain(start, ("decoder", decoder))
        drawing.wire(seen, last, "state")
        drawing.output(drawing.chain(last, ("say", TimeDistributedDense(units=len(WORDS)))))

    return draw


def one_to_many(units: int, steps: int) -> Draw:
    """A CNN looks at a picture; what it saw arrives at each step of a layer that writes without reading itself."""

    def draw(drawing: Drawing) -> None:
        seen = drawing.chain(drawing.input(), *EYE, ("scene", dense(units)), layer("tanh"))
        unrolled = (RepeatVector(steps=steps), ("writer", Gru(hidden_size=units, output_mode="sequence")))
        drawing.output(drawing.chain(seen, *unrolled, ("say", TimeDistributedDense(units=len(WORDS)))))

    return draw


NORM = layer("batch_norm")
EYE = (conv(16, bias=False), NORM, RELU, POOL, conv(32, bias=False), NORM, RELU, POOL, FLATTEN)
PLAN = {"objective": "teacher_forcing", "batch_size": 64, "learning_rate": 0.01, "schedule": "one_cycle", "clip": 1.0}

WRITING: Mapping[str, Recipe] = {
    "dates_encoder_decoder": Recipe(
        "Dates: encoder and decoder",
        "Wednesday, 5 May 1999 becomes 1999-05-05: an encoder reads the letters, its last state is all that a decoder "
        "knows, and it writes the translation digit by digit (many to many).",
        ("S34", "S28"),
        translator(64),
        "dates",
        "about 20 % of the dates right in every digit (92 % of the digits) after 40 epochs",
        1.9,
        plan={**PLAN, "epochs": 40},
    ),
    "dates_attention": Recipe(
        "Dates: attention",
        "The same task, but at each step the decoder looks back at all that the encoder read, and attention decides "
        "where. The weights can be seen.",
        ("S34", "S28"),
        translator(32, Attention(lengths=True)),
        "dates",
        "about 100 % of the dates right in every digit after 15 epochs, where the state alone gives 20 % after 40",
        1.2,
        plan={**PLAN, "epochs": 15},
    ),
    "captions_cnn_gru": Recipe(
        "Caption a picture",
        "A CNN looks at a scene of coloured shapes, and a recurrent decoder that reads each word it wrote describes "
        "it: a red circle left of a blue square.",
        ("S36", "S28"),
        captioner(96),
        "captions",
        "about 99 % of the test sentences right in every word after 20 epochs",
        0.9,
        options={"samples": 6000},
        plan={**PLAN, "epochs": 20, "learning_rate": 0.005},
    ),
    "captions_one_to_many": Recipe(
        "One to many, all at once",
        "What the CNN saw is handed to every step of a recurrent layer, which says a word at each and never reads what "
        "it said before.",
        ("S28",),
        one_to_many(96, 9),
        "captions",
        "about 99 % of the test sentences right in every word after 20 epochs",
        1.0,
        options={"samples": 6000},
        plan={**PLAN, "objective": "supervised", "epochs": 20, "learning_rate": 0.005},
    ),
}
