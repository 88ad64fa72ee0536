"""Every value with its origin, also where a file is at fault; and never a key."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbchat.addresses import Setting
from nbchat.errors import BadSettings
from nbchat.settings import Settings
from nbchat.settings_file import FILE, JSON_FILE, config_folder
from nbchat.settings_rows import shown_address
from nbchat.settings_values import LIMITS, TIMEOUTS

from .own_gateway import GATEWAY
from .trusted import write_trusted

KEY = "sk-secret-0123456789"
OWN = f"""
model = "kimi-k2.6"
[timeouts]
gap = 60
[limits]
event = "1 MiB"
[aliases]
fast = "glm-5.3-flash"
{GATEWAY}
[[models]]
id = "my-model"
type = "mine"
env_key = "MODEL_KEY"
"""


def own(text: str | bytes, name: str = FILE) -> Path:
    config_folder().mkdir(parents=True, exist_ok=True)
    path = config_folder() / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def by_name(settings: Settings) -> dict[str, Setting]:
    return {row.name: row for row in settings.rows()}


def pairs(settings: Settings) -> dict[str, tuple[str, str]]:
    return {row.name: (row.value, row.origin) for row in settings.rows()}


@pytest.mark.field("C6")
@pytest.mark.field("P7")
def test_every_value_is_there_with_its_origin(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = str(own(OWN))
    monkeypatch.setenv("KIMI_API_KEY", KEY)
    monkeypatch.setenv("MODEL_KEY", KEY)
    monkeypatch.setenv("KIMI_BASE_URL", "https://gateway.example/kimi/v1")
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", "https://me.openai.azure.com")
    monkeypatch.setenv("NBCHAT_HISTORY", "off")

    rows = pairs(Settings.load(tmp_path))

    assert rows["model"] == ("kimi-k2.6", path)
    assert rows["history"] == ("off", "NBCHAT_HISTORY")
    assert rows["display"][1] == "default"
    assert rows["timeouts.gap"] == ("60 s", path)
    assert rows["timeouts.connect"] == ("10 s", "default")
    assert rows["limits.event"] == ("1 MiB", path)
    assert rows["limits.answer"] == ("64 MiB", "default")
    assert {f"timeouts.{name}" for name in TIMEOUTS} | {f"limits.{name}" for name in LIMITS} <= {
        *rows
    }
    assert rows["alias fast"] == ("glm-5.3-flash", path)
    assert rows["provider mine"] == (
        "My gateway, https://llm.example.com/v1, key in MY_KEY",
        path,
    )
    assert rows["model my-model"] == ("at My gateway, key in MODEL_KEY", path)
    assert rows["kimi base URL"] == ("https://gateway.example/kimi/v1", "KIMI_BASE_URL")
    assert rows["azure endpoint"] == ("https://me.openai.azure.com", "AZURE_OPENAI_ENDPOINT")
    assert rows["kimi key"] == ("set", "KIMI_API_KEY")
    assert rows["key of my-model"] == ("set", "MODEL_KEY")
    assert rows["mine key"] == ("not set", "MY_KEY")
    assert rows["file"] == (path, "your own")
    assert KEY not in str(rows)


@pytest.mark.field("C6")
def test_the_base_url_of_every_provider_is_shown_when_its_variable_is_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    providers = Settings.load().catalog.providers.values()
    for provider in providers:
        name = provider.type.upper().replace("-", "_")
        monkeypatch.setenv(f"{name}_BASE_URL", f"https://{provider.type}.example/v1")

    rows = pairs(Settings.load())

    for provider in providers:
        value, origin = rows[f"{provider.type} base URL"]
        assert value.startswith(f"https://{provider.type}.example/v1")
        assert origin.endswith("_BASE_URL")


@pytest.mark.field("C6")
@pytest.mark.parametrize(
    "url",
    [
        "https://me:hunter22hunter22@gateway.example/v1",
        "https://me:hunter22/hunter22@gateway.example/v1",
        "https://me:hunter22?hunter22@gateway.example/v1",
        "https://hunter22hunter22@gateway.example/v1",
        "me:hunter22hunter22@gateway.example",
        "https://gateway.example/v1?key=hunter22hunter22",
        "https://gateway.example/v1#hunter22hunter22",
        f"https://gateway.example/{KEY}/v1",
    ],
)
def test_what_is_secret_in_an_address_is_not_shown(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("KIMI_BASE_URL", url)
    monkeypatch.setenv("OLLAMA_HOST", url)

    text = str(Settings.load().rows())

    assert "hunter22" not in text
    assert KEY not in text
    assert "gateway.example" in text


def test_an_address_without_secrets_is_shown_as_it_is() -> None:
    for url in ("https://api.example.com/v1", "http://127.0.0.1:8000/v1", "localhost:11434"):
        assert shown_address(url) == url


@pytest.mark.field("C6")
@pytest.mark.parametrize(
    ("text", "words", "kept"),
    [
        ("model = 'glm-5.3'\nmodle = 1\n", "'modle' is not a setting", {"model": "glm-5.3"}),
        ("model = 'glm-5.3'\ndisplay = \n", "is not TOML at line 2", {"model": "glm-5.3"}),
        ("model = 'glm-5.3'\nx = '''\nend", "is not TOML", {"model": "glm-5.3"}),
        (b"model = 'glm-5.3'\nx = '\xff'\n", "is not UTF-8", {"model": "glm-5.3"}),
        (
            "display = 'live'\n[timeouts]\ngap = 'x'\nconnect = 3\n",
            "timeouts.gap should be",
            {"display": "live", "timeouts.connect": "3 s", "timeouts.gap": "120 s"},
        ),
        (
            "[limits]\nevent = 'x'\nanswer = 4096\n",
            "limits.event should be a size above 0",
            {"limits.event": "32 MiB", "limits.answer": "4 KiB"},
        ),
        (
            "[[models]]\nid = 'a'\n[[models]]\nid = 'b'\ntype = 'kimi'\n",
            "needs 'type'",
            {"model b": "at Moonshot AI (Kimi)"},
        ),
        (
            "[aliases]\nfast = 'no-such-model'\nslow = 'glm-5.3'\n",
            "alias 'fast'",
            {"alias slow": "glm-5.3"},
        ),
    ],
)
@pytest.mark.parametrize("place", ["own", "trusted"])
def test_where_a_file_is_at_fault_everything_else_is_shown_and_the_fault(
    place: str,
    text: str | bytes,
    words: str,
    kept: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:  # fmt: skip
    monkeypatch.setenv("KIMI_API_KEY", KEY)
    monkeypatch.setenv("KIMI_BASE_URL", "https://gateway.example/v1")
    if place == "own":
        own(text)
        write_trusted(tmp_path, "[timeouts]\nfirst_byte = 7\n")
    else:
        own("[timeouts]\nfirst_byte = 7\n")
        write_trusted(tmp_path, text)

    rows = pairs(Settings.look(tmp_path))

    assert words in rows["fault"][0]
    assert rows["timeouts.first_byte"][0] == "7 s"
    assert rows["kimi key"] == ("set", "KIMI_API_KEY")
    assert rows["kimi base URL"][0] == "https://gateway.example/v1"
    for name, value in kept.items():
        assert rows[name][0] == value
    with pytest.raises(BadSettings):
        Settings.load(tmp_path)


@pytest.mark.field("C6")
def test_every_fault_is_told_of(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own("modle = 1\n")
    own("{", JSON_FILE)
    write_trusted(tmp_path, "modell = 1\n")
    monkeypatch.setenv("NBCHAT_DISPLAY", "loud")

    faults = [row.value for row in Settings.look(tmp_path).rows() if row.name == "fault"]

    assert len(faults) == 4
    for words in ("'modle'", "nbchat.json is not JSON", "'modell'", "NBCHAT_DISPLAY"):
        assert any(words in fault for fault in faults)


@pytest.mark.field("C6")
def test_values_of_an_untrusted_file_say_so_and_so_do_those_it_would_have(tmp_path: Path) -> None:
    path = tmp_path / FILE
    path.write_text("display = 'static'\nhistory = 'theirs'\n[limits]\nevent = 1\n")

    rows = by_name(Settings.load(tmp_path))

    assert (rows["display"].value, rows["display"].note) == ("static", "not trusted")
    for name in ("history", "limits.event"):
        assert rows[name].origin == "default"
        assert rows[name].note == f"that of {path} is left out"
    assert rows["limits.answer"].note == ""
    assert "not trusted; left out: history, limits" in rows["file"].origin
    write_trusted(tmp_path, path.read_text())
    rows = by_name(Settings.load(tmp_path))
    assert [rows[name].note for name in ("display", "history", "limits.event")] == [""] * 3
    assert rows["limits.event"].value == "1 byte"


@pytest.mark.field("C6")
def test_what_a_file_calls_part_of_an_address_is_not_shown_for_any_variable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", "what-nobody-should-see")
    monkeypatch.setenv("PLACE", "what-nobody-should-see")
    write_trusted(
        tmp_path,
        '[[providers]]\ntype = "corp"\nbase_url = "https://{a}.example/{b}"\n'
        'env_params = { a = "DATABASE_URL", b = "PLACE" }\n',
    )

    rows = pairs(Settings.load(tmp_path))

    assert (rows["corp a"], rows["corp b"]) == (("set", "DATABASE_URL"), ("set", "PLACE"))
    assert "what-nobody-should-see" not in str(rows)
