"""Tensors of a state dict find their layers by name, else by shape and order; the rest is left over on both sides."""

from __future__ import annotations

from app.training.state_mapping import BY_NAME, BY_SHAPE, Shapes, Taking, map_state


def dense(name: str, units: int, features: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (units, features), f"{name}.bias": (units,)}


def conv(name: str, maps: int, before: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (maps, before, 3, 3), f"{name}.bias": (maps,)}


def norm(name: str, maps: int, counted: bool = True) -> dict[str, tuple[int, ...]]:
    made: dict[str, tuple[int, ...]] = {f"{name}.{kind}": (maps,) for kind in ("weight", "bias", "running_mean")}
    return made | {f"{name}.running_var": (maps,)} | ({f"{name}.num_batches_tracked": ()} if counted else {})


def sources(own: Shapes, given: Shapes) -> dict[str, str]:
    """What each tensor of ours takes."""
    return {name: one.source for name, one in map_state(own, given).taken.items()}


def test_names_go_first_however_the_path_is_written() -> None:
    own = conv("features_0", 4, 1) | dense("head", 3, 16) | dense("other", 3, 16)
    given = conv("encoder.features.0", 4, 1) | dense("encoder.other", 3, 16) | dense("encoder.head", 3, 16)
    found = map_state(own, given)
    assert {one.how for one in found.taken.values()} == {BY_NAME}
    assert found.taken["head.weight"].source == "encoder.head.weight"
    assert (len(found.taken), found.left) == (6, ())


def test_others_go_by_shape_and_order_and_the_last_layer_is_left() -> None:
    own = conv("conv1", 4, 1) | norm("norm1", 4) | conv("conv2", 4, 4) | dense("dense1", 3, 64)
    given = conv("a.0", 4, 1) | norm("a.1", 4, False) | conv("a.3", 4, 4) | dense("fc", 1000, 64)
    found = map_state(own, given)
    assert {name: one.source for name, one in found.taken.items()} == {
        **{f"conv1.{kind}": f"a.0.{kind}" for kind in ("weight", "bias")},
        **{f"norm1.{kind}": f"a.1.{kind}" for kind in ("weight", "bias", "running_mean", "running_var")},
        **{f"conv2.{kind}": f"a.3.{kind}" for kind in ("weight", "bias")},
    }
    assert {one.how for one in found.taken.values()} == {BY_SHAPE}
    assert found.left == ("fc.weight", "fc.bias")


def test_a_layer_of_another_shape_in_between_shifts_nothing() -> None:
    own = dense("one", 8, 8) | dense("two", 5, 8) | dense("three", 8, 5) | dense("four", 8, 8)
    given = dense("a", 8, 8) | dense("b", 6, 8) | dense("c", 8, 6) | dense("d", 8, 8)
    assert sources(own, given) == {
        **{f"one.{kind}": f"a.{kind}" for kind in ("weight", "bias")},
        **{f"four.{kind}": f"d.{kind}" for kind in ("weight", "bias")},
    }


def test_a_part_without_its_bias_is_no_fit() -> None:
    found = map_state(dense("one", 4, 4), {"one.weight": (4, 4)})
    assert (found.taken, found.left) == ({}, ("one.weight",))


def test_weights_that_lie_turned_over_are_turned_where_the_name_says_which() -> None:
    own, given = dense("one", 3, 4), {"one.weight": (4, 3), "one.bias": (3,)}
    assert map_state(own, given).taken["one.weight"] == Taking("one.weight", BY_NAME, True)
    assert not map_state(own, {"other.weight": (4, 3), "other.bias": (3,)}).taken


def test_a_convolution_of_one_pixel_is_a_dense_layer() -> None:
    given = {"se.weight": (8, 4, 1, 1), "se.bias": (8,)}
    assert map_state(dense("se", 8, 4), given).taken["se.weight"] == Taking("se.weight", BY_NAME)


def recurrent(name: str, levels: int, both: bool = False) -> dict[str, tuple[int, ...]]:
    made: dict[str, tuple[int, ...]] = {}
    for level in range(levels):
        for back in ("", "_reverse") if both else ("",):
            before = 3 if level == 0 else 12 if both else 6
            made |= {f"{name}.weight_ih_l{level}{back}": (24, before), f"{name}.weight_hh_l{level}{back}": (24, 6)}
            made |= {f"{name}.bias_{kind}_l{level}{back}": (24,) for kind in ("ih", "hh")}
    return made


def test_stacked_recurrent_layers_are_taken_level_by_level() -> None:
    assert len(sources(recurrent("lstm", 2, True), recurrent("rnn", 2, True))) == 16
    own = recurrent("lstm1", 1) | {name.replace("3", "6"): sizes for name, sizes in recurrent("lstm2", 1).items()}
    own |= {"lstm2.weight_ih_l0": (24, 6)}
    found = sources(own, recurrent("rnn", 2))
    assert found["lstm2.weight_hh_l0"] == "rnn.weight_hh_l1" and len(found) == 8


def test_packed_attention_and_tensors_that_stand_alone() -> None:
    own = dense("layers_0_in_proj", 12, 4) | {"places.positions": (5, 4), "token.token": (4,)}
    given = {
        "layers.0.in_proj_weight": (12, 4),
        "layers.0.in_proj_bias": (12,),
        "places": (1, 5, 4),
        "token": (1, 1, 4),
    }
    assert sources(own, given) == {
        "layers_0_in_proj.weight": "layers.0.in_proj_weight",
        "layers_0_in_proj.bias": "layers.0.in_proj_bias",
        "places.positions": "places",
        "token.token": "token",
    }


def test_older_names_of_a_normalisation_are_known() -> None:
    own, given = {"norm.weight": (4,), "norm.bias": (4,)}, {"norm.gamma": (4,), "norm.beta": (4,)}
    assert sources(own, given) == {"norm.weight": "norm.gamma", "norm.bias": "norm.beta"}


def test_a_single_module_has_no_path() -> None:
    assert sources(dense("one", 4, 3), {"weight": (4, 3), "bias": (4,)}) == {"one.weight": "weight", "one.bias": "bias"}


def test_nothing_in_common_is_nothing_taken() -> None:
    found = map_state(dense("one", 4, 4), conv("conv", 4, 4))
    assert (found.taken, found.left) == ({}, ("conv.weight", "conv.bias"))
    assert map_state({}, {}).taken == map_state(dense("a", 1, 1), {}).taken == {}
