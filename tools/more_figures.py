"""Further scores of single presets that their pages give: by length, by kind of string, by clouds that are hit."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from app.data.dataset import Array
from app.data.gan_fields import noise_field
from app.data.prepare import Prepared
from app.data.sources.sound_source import SPECTROGRAM
from app.data.sources.synthetic.brackets import is_balanced
from app.data.sources.synthetic.sentences import LANGUAGES
from app.training.objectives.adversarial import Adversarial
from app.training.trainable import Model
from tools.simple_rules import rule_score, rule_scores

NEARBY, AWAY = 4, 12
"""Words between which a word that depends on another counts as neither near to it nor far from it."""
LONGEST = 0.25
"""Share of the lengths of the test set that count as the longest."""
NEAR = 3.0
"""A point lies on a cloud up to this many standard deviations from its middle."""
FILLED = 0.25
"""A cloud is filled that has this share of the points that it would have if all clouds had as many."""


def more_scores(id_: str, model: Model) -> dict[str, float]:
    """Scores of a trained preset beside those of its test set, by a name for each."""
    own = SCORES.get(id_)
    return _of_short(model) | (own(model) if own else {})


def more_baselines(id_: str, prepared: Prepared) -> dict[str, dict[str, float]]:
    """Rules that are worth a comparison on the data of one preset alone, with their test scores."""
    rule = BASELINES.get(id_)
    return rule(prepared) if rule else {}


def facts(id_: str, prepared: Prepared) -> dict[str, float]:
    """Shares that the page of a preset tells of its data, by the words that stand behind them there."""
    rule = FACTS.get(id_)
    return rule(prepared) if rule else {}


def _of_short(model: Model) -> dict[str, float]:
    """Where the test set is of longer samples: the scores on others as long as those of the training."""
    if model.prepared.dataset.given is None:
        return {}
    scores = model.measure(model.feed(model.prepared.validation))
    return {f"short {name}": value for name, value in scores.items() if name != "loss"}


def _strings(prepared: Prepared) -> list[list[int]]:
    rows = np.asarray(prepared.test.arrays[prepared.dataset.inputs[0]])
    return [[int(bracket) for bracket in row[row > 0]] for row in rows]


def closes_in_time(string: list[int]) -> bool:
    """Whether a string would be balanced if all brackets were round: all that a counter of the depth can see."""
    return is_balanced([2 - bracket % 2 for bracket in string])


def _brackets(model: Model) -> dict[str, float]:
    test, target = model.prepared.test, model.prepared.dataset.target
    true = np.asarray(test.arrays[target])
    right = model.predict(model.feed(test))[0].argmax(axis=1) == true
    strings = _strings(model.prepared)
    lengths, in_time = np.array(list(map(len, strings))), np.array(list(map(closes_in_time, strings)))
    groups: Mapping[str, Array] = {
        "balanced": true == 1,
        "crossed": in_time & (true == 0),
        "closed too early": ~in_time,
        "longest": lengths >= lengths.max() - LONGEST * np.ptp(lengths),
    }
    return {f"{name}: accuracy": float(right[rows].mean()) for name, rows in groups.items()}


def _clouds(model: Model) -> dict[str, float]:
    objective, data = model.objective, model.prepared.train
    assert isinstance(objective, Adversarial)
    noise = dict(zip(objective.inputs, model.feed(data).spread(data.samples).inputs, strict=True))
    with model.evaluating():
        made = objective.gan.generator(*(noise[noise_field(id_)] for id_ in objective.gan.roles.noise)).numpy()
    return cloud_shares(np.asarray(data.arrays["point"]), np.asarray(data.arrays["class"]), made)


def cloud_shares(points: Array, clouds: Array, made: Array) -> dict[str, float]:
    """The share of the clouds that points made (m, 2) fill, and of these points that lie on one.

    The clouds are those of real ``points`` (n, 2), which belong to them by their numbers (n,).
    """
    own = [points[clouds == cloud] for cloud in np.unique(clouds)]
    middles, spreads = (np.stack(each) for each in zip(*((some.mean(0), some.std(0)) for some in own), strict=True))
    far = np.linalg.norm((made[:, None] - middles) / spreads, axis=2)
    on = far.min(axis=1) <= NEAR
    hits = np.bincount(far.argmin(axis=1)[on], minlength=len(own))
    filled = hits >= FILLED * len(made) / len(own)
    return {"share of the clouds filled": float(filled.mean()), "share on a cloud": float(on.mean())}


def _far_words(model: Model) -> dict[str, float]:
    """How often the language at the end is right, which only a country far back tells, by how far back that stands."""
    test, field = model.prepared.test, model.prepared.dataset.target_field()
    read, true = (np.asarray(test.arrays[name]) for name in (field.next_of, field.name))
    right = model.predict(model.feed(test))[0].argmax(axis=2) == true
    countries, languages = (
        np.isin(tokens, [field.vocabulary.index(word) for word in words])
        for tokens, words in ((read, LANGUAGES.keys()), (true, LANGUAGES.values()))
    )
    rows, places = np.nonzero(languages)
    back = places + 1 - countries.argmax(axis=1)[rows]
    groups = {
        "far word": back > 0,
        f"{NEARBY} words back at most": back <= NEARBY,
        f"more than {AWAY} back": back > AWAY,
    }
    return {f"{name}: accuracy": float(right[rows, places][some].mean()) for name, some in groups.items()}


def _repeated(prepared: Prepared) -> dict[str, float]:
    known, asked = (np.asarray(part.arrays["text"]) for part in (prepared.train, prepared.test))
    seen = {row.tobytes() for row in known}
    share = float(np.mean([row.tobytes() in seen for row in asked]))
    return {"of the test sentences are in the training set too": share}


def _depth_alone(prepared: Prepared) -> dict[str, dict[str, float]]:
    true = np.asarray(prepared.test.arrays[prepared.dataset.target])
    in_time = np.array(list(map(closes_in_time, _strings(prepared))))
    return {"depth, whatever the kind": {"accuracy": float((in_time == true).mean())}}


def _bag_of_words(prepared: Prepared) -> dict[str, dict[str, float]]:
    """How often each word occurs, weighed by logistic regression."""
    return {"bag of words": {"accuracy": rule_score(prepared, "linear")}}


def _mean_spectrum(prepared: Prepared) -> dict[str, dict[str, float]]:
    """The nearest spectrogram, and logistic regression on the mean of each band over time: what does not hear order."""
    from sklearn.linear_model import LogisticRegression

    parts = (prepared.train, prepared.test)
    known, asked = (np.asarray(part.arrays[SPECTROGRAM])[:, 0].mean(axis=2) for part in parts)
    labels, true = (np.asarray(part.arrays[prepared.dataset.target]) for part in parts)
    said = LogisticRegression(max_iter=1000).fit(known, labels).predict(asked)
    return {
        "nearest spectrogram": {"accuracy": rule_score(prepared, "nearest sample")},
        "logistic regression on the mean spectrum": {"accuracy": float((said == true).mean())},
    }


def _whole_answers(prepared: Prepared) -> dict[str, dict[str, float]]:
    scores = rule_scores(prepared)
    rules = {"most frequent at each place": "guess", "nearest sample": "nearest sample"}
    return {name: {"sequence_accuracy": scores[rule]} for name, rule in rules.items()}


def _mean_picture(prepared: Prepared) -> dict[str, dict[str, float]]:
    pictures = np.asarray(prepared.dataset.input_field().values)
    mean = pictures[prepared.train.indices].mean(axis=0)
    return {"mean picture": {"rmse": float(np.sqrt(np.square(pictures[prepared.test.indices] - mean).mean()))}}


BASELINES: Mapping[str, Callable[[Prepared], dict[str, dict[str, float]]]] = {
    "brackets_lstm": _depth_alone,
    "captions_cnn_gru": _whole_answers,
    "captions_one_to_many": _whole_answers,
    "dates_attention": _whole_answers,
    "dates_encoder_decoder": _whole_answers,
    "digits_autoencoder": _mean_picture,
    "lines_ctc": _whole_answers,
    "reviews_lstm": _bag_of_words,
    "reviews_cnn": _bag_of_words,
    "topics_cnn": _bag_of_words,
    "spoken_cnn": _mean_spectrum,
    "spoken_ctc": _whole_answers,
}
FACTS: Mapping[str, Callable[[Prepared], dict[str, float]]] = {
    "sentences_lstm": _repeated,
    "sentences_rnn": _repeated,
    "sentences_characters": _repeated,
}
SCORES: Mapping[str, Callable[[Model], dict[str, float]]] = {
    "brackets_lstm": _brackets,
    "ring_gan": _clouds,
    "sentences_lstm": _far_words,
    "sentences_rnn": _far_words,
}
