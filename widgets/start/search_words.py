"""Full-text search of the gallery: the words of a preset's card, tasks, layers, page and glossary."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import TypeVar

from app.system.guide_pages import GLOSSARY, guide_pages, stems

T = TypeVar("T")

TASKS = {
    "S01": "activation function, step function, sigmoid, softmax, leaky ReLU, derivative",
    "S02": "multilayer perceptron, MLP, feed-forward network, tabular data, table, classification, regression, "
    "universal approximation",
    "S03": "backpropagation, gradient descent, chain rule, squared error, one step of learning",
    "S04": "convolution, stride, zero padding, kernel, cross kernel, output size",
    "S05": "image filter, edge detection, Gaussian blur, Sobel operator, sharpening, box blur, hand-set kernels",
    "S06": "pooling, subsampling, max pooling, average pooling, min pooling, sum pooling, downsampling",
    "S07": "convolutional neural network, CNN, image classification, object recognition",
    "S08": "layer pattern, stacked convolutions, small kernels, receptive field",
    "S09": "handwritten digits, LeCun, optical character recognition, partial connection table, Gaussian output, RBF",
    "S10": "traditional stages, Jarrett, filter bank, rectification, local contrast normalisation, feature extraction",
    "S11": "ImageNet, Krizhevsky, deep network, local response normalisation, grouped convolution, overlapping pooling",
    "S12": "multi-column deep neural network, ensemble, model averaging, committee, Ciresan, winner-take-all",
    "S13": "template matching, feature matching, X or O, pattern recognition",
    "S14": "1-D convolution, temporal convolution, time series, causal padding, looking back in time",
    "S15": "remaining useful life, predictive maintenance, prognostics, regression, sensors, turbofan, run to failure",
    "S16": "recurrent convolution, RCNN, Liang and Hu, weight sharing, recurrent connections within a layer",
    "S17": "CIFAR-10, object recognition, network in network, residual network, ResNet, maxout, published networks",
    "S54": "published errors on CIFAR-10, table of Liang and Hu, with and without dropout",
    "S18": "VGG, encoder, doubling feature maps, Simonyan and Zisserman",
    "S19": "autoencoder, reconstruction, unsupervised learning, code, compression, cosine similarity, "
    "similar pictures, encoder and decoder, image retrieval",
    "S20": "convolution theorem, Fourier transform, frequency, spectrum, low-pass filter, high-pass filter, "
    "cross-correlation",
    "S21": "hierarchy of features, feature maps, filters, edges and parts, feature visualisation",
    "S50": "transfer learning, pretrained, fine-tuning, frozen layers, few-shot, few samples, feature extraction",
    "S22": "recurrent neural network, RNN, Elman network, unrolling, backpropagation through time, BPTT, hidden state",
    "S23": "Jordan network, output feedback, recurrent neural network",
    "S24": "long short-term memory, LSTM, gate, cell state, forget gate, input gate, output gate",
    "S25": "LSTM variants, peephole connections, coupled gates",
    "S26": "gated recurrent unit, GRU, reset gate, update gate",
    "S27": "bidirectional, stacked recurrent layers, deep recurrent network",
    "S28": "one-to-one, one-to-many, many-to-one, many-to-many, sequence to sequence, seq2seq, sequence tasks",
    "S29": "vanishing gradient, exploding gradient, gradient clipping, long-term memory, adding problem",
    "S30": "binary addition with carry, balanced brackets, algorithm, longer sequences than in training",
    "S31": "variable length, sequence length, padding, masking, packed sequences",
    "S32": "forecasting, time series, prediction, load, lag features, calendar features, autoregression, regression",
    "S52": "forecasting, stock price, random walk, moving average, weighted moving average, "
    "autoregression, ARIMA, classical forecasters, naive forecast, time series",
    "S33": "handwriting recognition, CTC, connectionist temporal classification, transcription, beam search, "
    "label error rate, speech recognition",
    "S34": "encoder-decoder, machine translation, sequence to sequence, teacher forcing, attention, alignment",
    "S35": "sentiment analysis, opinion, text classification, document classification, natural language processing, "
    "word embedding, many-to-one",
    "S36": "image captioning, image description, describing a scene, multimodal",
    "S49": "style transfer, neural style, Gatys, Gram matrix, content loss, style loss, texture synthesis, art",
    "S37": "video classification, action recognition, activity recognition, frames, CNN-LSTM, hybrid network",
    "S38": "generative adversarial network, GAN, generator, discriminator, image generation, generative model",
    "S39": "choosing a network, which network should I use, tabular data, table, baseline",
    "S40": "good habits, dropout, batch normalisation, augmentation, regularisation, overfitting, standardised inputs",
    "S41": "language model, next word prediction, text generation, perplexity, n-gram, bigram, trigram, backing off, "
    "sampling, temperature, top-k, beam search, long-term dependency, character model, char-rnn",
    "S42": "text convolution, sentence classification, TextCNN, Kim, n-gram filters, phrases, max pooling over time, "
    "sentiment analysis, text classification, topic of a document, document classification, "
    "natural language processing",
    "S43": "speech recognition, spoken words, keyword spotting, audio, sound, spectrogram, mel spectrogram, MFCC, "
    "vowels, formants, chirps, WAV files, transcription, sound classification",
    "S45": "label for every frame, frame by frame, synchronised many-to-many, sequence labelling, sequence tagging, "
    "video annotation, action segmentation, clips",
    "S46": "3-D convolution, C3D, spatio-temporal convolution, motion, video classification, action recognition, clips",
    "S47": "object detection, detector, YOLO, R-CNN, region proposals, sliding window, bounding boxes, objectness, "
    "non-maximum suppression, NMS, intersection over union, IoU, mean average precision, mAP, localisation",
    "S48": "semantic segmentation, scene labelling, scene parsing, class for every pixel, mask, "
    "fully convolutional network, FCN, U-Net, skip connections, intersection over union, IoU",
    "S51": "Hopfield network, associative memory, content-addressable memory, attractor, Hebb's rule, energy, "
    "capacity, spurious state, pattern completion",
    "S53": "support vector machine, SVM, hinge loss, maximum margin, linear classifier, large margin",
    "S44": "music, melody, composing, sequence generation, next note, piano roll, MIDI, sampling with temperature, "
    "handwriting generation, pen strokes, drawing, sketch",
}
"""What the systems of the textbook are about and used for, as people look for it, by their ids."""

_HEADING = re.compile(r"^### (.+)$", re.MULTILINE)
_LINKS = re.compile(r"\]\([^)]*\)")


def plain(text: str) -> str:
    """In lower case, without hyphens: ``encoder-decoder`` and ``encoder decoder`` are the same."""
    return re.sub(r"[-‐‑–/]", " ", text.lower())


def wanted(text: str) -> list[str]:
    """What to look for: the words of a search without their endings and without those that every sentence has."""
    return stems(plain(text))


def fitting(text: str, items: Sequence[T], tiers: Callable[[T], tuple[str, ...]]) -> list[T]:
    """Those of ``items`` that hold all words of a search in the nearest of their tiers in which any of them does.

    All have the same number of ``tiers``, the nearest first; a search without words leaves all items.
    """
    words = wanted(text)
    if not words:
        return list(items)
    for tier in zip(*map(tiers, items), strict=True):
        found = [item for item, held in zip(items, tier, strict=True) if all(word in held for word in words)]
        if found:
            return found
    return []


def of_tasks(textbook: Iterable[str]) -> str:
    """What the systems with these ids are about."""
    return plain(" ".join(TASKS.get(id_, "") for id_ in textbook))


@cache
def of_kind(kind: str) -> str:
    """Title and aliases of a kind of layer."""
    from graph.layers.catalogue import catalogue, structures  # which the first paint does not wait for

    layer = catalogue().get(kind) or structures().get(kind)
    return plain(" ".join((layer.title, *layer.aliases))) if layer is not None else ""


@cache
def glossary() -> dict[str, str]:
    """What the glossary says, by its terms; nothing where this copy of Netloom has no docs."""
    text = next((page.text for page in guide_pages() if page.id == GLOSSARY.stem), "")
    parts = _HEADING.split(text)[1:]
    return {plain(term): plain(_LINKS.sub("]", entry)) for term, entry in zip(parts[::2], parts[1::2], strict=True)}


def of_glossary(words: str) -> str:
    """What the glossary says of the terms among ``words``."""
    return " ".join(f"{term} {text}" for term, text in glossary().items() if f" {term} " in f" {words} ")
