"""The `%%chat` line: its options, and keys refused wherever they stand."""

from __future__ import annotations

import pytest

from nbchat.errors import BadSettings
from nbchat.frontends.notebook.arguments import MagicArguments, parse_arguments, refuse_keys


def test_every_option_is_read() -> None:
    line = (
        "kimi-k2.6 --name a --system 'Be brief.' --temperature 0.5 --top-p 0.9 --seed 1,000 "
        "--max-tokens 9 --think high --fresh --raw"
    )

    assert parse_arguments(line) == MagicArguments(
        "kimi-k2.6",
        "a",
        {
            "system": "Be brief.",
            "temperature": 0.5,
            "top_p": 0.9,
            "seed": 1000,
            "max_tokens": 9,
            "thinking": "high",
        },
        fresh=True,
        raw=True,
    )
    assert parse_arguments("--think off").options == {"thinking": False}
    assert parse_arguments("") == MagicArguments()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("demo --think deep", "--think takes on, off, low, medium, high or max, not 'deep'"),
        ("demo --temperature hot", "--temperature takes a number from 0 to 2, not 'hot'"),
        ("demo --max-tokens 1k", "--max-tokens takes a number of tokens such as 4096, not '1k'"),
        ("demo --top-p most", "--top-p takes a number from 0 to 1, not 'most'"),
        ("demo --seed lucky", "--seed takes a whole number such as 42, not 'lucky'"),
        ("demo --stop END", "%%chat has no option --stop"),
        ("demo --name", "--name needs a value"),
        ("demo --name ''", "--name needs the name of a conversation"),
        ("demo --temperatur 1", "no option --temperatur. Did you mean --temperature?"),
        ("demo --thinking=high", "no option --thinking. Did you mean --think?"),
        ("demo --zzz", "no option --zzz.\n%%chat [MODEL]"),
        ("--model kimi-k2.6", "the name of the model needs no option: %%chat kimi-k2.6"),
        ("-m kimi-k2.6", "the name of the model needs no option: %%chat kimi-k2.6"),
        ("demo --system You are brief", "'are brief' does not belong on the %%chat line"),
        (
            "What is a mean?",
            "'is a mean?' does not belong on the %%chat line: the question goes below it",
        ),
        ("demo What's a mean?", "a quote on the %%chat line has no partner"),
        (f"demo {'word ' * 99}", "word…' does not belong"),
    ],
)
def test_a_wrong_line_says_what_was_meant(line: str, said: str) -> None:
    with pytest.raises(BadSettings) as raised:
        parse_arguments(line)

    assert said in str(raised.value)
    assert len(str(raised.value).splitlines()) <= 2


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
    "line",
    ["ask which key opens it", "ask what is a token?", "demo --system 'the key idea'", "demo"],
)
def test_words_about_keys_are_only_words(line: str) -> None:
    refuse_keys(line)
