"""The search of the gallery finds a fitting example for the terms of a course on neural networks."""

from __future__ import annotations

import pytest

from widgets.start.preset_entries import PresetEntry, presets
from widgets.start.search_words import TASKS, fitting, glossary, of_glossary, of_kind, plain

TERMS = {
    "activation function": "step_mlp",
    "step function": "step_mlp",
    "softmax": "iris_softmax",
    "multilayer perceptron": "iris_mlp",
    "feed-forward network": "xor_mlp",
    "regression": "diabetes_mlp",
    "backpropagation": "mlp_3_3_1",
    "gradient descent": "mlp_3_3_1",
    "convolution by hand": "convolution_by_hand",
    "zero padding": "worked_cnn",
    "edge detection": "hand_set_kernels",
    "Gaussian blur": "hand_set_kernels",
    "Sobel": "edge_autoencoder",
    "pooling": "pooling_four_ways",
    "subsampling": "pooling_four_ways",
    "image classification": "digits_cnn",
    "object detection": "scenes_yolo",
    "YOLO": "scenes_yolo",
    "R-CNN": "scenes_yolo",
    "bounding boxes": "scenes_yolo",
    "mean average precision": "scenes_yolo",
    "receptive field": "layer_pattern_cnn",
    "LeNet-5": "lenet5",
    "radial basis function": "lenet5",
    "handwritten digits": "lenet5",
    "local contrast normalisation": "jarrett_rabs_n_pa",
    "AlexNet": "alexnet",
    "local response normalisation": "alexnet",
    "ImageNet": "alexnet",
    "multi-column": "multi_column",
    "winner-take-all": "multi_column",
    "template matching": "x_or_o",
    "1-D convolution": "seasons_cnn1d",
    "causal": "seasons_causal",
    "time series": "seasons_lstm",
    "remaining useful life": "remaining_life",
    "recurrent CNN": "recurrent_cnn",
    "network in network": "network_in_network",
    "maxout": "maxout_network",
    "ResNet": "resnet110",
    "fractional max pooling": "fractional_cnn",
    "VGG": "vgg_blocks",
    "autoencoder": "digits_autoencoder",
    "cosine similarity": "edge_autoencoder",
    "convolution theorem": "low_and_high",
    "Fourier transform": "low_and_high",
    "low-pass filter": "low_and_high",
    "feature maps": "lenet",
    "Elman network": "elman_by_hand",
    "Jordan network": "jordan_network",
    "backpropagation through time": "elman_by_hand",
    "peephole connections": "lstm_peephole",
    "coupled gates": "lstm_coupled",
    "GRU": "digits_gru",
    "bidirectional": "digits_bilstm",
    "many-to-one": "reviews_lstm",
    "vanishing gradient": "adding_rnn",
    "exploding gradients": "adding_rnn",
    "binary addition": "elman_addition",
    "balanced brackets": "brackets_lstm",
    "masking": "brackets_lstm",
    "forecasting": "seasons_lstm",
    "handwriting recognition": "lines_ctc",
    "beam search": "lines_ctc",
    "encoder-decoder": "dates_encoder_decoder",
    "translation": "dates_attention",
    "teacher forcing": "dates_encoder_decoder",
    "attention": "dates_attention",
    "sentiment": "reviews_lstm",
    "word embedding": "reviews_lstm",
    "sentence classification": "reviews_cnn",
    "language model": "sentences_lstm",
    "next word": "sentences_lstm",
    "text generation": "sentences_lstm",
    "perplexity": "sentences_rnn",
    "character model": "sentences_characters",
    "TextCNN": "reviews_cnn",
    "max pooling over time": "reviews_cnn",
    "image captions": "captions_cnn_gru",
    "style transfer": "captions_cnn_gru",
    "style": "captions_cnn_gru",
    "video": "clips_cnn_lstm",
    "speech recognition": "spoken_ctc",
    "mel spectrogram": "spoken_cnn",
    "label for every frame": "frames_cnn_gru",
    "sequence labelling": "frames_alone",
    "3-D convolution": "clips_c3d",
    "semantic segmentation": "scenes_unet",
    "fully convolutional network": "scenes_fcn",
    "scene labelling": "scenes_recurrent_cnn",
    "C3D": "clips_c3d",
    "generative adversarial": "digits_gan",
    "discriminator": "digits_gan",
    "dropout": "light_cnn",
    "batch normalisation": "light_cnn",
    "augmentation": "light_cnn",
    "tabular data": "iris_mlp",
    "transfer learning": "digits_high_transfer",
    "frozen layers": "digits_high_transfer",
    "Liang and Hu": "recurrent_cnn",
    "published errors on CIFAR-10": "maxout_network",
    "without dropout": "recurrent_cnn_no_dropout",
    "stock price": "stock_price_mlp",
    "random walk": "stock_price_mlp",
    "moving average": "learned_average",
    "ARIMA": "stock_price_mlp",
}
"""Terms of the notes, and an example that each must lead to."""

ENTRIES = presets()


def found(text: str) -> list[str]:
    """What the gallery shows."""
    return [entry.path.stem for entry in fitting(text, ENTRIES, lambda entry: entry.tiers)]


@pytest.mark.parametrize("term", TERMS)
def test_a_term_of_the_notes_finds_an_example_that_shows_it(term: str) -> None:
    assert TERMS[term] in found(term)
    assert len(found(term)) < len(ENTRIES) / 2


def test_every_system_of_the_textbook_has_words() -> None:
    used = {id_ for entry in ENTRIES for id_ in entry.textbook}
    assert used <= set(TASKS)
    assert all(TASKS.values())


def test_what_is_about_a_term_comes_before_what_merely_has_such_a_layer() -> None:
    assert "pooling_four_ways" in found("pooling")
    assert "worked_cnn" not in found("pooling")
    assert of_kind("max_pool2d") in found_words("worked_cnn")


def test_what_is_nowhere_is_not_found() -> None:
    assert found("zebra crossing") == []


def test_layers_inside_blocks_and_their_aliases_count() -> None:
    entry = next(entry for entry in ENTRIES if entry.path.stem == "elman_by_hand")
    assert {"loop", "tanh"} <= entry.kinds
    assert of_kind("conv2d") in found_words("digits_cnn")
    assert of_kind("no such kind") == ""


def found_words(id_: str) -> str:
    entry: PresetEntry = next(entry for entry in ENTRIES if entry.path.stem == id_)
    return entry.tiers[1]


def test_the_glossary_counts_for_its_terms() -> None:
    assert "vanishing gradient" in glossary()
    assert "vanishing gradient" in of_glossary("the vanishing gradient of an rnn")
    assert of_glossary("nothing of the kind") == ""
    assert plain("Encoder-Decoder") == "encoder decoder"
