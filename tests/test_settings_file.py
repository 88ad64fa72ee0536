"""Where settings files may lie, in which order they count, and the tables of models in JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nbchat.errors import BadSettings
from nbchat.settings import Settings
from nbchat.settings_file import FILE, JSON_FILE, config_folder
from nbchat.trust.found_file import read_found
from nbchat.trust.trusted_files import trust

from .trusted import write_trusted

PROVIDER = (
    '[[providers]]\ntype = "mine"\nname = "Mine"\nbase_url = "https://llm.example/v1"\n'
    'env_keys = ["MY_KEY"]\n'
)


def row(id: str, kind: str = "openai", **more: Any) -> dict[str, Any]:
    """A row of the model-mapping table, in its documented shape."""
    return {
        "id": id,
        "name": f"Model {id}",
        "type": kind,
        "envKey": "HOUSE_KEY",
        "features": ["text"],
        "supportsThinkingMode": False,
        **more,
    }


def table(*rows: dict[str, Any]) -> str:
    return json.dumps({"models": rows})


def own(text: str, name: str = FILE) -> Path:
    config_folder().mkdir(parents=True, exist_ok=True)
    path = config_folder() / name
    path.write_text(text)
    return path


def names(settings: Settings, *ids: str) -> list[str]:
    models = settings.catalog.models
    return [models[id].name for id in ids if id in models]


@pytest.mark.field("P12")
def test_the_users_own_table_in_json_counts_beside_the_settings(tmp_path: Path) -> None:
    own("model = 'house'\n[timeouts]\ngap = 7\n")
    own(table(row("house")), JSON_FILE)

    settings = Settings.load(tmp_path)

    assert (settings.model, settings.timeouts.gap) == ("house", 7)
    assert settings.catalog.find("house").model.env_key == "HOUSE_KEY"
    assert [path.name for path in settings.own_files] == [JSON_FILE, FILE]
    assert settings.own_file == config_folder() / FILE


@pytest.mark.field("P12")
def test_a_table_in_json_beside_a_notebook_counts_once_it_is_trusted(tmp_path: Path) -> None:
    path = tmp_path / JSON_FILE
    path.write_text(table(row("house")))
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    untrusted = Settings.load(deep)

    write_trusted(tmp_path, path.read_text(), JSON_FILE)

    (line,) = untrusted.file_lines.values()
    assert line.startswith(f"{path} is not trusted; left out of it: models (house).")
    assert "house" not in untrusted.catalog.models
    assert Settings.load(deep).catalog.find("house").model.name == "Model house"
    assert Settings.load(deep).file_lines == {}
    path.write_text(table(row("house"), row("other")))
    assert "any more, since it has changed" in str(Settings.load(deep).file_lines)


@pytest.mark.field("P12")
@pytest.mark.parametrize("place", ["own", "trusted"])
def test_a_row_of_the_settings_file_goes_over_the_same_row_in_json(
    place: str, tmp_path: Path
) -> None:
    """Field by field, so what the JSON says besides stays."""

    def write(text: str, name: str) -> None:
        if place == "own":
            own(text, name)
        else:
            write_trusted(tmp_path, text, name)

    write(table(row("one", contextWindow=5000), row("two")), JSON_FILE)
    write('[[models]]\nid = "one"\nname = "Over"\n', FILE)

    settings = Settings.load(tmp_path)

    assert names(settings, "one", "two") == ["Over", "Model two"]
    assert settings.catalog.models["one"].context_window == 5000


@pytest.mark.field("P12")
@pytest.mark.parametrize("place", ["own", "trusted"])
def test_rows_of_one_file_may_rest_on_those_of_the_other(place: str, tmp_path: Path) -> None:
    """A model in JSON at a provider of the settings file, and an alias there of that model."""
    settings_text = PROVIDER + '[aliases]\nfast = "house"\n'
    if place == "own":
        own(settings_text)
        own(table(row("house", "mine")), JSON_FILE)
    else:
        write_trusted(tmp_path, settings_text)
        write_trusted(tmp_path, table(row("house", "mine")), JSON_FILE)

    assert Settings.load(tmp_path).catalog.find("fast").provider.name == "Mine"


@pytest.mark.field("P12")
def test_a_trusted_file_that_lacks_rows_of_an_untrusted_one_stops_nothing(tmp_path: Path) -> None:
    path = write_trusted(tmp_path, table(row("house", "mine")), JSON_FILE)
    (tmp_path / FILE).write_text(PROVIDER)

    settings = Settings.load(tmp_path)

    lines = list(settings.file_lines.values())
    assert any(f"{path} is left out: " in line and "Is it in nbchat.toml" in line for line in lines)
    assert settings.catalog.find("kimi-k2.6").provider.type == "kimi"
    write_trusted(tmp_path, PROVIDER)
    assert Settings.load(tmp_path).catalog.find("house").provider.name == "Mine"


@pytest.mark.field("P12")
def test_a_trusted_file_that_is_wrong_by_itself_is_an_error_whatever_is_beside_it(
    tmp_path: Path,
) -> None:
    write_trusted(tmp_path, '{"models": [{"name": "x"}]}', JSON_FILE)
    (tmp_path / FILE).write_text(PROVIDER)

    with pytest.raises(BadSettings, match="nbchat.json: needs 'id'"):
        Settings.load(tmp_path)


@pytest.mark.field("P12")
def test_a_table_that_nbchat_config_names_leaves_the_users_own_settings_in_force(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own("history = 'off'\n" + PROVIDER)
    own(table(row("replaced")), JSON_FILE)
    write_trusted(tmp_path, "model = 'beside'\n")
    write_trusted(tmp_path, table(row("beside")), JSON_FILE)
    named = tmp_path / "models.json"
    named.write_text(table(row("house", "mine")))
    monkeypatch.setenv("NBCHAT_CONFIG", str(named))

    settings = Settings.load(tmp_path)

    assert (settings.history, settings.model) == ("off", None)
    assert settings.catalog.find("house").provider.name == "Mine"
    assert names(settings, "replaced", "beside") == []
    rows = [(row.value, row.origin) for row in settings.rows() if row.name == "file"]
    assert rows == [
        (str(named), "your own, named by NBCHAT_CONFIG"),
        (str(config_folder() / FILE), "your own"),
    ]


@pytest.mark.field("P12")
def test_a_settings_file_that_nbchat_config_names_counts_in_place_of_all_others(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own("history = 'off'\n")
    own(table(row("replaced")), JSON_FILE)
    write_trusted(tmp_path, table(row("beside")), JSON_FILE)
    named = tmp_path / "mine.toml"
    named.write_text("model = 'kimi-k2.6'\n")
    monkeypatch.setenv("NBCHAT_CONFIG", str(named))

    settings = Settings.load(tmp_path)

    assert (settings.history, settings.model) == (None, "kimi-k2.6")
    assert names(settings, "replaced", "beside") == []
    assert settings.own_files == (named,)


HARMLESS = {"aliases": {"fast": "glm-5.3-flash"}}
ODD: dict[str, str] = {
    "a list": "[]",
    "a number": "3",
    "nothing": "",
    "no JSON": "{",
    "a name twice": '{"models": [], "models": []}',
    "settings": '{"model": "kimi-k2.6", "display": "static", "timeouts": {"gap": 1}}',
    "escapes": '{"\\u001b[2J": 1}',
    "deep": "[" * 100_000,
    "deep objects": '{"a":' * 40_000,
    "a long number": '{"models": ' + "1" * 100_000 + "}",
    "half a megabyte": " " * 500_000,
    "UTF-16": "\ud83d",
}


@pytest.mark.field("P12")
@pytest.mark.parametrize("name", ODD)
def test_an_untrusted_table_stops_nothing_and_gets_one_line(name: str, tmp_path: Path) -> None:
    path = tmp_path / JSON_FILE
    path.write_bytes(ODD[name].encode("utf-8", "surrogatepass"))

    settings = Settings.load(tmp_path)

    (line,) = settings.file_lines.values()
    assert line.startswith(str(path))
    assert line.isprintable()
    assert len(line) < 600
    assert (settings.model, settings.display, settings.timeouts.gap) == (None, None, 120)


@pytest.mark.field("P12")
def test_what_is_harmless_in_a_table_counts_at_once(tmp_path: Path) -> None:
    (tmp_path / JSON_FILE).write_text(json.dumps(HARMLESS))

    settings = Settings.load(tmp_path)

    assert settings.catalog.find("fast").model.id == "glm-5.3-flash"
    assert settings.file_lines == {}


def test_a_table_on_one_line_may_have_many_numbers(tmp_path: Path) -> None:
    """Where dots make a TOML slow, they are harmless in JSON."""
    price = {"currency": "USD", "input": 0.5, "output": 1.5}
    text = table(*(row(f"m{number}", price=price) for number in range(60)))
    assert "\n" not in text
    path = tmp_path / JSON_FILE
    path.write_text(text)
    file = read_found(path)
    assert file is not None
    trust(file)

    assert "m59" in Settings.load(tmp_path).catalog.models
