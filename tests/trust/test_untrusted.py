"""What counts of a file that nobody has trusted, and what is said of the rest."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from nbchat.engine.engine import Engine
from nbchat.errors import UnknownModel
from nbchat.settings import Settings
from nbchat.settings_file import FILE, config_folder

from ..trusted import write_trusted
from .hostile import EVIL, FILES, Hostile, model, provider


def load(folder: Path, text: str | bytes, name: str = FILE) -> Settings:
    (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)
    return Settings.load(folder)


def own(text: str) -> None:
    config_folder().mkdir(parents=True, exist_ok=True)
    (config_folder() / FILE).write_text(text)


def lines(settings: Settings) -> list[str]:
    return list(settings.file_lines.values())


@pytest.mark.field("T1")
def test_what_is_harmless_counts_at_once(tmp_path: Path) -> None:
    settings = load(
        tmp_path,
        'model = "kimi-k2.6"\ndisplay = "static"\n[timeouts]\ngap = 7\n'
        '[aliases]\nfast = "glm-5.3-flash"\nquick = "openai:gpt-6.1-terra"\n',
    )

    assert (settings.model, settings.display, settings.timeouts.gap) == ("kimi-k2.6", "static", 7)
    assert settings.catalog.find("fast").model.id == "glm-5.3-flash"
    assert settings.catalog.find("quick").model.id == "gpt-6.1-terra"
    assert lines(settings) == []
    assert settings.origins["model"] == str(tmp_path / FILE)


@pytest.mark.field("T1")
def test_one_line_says_what_was_left_out_and_how_to_trust_it(tmp_path: Path) -> None:
    settings = load(
        tmp_path,
        'history = "x.sqlite"\nmodel = "mine"\n'
        + provider("corp", EVIL)
        + model("mine", "corp")
        + '[aliases]\n"kimi-k2.6" = "mine"\n',
    )

    (line,) = lines(settings)
    assert line == (
        f"{tmp_path / FILE} is not trusted; left out of it: history, model (mine), "
        "providers (corp), models (mine), aliases (kimi-k2.6). "
        "%chat trust shows what it would change, and asks; in a terminal: nbchat trust FILE."
    )
    assert (settings.model, settings.history) == (None, None)


@pytest.mark.field("T1")
@pytest.mark.parametrize("name", ["mine", "corp", "corp:anything", "shortcut"])
def test_a_name_that_only_an_untrusted_file_has_says_so(name: str, tmp_path: Path) -> None:
    text = provider("corp", EVIL) + model("mine", "corp") + '[aliases]\nshortcut = "mine"\n'
    settings = load(tmp_path, text)

    with pytest.raises(UnknownModel, match=r"nbchat\.toml, which is not trusted\.\n%chat trust"):
        settings.catalog.find(name)


@pytest.mark.field("T1")
@pytest.mark.parametrize(
    ("name", "words"),
    [("groq", "'groq' is a provider"), ("groq:", "Say which"), ("ollama", "ollama:its-model-id")],
)
def test_of_a_provider_that_is_known_anyway_the_untrusted_file_is_not_named(
    name: str, words: str, tmp_path: Path
) -> None:
    settings = load(tmp_path, provider("groq", EVIL) + provider("ollama", EVIL))

    with pytest.raises(UnknownModel, match=words) as error:
        settings.catalog.find(name)
    assert "not trusted" not in str(error.value)


@pytest.mark.field("T1")
@pytest.mark.parametrize(
    "alias",
    [
        "kimi-k2.6",
        "Kimi-K2.6",
        "\uff4bimi-k2.6",
        "kimi",
        "kimi:x",
        "@claude",
        "-x",
        "a\u200bb",
        "mine",
        "\u043aimi-k2.6",  # whose first letter is Cyrillic
        "\u043c\u0456n\u0435",
        "k\u0131mi",
        "kimi\u2010k2.6",
        "k\u00edmi",
        "m\u00efne",
        "openai/gpt-oss-120b",
        "kirni",
        "klmi-k2.6",
        "K1MI",
        "kimi_k2.6",
        "0penai",
        "OPENAl",
        "g1m-5.3",
        "rnine",
        "fast\u0301",
        "schnell\u00fc",
    ],
)
def test_an_alias_that_covers_a_name_does_not_count(alias: str, tmp_path: Path) -> None:
    """Nor one that looks like it, be the name one of the user's own file; nor a strange letter."""
    own(provider("house", "base_url = 'https://llm.example/v1'") + model("mine", "house"))

    settings = load(tmp_path, f'[aliases]\n"{alias}" = "glm-5.3-flash"\n')

    assert settings.catalog.aliases == {}
    assert len(lines(settings)) == 1


@pytest.mark.field("T1")
def test_an_alias_that_looks_like_no_name_counts(tmp_path: Path) -> None:
    names = ["fast", "Smart-2", "my_model", "v1.5", "kimi-for-us", "2nd", "gpt"]
    text = "".join(f'"{name}" = "glm-5.3-flash"\n' for name in names)

    settings = load(tmp_path, f"[aliases]\n{text}")

    assert list(settings.catalog.aliases) == names
    assert lines(settings) == []


@pytest.mark.field("T7")
def test_no_history_is_taken_from_an_untrusted_file(tmp_path: Path) -> None:
    assert load(tmp_path, 'history = "theirs.sqlite"').history is None
    assert load(tmp_path, 'history = "off"').history is None
    write_trusted(tmp_path, 'history = "ours.sqlite"')
    assert Settings.load(tmp_path).history == str(tmp_path / "ours.sqlite")


@pytest.mark.field("T1")
def test_a_file_cannot_hide_what_the_user_has_decided(tmp_path: Path) -> None:
    own('history = "off"\nmodel = "glm-5.3"\n[timeouts]\nconnect = 3\n')
    write_trusted(tmp_path, provider("house", "base_url = 'https://llm.example/v1'"))
    inner = tmp_path / "clone"
    inner.mkdir()

    settings = load(inner, "[timeouts]\ngap = 9\n")

    assert (settings.history, settings.model) == ("off", "glm-5.3")
    assert settings.timeouts.gap == 9
    assert settings.catalog.find("house:x").provider.type == "house"


BROKEN = {
    "no TOML": "model = ",
    "binary": bytes(range(256)),
    "half a character": b'model = "\xe4"',
    "a surrogate": b'model = "\xed\xa0\x80"',
    "UTF-16": 'model = "x"'.encode("utf-16"),
    "deep arrays": "x = " + "[" * 100_000,
    "deep tables": "x = " + "{a = " * 60_000,
    "a long dotted name": ".".join("a" * 100_000) + " = 1",
    "a long header": f"[{'.'.join('a' * 100_000)}]",
    "a dotted name in quotes": ".".join(['"a"'] * 60_000) + " = 1",
    "a number without end": "x = " + "1" * 100_000,
    "half a megabyte": "#" * 500_000,
    "a name twice": "[a]\n[a]\n",
}
WRONG = {
    "an unknown member": "modle = 3",
    "a model that is a number": "model = 3",
    "a display of its own": 'display = "loud"',
    "display as a table": "[display]\na = 1\n",
    "timeouts as text": 'timeouts = "long"',
    "a timeout that is none": "[timeouts]\ngap = -1\n",
    "a timeout for ever": "[timeouts]\ngap = inf\n",
    "aliases as text": 'aliases = "x"',
    "an alias of a number": "[aliases]\na = 1\n",
    "rows as text": 'models = "x"\nproviders = 3\n',
    "rows without names": "[[models]]\n[[providers]]\n",
    "a name with escapes": '[[models]]\nid = "\\u001b[2J\\u202e"\n',
    "a member with escapes": '"\\u001b]0;x\\u0007" = 1\n',
    "a name without end": f'[[models]]\nid = "{"x" * 90_000}"\n',
    "a thousand rows": model("a", "kimi") * 1000,
}


@pytest.mark.field("T1")
@pytest.mark.parametrize("text", [*BROKEN.values(), *WRONG.values()], ids=[*BROKEN, *WRONG])
def test_an_untrusted_file_stops_nothing_and_gets_one_line(
    text: str | bytes, tmp_path: Path
) -> None:
    settings = load(tmp_path, text)

    (line,) = lines(settings)
    assert line.startswith(str(tmp_path / FILE))
    assert line.isprintable()
    assert len(line) < 600
    assert settings.catalog.find("kimi-k2.6").provider.type == "kimi"


@pytest.mark.field("T1")
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_what_every_hostile_file_would_change_is_named(file: Hostile, tmp_path: Path) -> None:
    (line,) = lines(load(tmp_path, file.text, file.file))

    assert "left out of it" in line
    assert line.isprintable()


def test_what_would_take_a_reader_for_ever_is_not_given_to_it(tmp_path: Path) -> None:
    for name in ("a long dotted name", "a long header", "a dotted name in quotes"):
        (line,) = lines(load(tmp_path, BROKEN[name]))
        assert "too deeply nested" in line


@pytest.mark.field("T1")
def test_a_script_is_told_with_its_first_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (line,) = lines(load(tmp_path, 'history = "theirs.sqlite"'))

    async def ask_twice() -> list[list[str]]:
        engine = Engine()
        engine.demo.pace = 0.0
        answers = [await engine.stream("demo", "Hi").answer() for _ in range(2)]
        await engine.aclose()
        return [answer.notices for answer in answers]

    assert asyncio.run(ask_twice()) == [[line], []]


@pytest.mark.field("T1")
@pytest.mark.parametrize("owned", ["brief", "schema", "all"])
def test_a_file_that_nobody_trusts_only_keeps_values_back(owned: str, tmp_path: Path) -> None:
    own(f'data = "{owned}"\n')

    tighter = load(tmp_path, 'data = "schema"\n')
    assert (tighter.data, lines(tighter)) == ("schema", [])
    for said in ('"brief"', '"all"'):
        settings = load(tmp_path, f"data = {said}\n")
        (line,) = lines(settings)
        assert settings.data == owned
        assert "left out of it: data, of which 'schema' alone counts without trust." in line


@pytest.mark.field("T1")
@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('data = "SCHEMA"', "counts as 'schema' until it is"),
        ("data = 3", "counts as 'schema' until it is"),
        ('data = ["schema"]', "counts as 'schema' until it is"),
        ('[data]\nmode = "schema"', "counts as 'schema' until it is"),
        ('[context]\ncells = 100\ndata = "schema"', "it belongs above them all"),
        ('[timeouts]\ndata = "schema"', "it belongs above them all"),
        ('data = "schema', "data counts as 'schema' until it is"),
        ('data = "schema"\n[limits]\nevent = ', "data counts as 'schema' until it is"),
        ('model = \n  "data" = schema', "data counts as 'schema' until it is"),
    ],
)
def test_what_may_have_meant_to_keep_values_back_does_so(
    content: str, told: str, tmp_path: Path
) -> None:
    own('data = "all"\n')

    settings = load(tmp_path, content)

    assert settings.data == "schema"
    (line,) = lines(settings)
    assert told in line


@pytest.mark.field("T1")
@pytest.mark.parametrize("content", ['data = "all"\nmodel =', "model = ", '# data = "schema"\n='])
def test_a_broken_file_that_does_not_mean_to_keep_values_back_changes_nothing(
    content: str, tmp_path: Path
) -> None:
    assert load(tmp_path, content).data == "brief"


@pytest.mark.field("T1")
@pytest.mark.parametrize(
    ("owned", "said", "counts"),
    [
        ("", "3000", 3000),
        ("", "6000", 6000),
        ("cells = 2000", "3000", 2000),
        ("cells = 9000", "3000", 3000),
        ("cells = 2000", "9000", 2000),
        ("", "6001", 6000),
        ("", "0", 6000),
        ("", '"many"', 6000),
    ],
)
def test_a_file_that_nobody_trusts_only_has_fewer_cells_sent(
    owned: str, said: str, counts: int, tmp_path: Path
) -> None:
    own(f"[context]\n{owned}\n")

    settings = load(tmp_path, f"[context]\ncells = {said}\n")

    assert settings.cell_budget == counts
    is_odd = said not in ("3000", "6000")
    assert len(lines(settings)) == is_odd
