"""Names of layers: Python identifiers, in any script, that can be attributes of a torch module."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Container

from graph.errors import NetloomError

RESERVED = frozenset(
    """
    T_destination add_module apply bfloat16 buffers call_super_init children compile cpu cuda code
    double dump_patches eval extra_repr float forward get_buffer get_extra_state get_parameter
    get_submodule graph half ipu load_state_dict modules mtia named_buffers named_children named_modules
    named_parameters parameters print_readable register_backward_hook register_buffer
    register_forward_hook register_forward_pre_hook register_full_backward_hook
    register_full_backward_pre_hook register_load_state_dict_post_hook register_load_state_dict_pre_hook
    register_module register_parameter register_state_dict_post_hook register_state_dict_pre_hook
    recompile requires_grad_ self set_extra_state set_submodule share_memory state_dict to to_empty
    torch train training type xpu zero_grad meta math
    add_submodule delete_submodule delete_all_unused_submodules to_folder
    """.split()
)
"""Names that a torch module, a GraphModule or generated code already uses."""

LONGEST = 64
"""Letters that a name may have."""

_UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""What identifiers may hold although nothing of it is seen: two names could look alike."""


def check_name(name: str, taken: Container[str] = ()) -> None:
    """Refuse a name that cannot be a layer's.

    Letters of every script will do. Of several ways to write the same letters only that is a name which Python takes
    them for (Unicode's form NFKC), so that no two layers become one in exported code.

    Raises
    ------
    NetloomError
        with the reason and what to do.
    """
    if not _is_word(name):
        near = possible_name(name)
        instead = f", as in “{near}”" if near and near not in taken else ""
        raise NetloomError(
            f"“{name}” cannot name a layer: use letters, digits and underscores, and begin with a letter{instead}."
            if len(name) <= LONGEST
            else f"A layer's name has at most {LONGEST} letters, and this one has {len(name)}: shorten it."
        )
    if _is_reserved(name):
        raise NetloomError(f"“{name}” cannot name a layer because Python or torch uses the word: choose another.")
    if name in taken:
        raise NetloomError(f"Another layer is already called “{name}”: choose another name.")


def typed_name(text: str) -> str:
    """What a person typed, without blanks around it, its letters written as in every name."""
    return unicodedata.normalize("NFKC", text.strip())


def possible_name(text: str) -> str:
    """The name that comes nearest to a text; empty where nothing of it can be one."""
    letters = _UNSEEN.sub("", typed_name(text))
    words = "".join(letter if f"a{letter}".isidentifier() else " " for letter in letters).split()
    name = "_".join(words).strip("_")[:LONGEST].rstrip("_")
    return name if _is_word(name) and not _is_reserved(name) else ""


def _is_word(name: str) -> bool:
    plain = name.isidentifier() and not name.startswith("_") and not name.endswith("_") and len(name) <= LONGEST
    return plain and unicodedata.is_normalized("NFKC", name) and not _UNSEEN.search(name)


def _is_reserved(name: str) -> bool:
    return keyword.iskeyword(name) or name in RESERVED


def fresh_name(stem: str, taken: Container[str]) -> str:
    """The first of ``stem1``, ``stem2`` ... that is free; where there are many, a free one found in few looks."""
    free = next((number for number in range(1, 33) if f"{stem}{number}" not in taken), None)
    if free is not None:
        return f"{stem}{free}"
    low, high = 32, 64
    while f"{stem}{high}" in taken:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if f"{stem}{middle}" in taken else (low, middle)
    return f"{stem}{high}"


def copy_name(name: str, stem: str, taken: Container[str]) -> str:
    """A name for a copy of the layer ``name``: itself if free, else numbered after the layer's ``stem``."""
    if name not in taken:
        return name
    base = re.sub(r"\d+$", "", name)
    return fresh_name(base if base else stem, taken)
