"""What the user decided, where it came from, and where a key may go."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbchat.addresses import Setting
from nbchat.errors import BadSettings, MissingKey
from nbchat.keys import Key
from nbchat.settings import Settings
from nbchat.settings_file import config_folder

from .trusted import write_trusted

KEY = "sk-secret-0123456789"


def key_for(
    model: str, base_url: str | None = None, api_key: str | None = None, start: Path | None = None
) -> Key:
    settings = Settings.load(start)
    route = settings.catalog.find(model)
    return settings.key_for(route, settings.base_url(route, base_url), api_key)


def test_the_environment_goes_before_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "nbchat.toml").write_text('model = "glm-5.2"\ndisplay = "live"')
    monkeypatch.setenv("NBCHAT_MODEL", "kimi-k2.6")

    settings = Settings.load(tmp_path)

    assert (settings.model, settings.display) == ("kimi-k2.6", "live")
    rows = {row.name: (row.value, row.origin) for row in settings.rows()}
    assert rows["model"] == ("kimi-k2.6", "NBCHAT_MODEL")
    assert rows["display"] == ("live", str(tmp_path / "nbchat.toml"))


def test_the_nearest_file_upwards_counts(tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    write_trusted(tmp_path, 'model = "far"')
    write_trusted(tmp_path / "a", 'model = "near"')

    assert Settings.load(deep).model == "near"


def test_a_changed_file_counts_at_once(tmp_path: Path) -> None:
    import os

    write_trusted(tmp_path, 'model = "one"')
    assert Settings.load(tmp_path).model == "one"

    file = write_trusted(tmp_path, 'model = "two"')
    os.utime(file, ns=(1, 1))

    assert Settings.load(tmp_path).model == "two"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("model = 3", "'model' is not a setting here, or not of the right type"),
        ("modell = 'x'", "'modell' is not a setting"),
        ("model = ", "is not TOML at end of document"),
        ("display = 'loud'", "display is 'live' or 'static'"),
        ("[timeouts]\ngap = 'long'", "timeouts.gap should be a number of seconds"),
        ("[timeouts]\ngaps = 1", "timeouts has connect, first_byte, gap"),
        ("[timeouts]\ngap = -1", "above 0"),
    ],
)
def test_a_wrong_file_is_named_with_what_is_wrong(tmp_path: Path, text: str, words: str) -> None:
    write_trusted(tmp_path, text)

    with pytest.raises(BadSettings, match="nbchat.toml") as raised:
        Settings.load(tmp_path)

    assert words in str(raised.value)


def test_a_config_that_is_not_there_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBCHAT_CONFIG", "/nowhere/nbchat.toml")

    with pytest.raises(BadSettings, match="NBCHAT_CONFIG names /nowhere/nbchat.toml"):
        Settings.load()


def test_a_json_table_of_models_can_be_the_config(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "models.json"
    file.write_text(
        '{"models": [{"id": "house", "name": "House model", "type": "openai",'
        ' "envKey": "HOUSE_KEY", "features": ["text"], "supportsThinkingMode": false}]}'
    )
    monkeypatch.setenv("NBCHAT_CONFIG", str(file))
    monkeypatch.setenv("HOUSE_KEY", KEY)

    assert key_for("house").origin == "HOUSE_KEY"


def test_keys_are_taken_in_the_tables_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOONSHOT_API_KEY", KEY)
    assert key_for("kimi-k2.6").origin == "MOONSHOT_API_KEY"

    monkeypatch.setenv("KIMI_API_KEY", KEY)
    assert key_for("kimi-k2.6").origin == "KIMI_API_KEY"


def test_a_missing_key_names_its_variables_and_the_way_to_set_one() -> None:
    with pytest.raises(
        MissingKey,
        match=r"Moonshot AI \(Kimi\) needs KIMI_API_KEY \(or MOONSHOT_API_KEY\), which is not set",
    ) as raised:
        key_for("kimi-k2.6")

    assert "getpass" in str(raised.value)


def test_no_key_is_needed_for_a_host_of_ones_own() -> None:
    assert not key_for("openai:mine", "http://127.0.0.1:8000/v1").secret


def test_a_key_is_not_sent_to_a_host_that_is_not_its_providers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)

    with pytest.raises(
        BadSettings, match=r"OPENAI_API_KEY belongs to OpenAI and is not sent to api.opena1.com"
    ):
        key_for("openai:x", "https://api.opena1.com/v1")
    assert (
        key_for("openai:x", "https://api.opena1.com/v1", api_key="mine").origin
        == "the api_key argument"
    )
    assert key_for("openai:x", "http://127.0.0.1:8000/v1").origin == "OPENAI_API_KEY"


def test_the_environment_may_move_a_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", "https://gateway.example.com/v1/")
    settings = Settings.load()
    route = settings.catalog.find("openai:x")

    assert settings.base_url(route) == Setting(
        "base_url", "https://gateway.example.com/v1", "OPENAI_BASE_URL"
    )
    assert key_for("openai:x").origin == "OPENAI_API_KEY"


@pytest.mark.parametrize(
    "table",
    [
        '[[providers]]\ntype = "openai"\nbase_url = "https://evil.example.com/v1"',
        '[[providers]]\ntype = "evil"\nname = "E"\n'
        'base_url = "https://evil.example.com/v1"\nenv_keys = ["OPENAI_API_KEY"]',
    ],
)
def test_a_file_beside_a_notebook_cannot_send_a_key_elsewhere(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, table: str
) -> None:
    """It may have come with somebody else's repository."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    write_trusted(tmp_path, table)
    model = "evil:x" if "evil" in table.split("\n")[1] else "openai:x"

    with pytest.raises(BadSettings, match="is not sent to evil.example.com"):
        key_for(model, start=tmp_path)

    monkeypatch.setenv("NBCHAT_CONFIG", str(tmp_path / "nbchat.toml"))
    assert key_for(model).origin == "OPENAI_API_KEY"


@pytest.mark.field("T2")
def test_a_cloud_key_goes_to_this_machine_by_the_users_word_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """By the user's own file, the environment or an argument; not by a repository's file."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    row = '[[providers]]\ntype = "openai"\nbase_url = "http://127.0.0.1:8000/v1"\n'
    write_trusted(tmp_path, row)
    with pytest.raises(
        BadSettings, match="OPENAI_API_KEY belongs to OpenAI and is not sent to 127"
    ):
        key_for("openai:x", start=tmp_path)

    assert key_for("openai:x", "http://127.0.0.1:8000/v1", start=tmp_path).secret
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:8000/v1")
    assert key_for("openai:x", start=tmp_path).secret
    monkeypatch.delenv("OPENAI_BASE_URL")
    own(row.replace("8000", "9000"))
    with pytest.raises(BadSettings, match="is not sent to 127"):  # which is another port
        key_for("openai:x", start=tmp_path)
    own(row)
    assert key_for("openai:x", start=tmp_path).secret


@pytest.mark.field("T2")
def test_a_key_of_ones_own_goes_to_its_own_provider(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MY_KEY", KEY)
    row = '[[providers]]\ntype = "mine"\nbase_url = "{}"\nenv_keys = ["MY_KEY"]\n'
    for url in ("https://llm.example/v1", "http://127.0.0.1:8000/v1"):
        write_trusted(tmp_path, row.format(url))
        assert key_for("mine:x", start=tmp_path).origin == "MY_KEY"


@pytest.mark.field("T1")
def test_no_address_holds_a_key_whoever_has_written_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIMI_API_KEY", KEY)
    monkeypatch.setenv("COPY", f"v1-{KEY}")
    for variable in ("KIMI_API_KEY", "COPY"):
        own(
            '[[providers]]\ntype = "mine"\nbase_url = "https://llm.example/{k}"\n'
            f'env_params = {{ k = "{variable}" }}\n'
        )
        with pytest.raises(BadSettings, match="holds the key of Moonshot AI") as raised:
            key_for("mine:x")
        assert KEY not in str(raised.value)


def own(text: str) -> None:
    """Write the user's own file; one that has changed is read again."""
    config_folder().mkdir(parents=True, exist_ok=True)
    (config_folder() / "nbchat.toml").write_text(text)
