"""Requests about a language model: a text that goes on, a few tokens for each request."""

from __future__ import annotations

import time

from app.inference.continuation import TextWriter, check, longer
from app.protocol.text_messages import ContinuedText, ContinueText
from app.training.trainable import Model
from app.worker.handlers import handles_run


@handles_run(ContinueText)
def continue_text(model: Model, request: ContinueText) -> ContinuedText:
    """One token at least, and as many as fit into the time of a piece."""
    check(request.decoding, request.tokens)
    writer = TextWriter(model)
    beginning = writer.numbers(request.beginning)
    until = time.monotonic() + request.seconds
    texts, done = (request.so_far.texts, request.so_far.done) if request.so_far is not None else ((), 0)
    while done < request.tokens:
        texts, done = longer(writer, beginning, texts, request.decoding), done + 1
        if all(text.ended for text in texts):
            done = request.tokens
        if time.monotonic() >= until:
            break
    note = writer.note(request.beginning)
    return ContinuedText(done=done, total=request.tokens, texts=texts, joint=writer.joint, note=note)
