"""The `%%chat` line: its options, and keys refused wherever they stand."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from nbchat.errors import BadOption, BadSettings
from nbchat.frontends.notebook.arguments import MagicArguments, parse_arguments, refuse_keys
from nbchat.wording import to_copy


@pytest.mark.parametrize("option", ["--system {text}", "--system='As {text}'", "--seed {number}"])
def test_under_schema_no_value_is_put_into_what_is_sent(option: str) -> None:
    variables = {"text": "secret", "number": 4711, "model": "demo"}

    with pytest.raises(BadOption, match="no value is sent") as refused:
        parse_arguments(f"{{model}} {option}", variables).refuse_values()
    assert "secret" not in str(refused.value)
    for line in ("{model} --name {text} --system 'As {{text}}'", "--raw --system {text}"):
        parse_arguments(line, variables).refuse_values()


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
    assert parse_arguments("--search demo") == MagicArguments("demo", options={"search": True})
    assert parse_arguments("") == MagicArguments()


@pytest.mark.parametrize("typed", ["df", "{df}", "$df", "{which}"])
def test_each_names_a_variable_as_it_is_or_by_a_text(typed: str) -> None:
    variables = {"df": object(), "which": "df"}

    assert parse_arguments(f"--each {typed} --into out", variables).each == "df"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("--each df", "--each df needs a name for what comes of it:\n%%chat --each df --into out"),
        ("--each df.head(9) --into out", "In a cell above: rows = df.head(9)"),
        ("--each 'my data.csv' --into out", "--each takes the name of a variable such as df"),
        ("--each {missing} --into out", "there is no variable missing"),
        ("--each df --into df", "in the place of the data that --each asks about"),
        ("--each df --into 'ｄｆ'", "in the place of the data that --each asks about"),
        ("--each df --into class", "takes a name for a variable such as out, not 'class'"),
        ("--each df --into list", "which Python or IPython uses itself"),
        ("--each df --into __name__", "which Python or IPython uses itself"),
        ("--each df --into _12", "which Python or IPython uses itself"),
        ("--into print", "which Python or IPython uses itself"),
        ("--each df --into out --above 3", "--above does not go with --each"),
        ("--each df --into out --error", "--error does not go with --each"),
        ("--each df --into out --tools look", "--tools does not go with --each"),
        ("--each df --into out --plan", "--plan does not go with --each"),
        ("--each df --into out --raw", "--raw does not go with --each"),
        ("--each df --into out --fresh", "--fresh does not go with --each"),
        ("--each df --into out --show", "--show shows one question, and --each asks many"),
    ],
)
def test_what_has_no_meaning_for_each_row_is_refused(line: str, said: str) -> None:
    with pytest.raises(BadOption, match=re.escape(said)):
        parse_arguments(line, {"df": object()})


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("demo --think deep", "--think takes on, off, low, medium, high or max, not 'deep'"),
        ("demo --temperature hot", "--temperature takes a number from 0 to 2, not 'hot'"),
        ("demo --max-tokens 1k", "--max-tokens takes a number of tokens such as 4096, not '1k'"),
        ("demo --top-p most", "--top-p takes a number from 0 to 1, not 'most'"),
        ("demo --seed lucky", "--seed takes a whole number such as 42, not 'lucky'"),
        ("demo --search=yes", "--search takes no value, not 'yes'"),
        ("demo --searc", "no option --searc. Did you mean --search?"),
        ("demo --stop END", "%%chat has no option --stop"),
        ("demo --name", "--name needs a value"),
        ("demo --name ''", "--name needs the name of a conversation"),
        ("demo --temperatur 1", "no option --temperatur. Did you mean --temperature?"),
        ("demo --thinking=high", "no option --thinking. Did you mean --think?"),
        ("demo --temp 0.5", "no option --temp. Did you mean --temperature?"),
        ("demo -t 1", "Did you mean --temperature or --top-p or --think or --tools?"),
        ("seed=1", "%%chat --seed 1"),
        ("model=kimi-k2.6", "%%chat kimi-k2.6"),
        (f"demo --seed {'9' * 5000}", "99…'"),
        ("demo --zzz", "no option --zzz.\n%%chat [MODEL]"),
        (
            "--model kimi-k2.6",
            "the name of the model needs no option. Write it so:\n%%chat kimi-k2.6",
        ),
        ("-m kimi-k2.6", "the name of the model needs no option. Write it so:\n%%chat kimi-k2.6"),
        ("demo --system You are brief", "'are brief' does not belong on the %%chat line"),
        (
            "What is a mean?",
            "'is a mean?' does not belong on the %%chat line: the question goes below it",
        ),
        ("demo What's a mean?", "a quote on the %%chat line has no partner"),
        (f"demo {'word ' * 99}", "word…' does not belong"),
        ("demo --tools look run", "Type it so:\n%%chat --tools look,run"),
        ("demo --tools look, run, price", "Type it so:\n%%chat --tools look,run,price"),
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
        "demo --access-token abc",
        "demo OPENAI_API_KEY=abc",
        "demo --secret=abc",
        "demo --password 'abc def'",
        '--key="abc def" demo',
        "0abc4567890abc4567890abc4567890abc4567890",
        "use 0abc4567890abc4567890abc4567890abc4567890",
        "demo --token abc",
        "use sk-abcdefghijklmnop1234",
        "ask my key is sk-proj-abcdefghijklmnop1234",
        "demo --system 'gsk_abcdefghijklmnop1234'",
        "kimi 0abc4567890abc4567890abc4567890a",
    ],
)
def test_a_key_on_the_line_is_refused_and_not_repeated(line: str) -> None:
    with pytest.raises(BadSettings, match="a key is never an argument") as raised:
        refuse_keys(line)

    assert "abc" not in str(raised.value)


GLM = "0123456789abcdef0123456789abcdef.AbCdEfGh12345678"
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc-DEF_123456789"


@pytest.mark.field("T8")
@pytest.mark.parametrize(
    "key",
    [
        *(GLM, TOKEN, "AKIAIOSFODNN7EXAMPLE", f"ghp_{'a1B2' * 9}", f"github_pat_{'a1B2' * 20}"),
        *(f"sk-{'a1b2' * 8}", f"sk-ant-api03-{'aB3_' * 20}", f"sk-or-v1-{'0af3' * 16}"),
        *(f"AIza{'aB3-' * 8}xyz", f"xai-{'aB3c' * 20}", f"gsk_{'aB3c' * 13}", f"hf_{'aBcD' * 8}ef"),
        *("xoxb-123456789012-abcdefABCDEF", "ABSKQmVkcm9ja0FQSUtleS1hYmNk"),
        *(f"nvapi-{'aB3_' * 16}", f"pplx-{'a1b2' * 12}", f"r8_{'aB3c' * 9}"),
    ],
)
@pytest.mark.parametrize(
    "line", ["ask {}", "search {}", "ask Why is '{}' refused?", "{}", "use {}"]
)
def test_what_looks_like_a_key_is_one_wherever_it_stands(line: str, key: str) -> None:
    with pytest.raises(BadSettings, match="a key is never an argument") as raised:
        refuse_keys(line.format(key))

    assert key[:8] not in str(raised.value)


@pytest.mark.field("T8")
@pytest.mark.parametrize("line", ["ask is {} good?", "search {}", "demo --name {}", "export {}.md"])
def test_a_key_that_is_set_is_one_whatever_it_looks_like(
    line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIMI_API_KEY", "nothing.like-a.key")

    with pytest.raises(BadSettings, match="a key is never an argument"):
        refuse_keys(line.format("nothing.like-a.key"))


@pytest.mark.field("T8")
@pytest.mark.parametrize(
    "line",
    [
        "ask How do I sort by key=len in Python?",
        "ask what does max(d, key = d.get) do?",
        "ask how is --token given to git?",
        "ask what is api_key=... in the signature of OpenAI()?",
        "ask is scikit-learn or sk-learn-compatible-estimators meant?",
        "ask what does hf_hub_download_file_v2 do?",
        "ask what is basic authentication, and bearer authorization?",
        "ask where is commit 0123456789abcdef0123456789abcdef01234567?",
        "ask what does sk-estimator2vec do",
        "ask what is sk-learn2024release",
        "ask Bearer authentication1234567890",
        "ask fw_cfg_1234567890ab",
        "--system key=value demo",
        "export key=value.md",
        "search key=",
        "search password",
        "search token = ",
        "resume 0123456789abcdef0123456789abcdef",
        "demo --system 'sort with key=len'",
        "claude-3-5-sonnet-20241022 --max-tokens 100",
        "openrouter:moonshotai/kimi-k2-thinking",
    ],
)
def test_words_about_keys_are_no_false_alarm(line: str) -> None:
    refuse_keys(line)


@pytest.mark.field("P5")
def test_the_refusal_says_to_delete_it_and_names_keyring_where_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BadSettings) as bare:
        refuse_keys("--key abc")
    (tmp_path / "keyring.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(BadSettings) as named:
        refuse_keys("--key abc")

    assert "Delete it from the cell" in str(bare.value)
    assert "keyring" not in str(bare.value)
    assert 'keyring.get_password("nbchat", "KIMI_API_KEY")' in str(named.value)
    monkeypatch.setitem(sys.modules, "keyring", ModuleType("keyring"))  # as a stub, without a spec
    with pytest.raises(BadSettings, match="keyring set nbchat KIMI_API_KEY"):
        refuse_keys("--key abc")
    for error in (bare.value, named.value):
        lines = str(error).splitlines()
        assert to_copy(str(error)) == lines[-1]
        assert len(lines) == 2
        assert max(map(len, lines)) < 250


@pytest.mark.parametrize(
    "line",
    ["ask which key opens it", "ask what is a token?", "demo --system 'the key idea'", "demo"],
)
def test_words_about_keys_are_only_words(line: str) -> None:
    refuse_keys(line)
