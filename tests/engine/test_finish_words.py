"""Why an answer ended, in whatever word and through whatever format a gateway passes it on."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nbchat.engine import retry
from nbchat.errors import BadAnswer
from nbchat.wire.finish_words import reason_of

from ..fakes.provider import Service
from .answering import DONE, block, calls, claude, delta, gemini, piece, read

pytestmark = pytest.mark.field("E8")

MEANT = {
    "end": "stop STOP end_turn EOS eos_token COMPLETE stop_sequence StopReason.end_turn "
    "FinishReason.STOP endTurn FINISH_REASON_STOP REASON_STOP finished stop_token "
    "</s> <|im_end|> <|eot_id|> <eos> [EOS] <｜end▁of▁sentence｜>",
    "length": "length MAX_TOKENS max_output_tokens model_length LENGTH max_length "
    "model_context_window_exceeded context_length_exceeded maxTokens max_new_tokens "
    "FinishReason.MAX_TOKENS REASON_MAX_LEN max-tokens pause_turn max_completion_tokens_reached "
    "incomplete thinking_budget_exceeded max_turns",
    "filter": "content_filter SAFETY RECITATION BLOCKLIST PROHIBITED_CONTENT SPII LANGUAGE "
    "IMAGE_SAFETY MODEL_ARMOR refusal guardrail_intervened content_filtered sensitive "
    "ERROR_TOXIC safety_check_failed contentFilter FinishReason.SAFETY content-filter moderation "
    "terms_violation copyright self_harm",
    "broken": "error timeout TIMEOUT abort network_error insufficient_system_resource ERROR "
    "MALFORMED_FUNCTION_CALL malformed_model_output UNEXPECTED_TOOL_CALL cancelled OTHER "
    "server_error MISSING_THOUGHT_SIGNATURE TOO_MANY_TOOL_CALLS upstream_error request_timeout "
    "rate_limit_exceeded rate_limited quota_exceeded NOT_FINISHED not_complete incomplete_output "
    "unfinished stopped_by_user out_of_memory preempted connection_closed server_shutdown",
}
CASES = [(word, reason) for reason, words in MEANT.items() for word in words.split()]
INCOMPLETE_TEXT = "Half a"


async def chat(service: Service, word: str) -> Any:
    return await read(service, "openai-chat", delta(content=INCOMPLETE_TEXT), delta(word), DONE)


async def of_claude(service: Service, word: str) -> Any:
    words = block(0, {"type": "text", "text": INCOMPLETE_TEXT})
    return await read(service, "anthropic-messages", *claude(*words, stop=word))


async def of_gemini(service: Service, word: str) -> Any:
    return await read(service, "gemini", gemini({"text": INCOMPLETE_TEXT}, finish=word))


async def ollama(service: Service, word: str) -> Any:
    line = {"message": {"content": INCOMPLETE_TEXT}, "done": False}
    last = {"message": {"content": ""}, "done": True, "done_reason": word}
    return await read(service, "ollama", line, last)


async def converse(service: Service, word: str) -> Any:
    piece_of_text = {"contentBlockIndex": 0, "delta": {"text": INCOMPLETE_TEXT}}
    return await read(
        service,
        "bedrock-converse",
        ("contentBlockDelta", piece_of_text),
        ("messageStop", {"stopReason": word}),
        ("metadata", {"usage": {"inputTokens": 9}}),
    )


async def cohere(service: Service, word: str) -> Any:
    content = {"message": {"content": {"text": INCOMPLETE_TEXT}}}
    return await read(
        service,
        "cohere",
        {"type": "content-delta", "index": 0, "delta": content},
        {"type": "message-end", "delta": {"finish_reason": word}},
    )


FORMATS = [chat, of_claude, of_gemini, ollama, converse, cohere]


@pytest.mark.parametrize(("word", "reason"), CASES)
def test_a_word_means_the_same_however_it_is_written(word: str, reason: str) -> None:
    assert reason_of(word) == reason


@pytest.mark.parametrize("ask", FORMATS)
async def test_every_format_knows_the_words_of_the_others(service: Service, ask: Any) -> None:
    wrong = []
    for word, reason in CASES:
        answer, _ = await ask(service, word)
        if (answer.text, answer.stop.reason) != (INCOMPLETE_TEXT, reason):
            wrong.append((word, answer.stop))
        if reason == "broken" and not answer.stop.detail:
            wrong.append((word, "without a reason"))

    assert wrong == []


async def test_a_word_in_an_object_is_read(service: Service) -> None:
    """SGLang's own form."""
    answer, _ = await chat(service, {"type": "length", "length": 9})  # type: ignore[arg-type]

    assert (answer.stop.reason, answer.stop.detail) == ("length", "length")


async def test_the_word_null_is_none(service: Service) -> None:
    """DashScope writes it into every piece but the last; a cut in between is no end."""
    answer, _ = await read(service, "openai-chat", delta("null", content="Half"))

    assert answer.stop.reason == "broken"
    assert answer.stop.detail == "OpenAI ended the answer early"


CALL = {"functionCall": {"id": "a", "name": "f", "args": {"a": 1}}}


@pytest.mark.parametrize("word", ["GLORP", "NEW_IN_2027"])
async def test_whole_calls_are_calls_also_beside_a_word_that_nobody_knows(
    service: Service, word: str
) -> None:
    told = f"The answer ended with a word that is not known here, {word!r}; its calls are whole."
    used = {"type": "tool_use", "id": "a", "name": "f", "input": {"a": 1}}
    called = calls(piece('{"a": 1}', "f", id="a"))

    answers = [
        (await read(service, "gemini", gemini(CALL, finish=word)))[0],
        (await read(service, "anthropic-messages", *claude(*block(0, used), stop=word)))[0],
        (await read(service, "openai-chat", called, delta(word), DONE))[0],
    ]

    for answer in answers:
        assert answer.stop.reason == "tool_calls"
        assert [call.arguments for call in answer.tool_calls] == [{"a": 1}]
        assert answer.notices == [told]


async def test_a_cut_call_beside_a_word_that_nobody_knows_is_broken(service: Service) -> None:
    cut = {"functionCall": {"name": "f", "partialArgs": [], "willContinue": True}}

    answer, _ = await read(service, "gemini", gemini(cut, finish="GLORP"))

    assert answer.stop.reason == "broken"
    assert answer.tool_calls[0].arguments is None


async def test_words_beside_a_word_that_nobody_knows_are_told_to_be_unsure(
    service: Service,
) -> None:
    answer, _ = await chat(service, "glorp")

    assert (answer.stop.reason, answer.stop.detail) == ("end", "glorp")
    assert answer.notices == [
        "The answer ended with a word that is not known here, 'glorp'; it may not be whole."
    ]


@pytest.mark.parametrize("word", ["SAFETY", "OTHER", "BLOCKLIST", "GLORP"])
async def test_a_blocked_question_is_filtered_whatever_the_word(
    service: Service, word: str
) -> None:
    blocked = {"promptFeedback": {"blockReason": word}}

    answer, _ = await read(service, "gemini", blocked)

    assert (answer.stop.reason, answer.stop.detail) == ("filter", word)


@pytest.mark.field("E5")
@pytest.mark.parametrize(
    ("finish", "told"),
    [
        ("stop", "m thought, and gave no answer."),
        ("length", "m thought up to the limit of its tokens, and gave no answer."),
    ],
)
async def test_thinking_without_an_answer_is_told(service: Service, finish: str, told: str) -> None:
    thinking = delta(reasoning_content="hm")
    block_of = {"type": "thinking", "thinking": "hm", "signature": "s"}

    alone, _ = await read(service, "openai-chat", thinking, delta(finish), DONE)
    blank, _ = await read(service, "openai-chat", thinking, delta(finish, content="\n"), DONE)
    other, _ = await read(service, "anthropic-messages", *claude(*block(0, block_of), stop=finish))
    tagged, _ = await read(service, "openai-chat", delta(content="<think>hm"), delta(finish), DONE)
    answered, _ = await read(service, "openai-chat", thinking, delta(finish, content="Hi"), DONE)

    assert [a.notices for a in (alone, blank, other, tagged)] == [[told]] * 4
    assert answered.notices == []


@pytest.mark.field("E5")
@pytest.mark.parametrize("finish", ["stop", "length"])
async def test_an_answer_that_shows_nothing_is_told(service: Service, finish: str) -> None:
    hidden = [{"type": "reasoning.encrypted", "data": "b3BhcXVl"}]
    call = {"index": 0, "id": "a", "function": {"name": "f", "arguments": "{}"}}

    blank, _ = await read(service, "openai-chat", delta(finish, content="\n\n"), DONE)
    empty, _ = await read(service, "openai-chat", delta(content=""), delta(finish), DONE)
    thought, _ = await read(service, "openai-chat", delta(finish, reasoning_details=hidden), DONE)
    called, _ = await read(service, "openai-chat", delta("tool_calls", tool_calls=[call]), DONE)

    assert blank.notices == empty.notices == thought.notices == ["m gave an empty answer."]
    assert called.notices == []


async def test_an_answer_that_broke_before_a_word_is_no_answer(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry, "FIRST_DELAY", 0)
    early = f"data: {json.dumps(delta(content=''))}\n\n".encode()
    service.answers(early)
    service.answers(early)
    with pytest.raises(BadAnswer):
        await read(service, "openai-chat", delta(content=""))
