"""The `%%chat` line: its options, and keys refused wherever they stand."""

from __future__ import annotations

import pytest

from nbchat.errors import BadSettings
from nbchat.frontends.line import Line, parsed, refuse_keys


def test_every_option_is_read() -> None:
    line = "kimi-k2.6 --name a --system 'Be brief.' --temperature 0.5 --max-tokens 9 --think high --fresh --raw"

    assert parsed(line) == Line("kimi-k2.6", "a", "Be brief.", 0.5, 9, "high", fresh=True, raw=True)
    assert parsed("") == Line()


@pytest.mark.parametrize(
    "line",
    [
        "--key sk-123",
        "demo --api-key=abc",
        "demo --api_key abc",
        "demo api_key=abc",
        "demo key = abc",
        "demo --token abc",
        "use sk-abcdefghijklmnop1234",
        "ask my key is sk-proj-abcdefghijklmnop1234",
        "demo --system 'gsk_abcdefghijklmnop1234'",
    ],
)
def test_a_key_on_the_line_is_refused_and_not_repeated(line: str) -> None:
    with pytest.raises(BadSettings, match="a key is never an argument") as raised:
        refuse_keys(line)

    assert "abc" not in str(raised.value)


@pytest.mark.parametrize(
    "line", ["ask which key opens it", "ask what is a token?", "demo --system 'the key idea'", "demo"]
)
def test_words_about_keys_are_only_words(line: str) -> None:
    refuse_keys(line)
