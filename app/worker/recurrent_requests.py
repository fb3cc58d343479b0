"""Requests about layers that work over time: states and gradients of recurrent layers, weights of attention layers."""

from __future__ import annotations

from app.insight.attention_weights import attention_weights
from app.insight.states_over_time import gradients_over_time, states_over_time
from app.protocol.recurrent_messages import (
    Attention,
    MeasureRecurrentGradients,
    ReadAttention,
    ReadRecurrentStates,
    RecurrentGradients,
    RecurrentStates,
)
from app.training.trainable import Model
from app.worker.handlers import handles_run


@handles_run(ReadRecurrentStates)
def read_recurrent_states(model: Model, request: ReadRecurrentStates) -> RecurrentStates:
    """Gates and states of a recurrent layer for one sample."""
    states = states_over_time(model, request.layer, request.sample, level=request.level, backward=request.backward)
    return RecurrentStates(states=states)


@handles_run(MeasureRecurrentGradients)
def measure_recurrent_gradients(model: Model, request: MeasureRecurrentGradients) -> RecurrentGradients:
    """Norms of the gradients over the time steps of a recurrent layer."""
    gradients = gradients_over_time(
        model, request.layer, request.sample, level=request.level, backward=request.backward
    )
    return RecurrentGradients(gradients=gradients)


@handles_run(ReadAttention)
def read_attention(model: Model, request: ReadAttention) -> Attention:
    """The weights of an attention layer for one sample."""
    return Attention(attention=attention_weights(model, request.layer, request.sample))
