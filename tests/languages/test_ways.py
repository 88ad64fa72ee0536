"""What is said of names, keys, options, settings and the network, in a Chinese session."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from nbchat import errors
from nbchat.catalog.catalog import shipped
from nbchat.catalog.user_tables import read_tables
from nbchat.errors import BadSettings, NbchatError
from nbchat.languages import translated
from nbchat.network.failures import (
    endless_head_error,
    no_connection_error,
    no_connection_reason,
    not_http_error,
    public_address_error,
    silence_error,
    too_many_files_error,
    unread_error,
)
from nbchat.network.peer import Peer
from nbchat.network.proxy import Proxy, choose_proxy
from nbchat.plain_http import unencrypted_notice
from nbchat.settings_values import checked_values
from nbchat.wire.pictures import Pictures
from nbchat.wire.stop import end_events, unknown_word_notice
from nbchat.wording import size_text, to_copy

from ..errors import no_answer, refused, setup, wrong_calls
from ..errors.stage import CASES, Case, Stage
from .left_over import english_left

MODULES = (setup, wrong_calls, refused, no_answer)  # which fill CASES
PEER = Peer("127.0.0.1", "Moonshot AI (Kimi)")
OURS = (
    *(errors.UnknownModel, errors.MissingKey, errors.MissingAddress, errors.NoQuestion),
    *(errors.ProxyFailed, errors.BadSettings, errors.KeyNotSent, errors.BadCall, errors.BadOption),
)
# What commands, tools, conversations and the engine say.
THEIRS = re.compile(
    r"%chat |%%chat (?:demo|--key)|a key with a line end|nbchat\.tool\(|list\(|.*canary\\n"
    r"|.*\b(?:undo|goto|export)\(|.*(?:schema=|parent=|tools=print|localhost:8000)"
    r"|.*tools=\[(?:max|lambda|nbchat\.Stop|repr)"
)
AS_IT_IS = (
    "Invalid value",  # what Python says of TOML
    "for m in messages",  # code
)


@pytest.fixture(autouse=True)
def in_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBCHAT_LANG", "zh")


def titled(case: Case) -> str:
    return f"{case.kind.__name__}: {case.when}"


def shown(error: NbchatError) -> str:
    return re.sub("\x1b\\[[0-9;]*m", "", "\n".join(error._render_traceback_()))


@pytest.mark.parametrize(
    "case", [one for one in CASES if one.kind in OURS and not THEIRS.match(one.when)], ids=titled
)
def test_a_cell_shows_an_error_without_an_english_sentence(case: Case, stage: Stage) -> None:
    with pytest.raises(case.kind) as raised:
        case.happens(stage)

    text = shown(raised.value)
    print(f"\n# {case.when}\n{text}")
    assert not english_left(text, AS_IT_IS)
    assert re.search(r"[\u4e00-\u9fff]", text)
    assert text.endswith(to_copy(str(raised.value)))
    assert re.findall(r"'[^' ]*'", text) == re.findall(r"'[^' ]*'", str(raised.value))


# --- the network ---------------------------------------------------------------------------------


def failures() -> Iterator[NbchatError]:
    for error in (TimeoutError(), ConnectionRefusedError(111, "Connection refused")):
        reason = no_connection_reason(error, PEER.host, "127.0.0.1:9", 10)
        yield no_connection_error(error, PEER, reason)
        yield Proxy("http://127.0.0.1:9", "HTTPS_PROXY").no_answer_error(reason, PEER)
    yield from (silence_error(PEER, 1.5, inside_answer=inside) for inside in (False, True))
    yield from (not_http_error(PEER, data) for data in (b"SSH-2.0", b"\x15\x03"))
    yield unread_error(PEER, 60)
    yield endless_head_error(PEER)
    yield too_many_files_error(PEER)
    yield public_address_error(PEER, "93.184.216.34")
    yield Proxy("socks5://127.0.0.1:9", "ALL_PROXY").refusal_error("it speaks no SOCKS 5", PEER)


@pytest.mark.parametrize("failure", [*failures()], ids=str)
def test_what_happens_on_the_way_is_told_in_chinese(failure: NbchatError) -> None:
    text = shown(failure)
    assert not english_left(text)
    assert PEER.name in text


@pytest.mark.parametrize(
    ("variables", "chinese"),
    [
        ({}, "没有变量为 https 设置代理"),
        ({"HTTPS_PROXY": "http://a:1"}, "已设置 HTTPS_PROXY"),
        ({"HTTPS_PROXY": "http://a:1", "NO_PROXY": "b.c, d.e"}, "NO_PROXY 中有 d.e"),
    ],
)
def test_why_a_proxy_is_asked_is_told_in_chinese(
    variables: Mapping[str, str], chinese: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("https_proxy", "all_proxy", "ALL_PROXY", "no_proxy", "HTTPS_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert translated(choose_proxy("https://d.e/v1").reason) == chinese


@pytest.mark.parametrize("way", ["", "proxy.lan:3128"])
def test_what_is_asked_unencrypted_is_told_in_chinese(way: str) -> None:
    text = translated(unencrypted_notice("http://gpu.lan:8000/v1", "vLLM", way))
    assert not english_left(text)
    assert "http://gpu.lan:8000" in text
    assert way in text


# --- settings and tables -------------------------------------------------------------------------

ROWS: list[dict[str, Any]] = [
    {"models": 3},
    {"models": [3]},
    {"models": [{"name": "x"}]},
    {"models": [{"id": "my model", "type": "kimi"}]},
    {"models": [{"id": "x", "type": "kimi", "wire": "openai"}]},
    {"models": [{"id": "x", "type": "kimi", "contextWindow": "big"}]},
    {"models": [{"id": "x", "type": "kimi", "status": "old"}]},
    {"models": [{"id": "x", "type": "kimi", "apiKey": "x"}]},
    {"models": [{"id": "x", "type": "kimi", "featurs": []}]},
    {"models": [{"id": "x", "type": "kimi"}, {"id": "x", "type": "glm"}]},
    {"models": [{"id": "x"}]},
    {"models": [{"id": "x", "type": "kimmi"}]},
    {"models": [{"id": "x", "type": "kimi", "thinking": "effrt"}]},
    {"models": [{"id": "x", "type": "kimi", "envKey": "a", "env_key": "b"}]},
    {"providers": [{"type": "mine", "baseUrl": "ftp://x"}]},
    {"providers": [{"type": "mine"}]},
    {"providers": [{"type": "mine", "headers": {"Authorization": "x"}}]},
    {"providers": [{"type": "mine", "headers": {"Host": "x"}}]},
    {"aliases": 3},
    {"aliases": {"a b": "kimi-k2.6"}},
    {"aliases": {"fast": 3}},
    {"aliases": {"fast": "kimi-k2.66"}},
    {"modles": []},
]


@pytest.mark.parametrize("rows", ROWS, ids=str)
def test_what_is_wrong_with_a_row_is_told_in_chinese(rows: dict[str, Any]) -> None:
    with pytest.raises(BadSettings) as raised:
        read_tables(rows, "nbchat.toml", ["openai-chat", "gemini"]).over(shipped())
    text = shown(raised.value)
    assert not english_left(text)
    assert "nbchat.toml" in text


@pytest.mark.parametrize(
    "values",
    [
        {"timeouts": 3},
        {"timeouts": {"gap": "x"}},
        {"timeouts": {"gaps": 3}},
        {"limits": {"event": "much"}},
        {"context": {"cells": 0}},
        {"tools": {"rounds": 1000}},
        {"budget": {"day": "2"}},
        {"budget": {"unpriced": "x"}},
        {"jupyterlab": {"errors": "x"}},
        {"data": "x"},
        {"modle": "x"},
    ],
    ids=str,
)
def test_what_is_wrong_with_a_setting_is_told_in_chinese(values: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\w") as raised:
        checked_values(values)
    text = shown(BadSettings(f"/a b/nbchat.toml: {raised.value}"))
    assert not english_left(text, ["/a b/nbchat.toml"])
    assert "/a b/nbchat.toml" in text


# --- notices -------------------------------------------------------------------------------------


def notices() -> Iterator[str]:
    table = shipped()
    for name, asked in (("kimi-k2-thinking", False), ("kimi-k2-thinking", "low")):
        yield table.thinking_fields(table.models[name], asked)[1]
    yield from (unknown_word_notice("glorp", has_calls=whole) for whole in (True, False))
    yield end_events("", ended=False)[-1].detail
    for url in ("https://pictures.example.com/a.png", "data:image/png;base64,AAAA"):
        yield Pictures().read(url)[-1].text


@pytest.mark.parametrize("notice", [*notices()])
def test_a_notice_is_in_chinese(notice: str) -> None:
    assert not english_left(translated(notice))


def test_numbers_of_things_are_in_chinese() -> None:
    assert translated(f"one event is larger than {size_text(1_025)} (limits.event)") == (
        "单个事件大于 1,025 字节（limits.event）"
    )
