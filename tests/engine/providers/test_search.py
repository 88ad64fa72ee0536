"""What each provider is told so that it searches the web, and what is said where it cannot."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

import nbchat
from nbchat import Answer, Message, Tool
from nbchat.catalog.catalog import shipped
from nbchat.errors import BadSettings

from ...fakes.provider import Service
from ...trusted import write_trusted
from . import answers
from .asking import ADD, Asker, moved

CHAT, RESPONSES = ("/v1", answers.openai_chat), ("/v1", answers.openai_responses)
CLAUDE, GEMINI = ("", answers.anthropic_messages), ("/v1beta", answers.gemini)
BEDROCK = ("", answers.bedrock_converse)
GIVEN = {
    "openai-chat": CHAT,
    "openai-responses": RESPONSES,
    "anthropic-messages": CLAUDE,
    "gemini": GEMINI,
    "bedrock-converse": BEDROCK,
}

WEB = {"tools": [{"type": "web_search"}]}
GOOGLE = {"tools": [{"google_search": {}}]}
GLM = {"tools": [{"type": "web_search", "web_search": {"enable": True, "search_result": True}}]}
KIMI = {"tools": [{"type": "builtin_function", "function": {"name": "$web_search"}}]}
OFF = {"thinking": {"type": "disabled"}}

# The second source: written by hand from the vendors' documents.
TOLD: dict[str, dict[str, Any]] = {
    "kimi:kimi-k2.6": KIMI | OFF,
    "kimi:kimi-k2-thinking": KIMI | {"thinking": None},
    "kimi:moonshot-v1-128k": KIMI | {"thinking": None},
    "kimi:a-new-one": KIMI | {"thinking": None},
    "glm:glm-5.3": GLM,
    "openai:gpt-6.1-sol": WEB,
    "openai:gpt-5.4": WEB,
    "openai:gpt-4o-search-preview": {"web_search_options": {}, "tools": None},
    "openai:gpt-4o-mini-search-preview-2025-03-11": {"web_search_options": {}, "tools": None},
    "openai:gpt-5-search-api": {"web_search_options": {}, "tools": None},
    "azure:gpt-6.1-sol": WEB,
    "anthropic:claude-sonnet-5-5": {
        "tools": [{"type": "web_search_20250305", "name": "web_search"}]
    },
    "gemini:gemini-3.7-flash": GOOGLE | {"toolConfig": None},
    "gemini:gemini-2.5-flash": GOOGLE,
    "vertex-express:gemini-3.8-flash": GOOGLE,
    "ernie:ernie-5.1": {"web_search": {"enable": True, "enable_trace": True}},
    "qwen:qwen3.8-flash": {"enable_search": True},
    "xai:grok-4.3": WEB | {"search_parameters": None},
    "groq:openai/gpt-oss-120b": {"tools": [{"type": "browser_search"}]},
    "groq:groq/compound": {"tools": None},
    "openrouter:moonshotai/kimi-k3.1-pro": {"model": "moonshotai/kimi-k3.1-pro:online"},
    "openrouter:any/model:free": {"model": "any/model:free:online"},
    "openrouter:any/model:online": {"model": "any/model:online"},
    "perplexity:sonar-pro": {"model": "sonar-pro", "tools": None},
    "baichuan:Baichuan4-Turbo": {
        "tools": [
            {
                "type": "web_search",
                "web_search": {"enable": True, "search_mode": "performance_first"},
            }
        ]
    },
    "spark:4.0Ultra": {
        "tools": [{"type": "web_search", "web_search": {"enable": True, "search_mode": "normal"}}]
    },
    "bedrock:us.amazon.nova-2-lite-v1:0": {
        "toolConfig": {"tools": [{"systemTool": {"name": "nova_grounding"}}]}
    },
}
NOT_TOLD = [
    "openai:gpt-4o",
    "openai:any",
    "gemini:gemma-3",
    "hunyuan:hy3",
    "deepseek:deepseek-flash",
    "minimax:MiniMax-M3",
    "mistral:mistral-large-latest",
    "groq:qwen/qwen3.8-27b",
    "siliconflow:zai-org/GLM-5.2",
    "spark:lite",
    "bedrock:global.anthropic.claude-opus-5-5",
    "llamacpp:tiny",
    "vllm:tiny",
]


def asker(
    monkeypatch: pytest.MonkeyPatch,
    service: Service,
    model: str,
    wire: str = "",
    plain: bytes = b"",
) -> Asker:
    """Asks a model where the service stands for its provider; `plain` is what it answers."""
    route = shipped().find(model, wire or None)
    path, given = GIVEN[route.wire]
    variable = next(iter(route.provider.env_keys), "")
    moved(monkeypatch, route.provider.type, service.url + path, variable)
    answer = given()
    if plain:
        answer = replace(answer, plain=plain)
    return Asker(service, model, answer, {"wire": wire} if wire else {})


@pytest.mark.parametrize("model", TOLD)
async def test_a_provider_is_told_to_search_as_it_documents(
    monkeypatch: pytest.MonkeyPatch, service: Service, model: str
) -> None:
    ask = asker(monkeypatch, service, model)

    plain = await ask.body()
    answer = await ask.ask(search=True)
    told = ask.sent

    assert {name: told.get(name) for name in TOLD[model]} == TOLD[model]
    assert [*told][-1] == [*plain][-1], "the conversation stays last"
    assert answer.notices == []
    assert (answer.text, answer.stop.reason) == ("Hello", "end")
    assert await ask.body(search=False) == plain == await ask.body(search=None)


@pytest.mark.parametrize("model", NOT_TOLD)
async def test_where_there_is_no_search_a_notice_says_so(
    monkeypatch: pytest.MonkeyPatch, service: Service, model: str
) -> None:
    ask = asker(monkeypatch, service, model)

    plain = await ask.body()
    answer = await ask.ask(search=True)

    assert answer.notices[0] == f"{answer.model} has no web search of its own; it was left out."
    assert ask.sent == plain


@pytest.mark.parametrize(
    ("model", "wire", "told"),
    [
        ("openai:gpt-4.1", "openai-responses", WEB),
        ("doubao:doubao-seed-2-1-lite-260915", "openai-responses", WEB),
        ("perplexity:any", "openai-responses", WEB),
        ("xai:grok-4.3", "openai-chat", {"tools": None}),
        ("kimi:kimi-k2.6", "anthropic-messages", {"tools": None}),
        ("gemini:gemini-3.7-flash", "openai-chat", {"tools": None}),
    ],
)
async def test_how_it_is_told_depends_on_the_format(
    monkeypatch: pytest.MonkeyPatch, service: Service, model: str, wire: str, told: dict[str, Any]
) -> None:
    ask = asker(monkeypatch, service, model, wire)

    answer = await ask.ask(search=True)

    assert {name: ask.sent.get(name) for name in told} == told
    assert ("no web search" in " ".join(answer.notices)) == (told["tools"] is None)


async def test_the_notice_names_the_format_that_has_one(
    monkeypatch: pytest.MonkeyPatch, service: Service
) -> None:
    answer = await asker(monkeypatch, service, "openai:gpt-4.1").ask(search=True)

    assert answer.notices == [
        "gpt-4.1 has no web search of its own; it was left out.",
        "gpt-4.1 searches the web over openai-responses: wire='openai-responses'.",
    ]


# --- beside other options ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "first", "second"),
    [
        ("openai:gpt-6.1-sol", "function", "web_search"),
        ("glm:glm-5.3", "function", "web_search"),
        ("kimi:kimi-k2.6", "function", "builtin_function"),
        ("anthropic:claude-sonnet-5-5", None, "web_search_20250305"),
    ],
)
async def test_it_stands_behind_tools_of_the_users_own(
    monkeypatch: pytest.MonkeyPatch, service: Service, model: str, first: str, second: str
) -> None:
    ask = asker(monkeypatch, service, model)

    answer = await ask.ask(search=True, tools=[ADD], tool_choice="auto")

    assert [tool.get("type") for tool in ask.sent["tools"]] == [first, second]
    assert ask.sent["tool_choice"] in ("auto", {"type": "auto"})
    assert answer.notices == []


async def test_gemini_3_shows_its_own_calls_beside_tools(
    monkeypatch: pytest.MonkeyPatch, service: Service
) -> None:
    ask = asker(monkeypatch, service, "gemini:gemini-3.7-flash")

    await ask.ask(search=True, tools=[ADD], tool_choice="add")

    declared, google = ask.sent["tools"]
    assert ([*declared], google) == (["functionDeclarations"], {"google_search": {}})
    assert ask.sent["toolConfig"] == {
        "functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["add"]},
        "includeServerSideToolInvocations": True,
    }


SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}}
SAME = Tool("web_search", "Search")


@pytest.mark.parametrize(
    ("model", "more", "why"),
    [
        (
            "gemini:gemini-2.5-flash",
            {"tools": [ADD]},
            "gemini-2.5-flash does not search the web beside other tools; the search was left out.",
        ),
        (
            "qwen:qwen3.8-flash",
            {"tools": [ADD]},
            "qwen3.8-flash does not search the web beside other tools; the search was left out.",
        ),
        (
            "gemini:gemini-2.5-flash",
            {"schema": SCHEMA},
            "gemini-2.5-flash does not search the web where a schema is asked for; "
            "the search was left out.",
        ),
        (
            "groq:openai/gpt-oss-20b",
            {"schema": SCHEMA},
            "openai/gpt-oss-20b does not search the web where a schema is asked for; "
            "the search was left out.",
        ),
        (
            "openai:gpt-6.1-sol",
            {"tools": [ADD], "tool_choice": "none"},
            'tool_choice is "none", and a search is a tool of gpt-6.1-sol; '
            "the search was left out.",
        ),
        (
            "anthropic:claude-sonnet-5-5",
            {"tools": [SAME]},
            "a tool is called web_search, as the search of claude-sonnet-5-5 is; "
            "the search was left out.",
        ),
    ],
)
async def test_what_cannot_be_had_together_is_said(
    monkeypatch: pytest.MonkeyPatch, service: Service, model: str, more: dict[str, Any], why: str
) -> None:
    ask = asker(monkeypatch, service, model)

    without = await ask.body(**more)
    answer = await ask.ask(search=True, **more)

    assert ask.sent == without
    assert why in answer.notices


@pytest.mark.parametrize(
    ("model", "thinking", "sent", "notices"),
    [
        (
            "kimi:kimi-k2.6",
            True,
            OFF,
            ["kimi-k2.6 does not think while it searches the web; it was asked without."],
        ),
        ("kimi:kimi-k2.6", False, OFF, []),
        ("kimi:kimi-k2-thinking", None, {"thinking": None}, []),
        (
            "openai:gpt-5-mini",
            False,
            {"reasoning": {"effort": "low", "summary": "auto"}},
            ["gpt-5-mini thinks at least at 'low' while it searches the web."],
        ),
        ("openai:gpt-5-mini", "high", {"reasoning": {"effort": "high", "summary": "auto"}}, []),
    ],
)
async def test_thinking_is_what_a_search_allows(
    monkeypatch: pytest.MonkeyPatch,
    service: Service,
    model: str,
    thinking: Any,
    sent: dict[str, Any],
    notices: list[str],
) -> None:
    ask = asker(monkeypatch, service, model)

    answer = await ask.ask(search=True, thinking=thinking)

    assert {name: ask.sent.get(name) for name in sent} == sent
    assert answer.notices == notices


async def test_the_users_own_members_go_over_what_a_search_brings(
    monkeypatch: pytest.MonkeyPatch, service: Service
) -> None:
    ask = asker(monkeypatch, service, "qwen:qwen3.8-flash")

    await ask.ask(search=True, extra={"search_options": {"forced_search": True}})

    assert ask.sent["enable_search"] is True
    assert ask.sent["search_options"] == {"forced_search": True}
    assert [*ask.sent][-1] == "messages"


# --- rows of the user's own ----------------------------------------------------------------------

OWN = """
[[providers]]
type = "corp"
baseUrl = "{url}/v1"
keyNeeded = false
[providers.search.openai-chat]
body = {{ online = true }}

[[models]]
id = "quiet"
type = "corp"
search = {{}}

[[models]]
id = "kimi-k2.6"
search = {{ openai-chat = {{ suffix = "-net" }} }}
"""


async def test_a_row_of_the_users_own_says_how_its_service_searches(
    monkeypatch: pytest.MonkeyPatch, service: Service, tmp_path: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    write_trusted(tmp_path, OWN.format(url=service.url))
    moved(monkeypatch, "kimi", f"{service.url}/v1", "KIMI_API_KEY")
    given = answers.openai_chat()

    assert (await Asker(service, "corp:m", given).body(search=True))["online"] is True
    silent = await Asker(service, "quiet", given).ask(search=True)
    assert silent.notices == ["quiet has no web search of its own; it was left out."]
    kimi = await Asker(service, "kimi-k2.6", given).body(search=True)
    assert (kimi["model"], kimi.get("tools")) == ("kimi-k2.6-net", None)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("search = { openai-chat = { tol = {} } }", "'search.openai-chat.tol' is not a field here"),
        ("search = { openai-chat = { refuses = ['seed'] } }", "should be 'tools', 'schema' or"),
        ("search = { gpt = {} }", "should be one of"),
    ],
)
def test_a_wrong_row_is_refused_with_its_place(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any, row: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write_trusted(tmp_path, f'[[models]]\nid = "kimi-k2.6"\n{row}\n')

    with pytest.raises(BadSettings, match="models row 1") as raised:
        nbchat.ask("kimi-k2.6", "Hi", search=True)
    assert said in str(raised.value)


# --- what goes back ------------------------------------------------------------------------------

FOUND = {
    "type": "web_search_tool_result",
    "tool_use_id": "srvtoolu_1",
    "content": [
        {
            "type": "web_search_result",
            "url": "https://example.org",
            "title": "Sky",
            "encrypted_content": "ZW5j",
            "page_age": None,
        }
    ],
}
USED = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {}}


def claude_events(*blocks: dict[str, Any], stop: str = "end_turn") -> bytes:
    frames: list[dict[str, Any]] = [
        {"type": "message_start", "message": {"usage": {"input_tokens": 9, "output_tokens": 1}}}
    ]
    for index, block in enumerate(blocks):
        frames.append({"type": "content_block_start", "index": index, "content_block": block})
        if block["type"] == "server_tool_use":
            for piece in ('{"query":', ' "sky"}'):
                delta = {"type": "input_json_delta", "partial_json": piece}
                frames.append({"type": "content_block_delta", "index": index, "delta": delta})
        frames.append({"type": "content_block_stop", "index": index})
    frames += [
        {
            "type": "message_delta",
            "delta": {"stop_reason": stop},
            "usage": {"output_tokens": 5},
        },
        {"type": "message_stop"},
    ]
    return answers.events(*frames, named=True)


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


async def then(ask: Asker, said: Answer, **options: Any) -> dict[str, Any]:
    """The body of the next turn."""
    return await ask.body([Message("user", "Hi"), said.message, Message("user", "And?")], **options)


async def test_claudes_results_go_back_as_they_came(
    monkeypatch: pytest.MonkeyPatch, service: Service
) -> None:
    given = claude_events(text("Let me look."), USED, FOUND, text("It is blue."))
    ask = asker(monkeypatch, service, "anthropic:claude-sonnet-5-5", plain=given)

    said = await ask.ask(search=True)
    sent = await then(ask, said, search=True)

    assert (said.tool_calls, said.stop.reason) == ([], "end")
    assert str(said) == "Let me look.\n\nIt is blue."
    assert sent["messages"][1]["content"] == [
        text("Let me look."),
        USED | {"input": {"query": "sky"}},
        FOUND,
        text("It is blue."),
    ]


async def test_a_search_of_claudes_that_failed_is_told_and_goes_back(
    monkeypatch: pytest.MonkeyPatch, service: Service
) -> None:
    error = {"type": "web_search_tool_result_error", "error_code": "max_uses_exceeded"}
    failed = {**FOUND, "content": error}
    given = claude_events(USED, failed, text("I do not know."))
    ask = asker(monkeypatch, service, "anthropic:claude-sonnet-5-5", plain=given)

    said = await ask.ask(search=True)
    sent = await then(ask, said, search=True)

    assert said.notices == ["A search of the web failed: max_uses_exceeded."]
    assert sent["messages"][1]["content"][1] == failed


async def test_another_provider_gets_none_of_it(
    monkeypatch: pytest.MonkeyPatch, service: Service
) -> None:
    given = claude_events(text("So:"), USED, FOUND, text("Blue."))
    ask = asker(monkeypatch, service, "anthropic:claude-sonnet-5-5", plain=given)
    said = await ask.ask(search=True)

    other = asker(monkeypatch, service, "kimi:kimi-k2.6")
    sent = await then(other, said)

    assert sent["messages"][1]["content"] == "So:\n\nBlue."
    assert "srvtoolu_1" not in str(sent)


async def test_a_search_that_was_stopped_before_its_results_does_not_go_back(
    monkeypatch: pytest.MonkeyPatch, service: Service
) -> None:
    given = claude_events(text("Let me look."), USED, stop="max_tokens")
    ask = asker(monkeypatch, service, "anthropic:claude-sonnet-5-5", plain=given)

    said = await ask.ask(search=True)
    sent = await then(ask, said)

    assert sent["messages"][1]["content"] == [text("Let me look.")]


async def test_an_answer_that_claude_paused_goes_on(
    monkeypatch: pytest.MonkeyPatch, service: Service
) -> None:
    rest = claude_events(FOUND, text("Blue."))
    ask = asker(monkeypatch, service, "anthropic:claude-sonnet-5-5", plain=rest)
    service.answers(claude_events(text("Let me look."), USED, stop="pause_turn"))

    said = await ask.ask(search=True)
    first, second = (request.json["messages"] for request in service.requests)

    assert second == [
        *first,
        {
            "role": "assistant",
            "content": [text("Let me look."), USED | {"input": {"query": "sky"}}],
        },
    ]
    assert (str(said), said.stop.reason) == ("Let me look.\n\nBlue.", "end")
    assert (said.usage.input, said.usage.output) == (18, 10)


async def test_without_a_search_a_paused_answer_ends_there(
    monkeypatch: pytest.MonkeyPatch, service: Service
) -> None:
    given = claude_events(text("Hm."), stop="pause_turn")
    ask = asker(monkeypatch, service, "anthropic:claude-sonnet-5-5", plain=given)

    said = await ask.ask()

    assert (said.stop.reason, said.stop.detail) == ("length", "pause_turn")
    assert len(service.requests) == 1


SEARCHED = {
    "id": "ws_1",
    "type": "web_search_call",
    "status": "completed",
    "action": {"type": "search", "query": "sky"},
}


async def test_a_search_over_responses_goes_back_where_it_stood(
    monkeypatch: pytest.MonkeyPatch, service: Service
) -> None:
    message = {"type": "message", "content": [{"type": "output_text", "text": "Blue."}]}
    output = [answers.REASONING, SEARCHED, message]
    items = [
        {"type": "response.output_item.done", "output_index": index, "item": item}
        for index, item in enumerate(output)
    ]
    end = {"type": "response.completed", "response": {"status": "completed", "output": output}}
    given = answers.events(*items, end, named=True)
    ask = asker(monkeypatch, service, "openai:gpt-6.1-sol", plain=given)

    said = await ask.ask(search=True)
    sent = await then(ask, said, search=True)

    assert (str(said), said.tool_calls, said.stop.reason) == ("Blue.", [], "end")
    assert sent["input"][1:3] == [answers.REASONING, SEARCHED]
    assert sent["input"][3]["content"] == "Blue."


async def test_a_search_over_responses_that_failed_is_told(
    monkeypatch: pytest.MonkeyPatch, service: Service
) -> None:
    failed = {"type": "response.output_item.done", "item": SEARCHED | {"status": "failed"}}
    said = {"type": "response.output_text.delta", "output_index": 1, "delta": "Hm."}
    end = {"type": "response.completed", "response": {"status": "completed"}}
    given = answers.events({**failed, "output_index": 0}, said, end, named=True)
    ask = asker(monkeypatch, service, "openai:gpt-6.1-sol", plain=given)

    assert (await ask.ask(search=True)).notices == ["A search of the web failed."]


async def test_a_tool_that_ran_at_the_provider_is_no_call(
    monkeypatch: pytest.MonkeyPatch, service: Service
) -> None:
    """As GLM tells of its search (docs.bigmodel.cn) and OpenRouter of its own tools."""
    found = {"index": 0, "id": "call_1", "type": "web_search", "web_search": {"output": "…"}}
    there = {"index": 1, "id": "st_1", "type": "openrouter:web_search"}
    deltas = [{"tool_calls": [found, there]}, {"content": "Blue."}]
    chunks = [{"choices": [{"index": 0, "delta": delta}]} for delta in deltas]
    stop = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    given = answers.events(*chunks, stop, done=True)
    ask = asker(monkeypatch, service, "glm:glm-5.3", plain=given)

    said = await ask.ask(search=True)

    assert (str(said), said.tool_calls, said.stop.reason) == ("Blue.", [], "end")
