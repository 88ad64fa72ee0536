"""A key is held so that nothing shows or copies it by accident."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable

import pytest

from nbchat.errors import BadSettings
from nbchat.keys import Key, Secret, wrap_key

KEY = "sk-canary-7Qv3xY9ZtK2mW8pLr4NbD6"


def test_a_secret_shows_in_nothing() -> None:
    secret = Secret(KEY)

    for text in (
        str(secret),
        repr(secret),
        f"{secret}",
        f"{secret:>40}",
        repr([secret]),
        repr(Key(secret, "X")),
    ):
        assert KEY not in text
    assert not hasattr(secret, "__dict__")


@pytest.mark.parametrize(
    "copied", [pickle.dumps, copy.copy, copy.deepcopy, lambda secret: secret.__reduce_ex__(4)]
)
def test_a_secret_is_not_copied(copied: Callable[[Secret], object]) -> None:
    with pytest.raises(TypeError, match="not pickled or copied"):
        copied(Secret(KEY))


def test_a_key_among_options_is_sealed_once() -> None:
    options = {"api_key": f" {KEY}\n", "temperature": 1}
    wrap_key(options)
    wrap_key(options)

    assert options == {"api_key": Secret(KEY), "temperature": 1}
    with pytest.raises(BadSettings, match="api_key is the key itself, a str, not bytes"):
        wrap_key({"api_key": KEY.encode()})
