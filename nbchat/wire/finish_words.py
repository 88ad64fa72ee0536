"""What the words mean with which providers say why an answer ended: one table for all formats.

Gateways pass on other vendors' words, so no format has a table of its own. Facts: openai
3.54.0, anthropic 2.12.0, google-genai 3.4.0 `FinishReason`, botocore 1.44.5 `StopReason`,
cohere 7.3.1, mistralai 3.7.0, @ai-sdk/deepseek 3.0.56, ollama `api/types.go`, vLLM
`v1/engine/__init__.py`, SGLang `schedule_batch.py`, xAI `sample.proto`, text-generation-inference
`FinishReason`; Zhipu's and DashScope's documentation.
"""

from __future__ import annotations

import re

from nbchat.events import StopReason

# As they are looked up: small letters, one underline between two words.
_WORDS: dict[StopReason, str] = {
    "end": """
        stop stopped end ended end_turn end_of_turn end_of_text end_of_stream eos eos_token eot
        stop_sequence stop_sequences stop_token stop_tokens stop_word stop_words stop_str
        stop_string stop_criteria matched_stop complete completed completion done finish
        finished success succeeded natural normal load unload
    """,
    "length": """
        length max_length length_limit length_cut len max_len max_tokens max_token max_token_reached
        max_tokens_reached max_output_tokens max_completion_tokens max_new_tokens
        max_tokens_to_sample max_gen_len token_limit tokens_limit token_limit_reached
        token_limit_exceeded limit output_limit max_messages max_context max_context_length
        max_model_len model_length
        context context_length context_limit context_length_exceeded context_window_exceeded
        model_context_window_exceeded error_limit incomplete truncated continuation pause_turn
        compaction budget_exceeded
    """,
    "tool_calls": """
        tool_calls tool_call tool_use tool tools function_call function_calls function tool_requests
        tool_call_requested requires_action
    """,
    "filter": """
        content_filter content_filtered content_filtering content_filter_error content_policy
        content_policy_violation content_moderation filter filtered safety recitation language
        blocklist prohibited_content spii model_armor escalation pup_limited_disabled jailbreak
        image_safety image_prohibited_content image_recitation refusal refused guardrail guardrails
        guardrail_intervened guardrail_violation sensitive sensitive_content data_inspection_failed
        moderation moderated moderation_blocked block blocked unsafe toxic error_toxic policy
        policy_violation violation risk high_risk security
    """,
    "broken": """
        error errors failed failure fail abort aborted cancel canceled cancelled user_cancel
        interrupted disconnected connection_error network_error server_error internal_error
        internal_server_error model_error overloaded rate_limit insufficient_system_resource
        timeout timed_out time_limit max_time deadline_exceeded other repetition
        malformed_function_call malformed_response malformed_model_output malformed_tool_use
        malformed_tool_call invalid_tool_call unexpected_tool_call too_many_tool_calls
        missing_thought_signature no_image image_other finish_reason_unspecified
    """,
}
REASONS: dict[str, StopReason] = {
    word: reason for reason, words in _WORDS.items() for word in words.split()
}

# What a longer word is about, where it is not in the table: the first that is in it.
_ABOUT: tuple[tuple[str, StopReason], ...] = (
    (
        "filter|safe|moderat|guardrail|policy|prohibit|sensitive|refus|block|toxic|violat|censor"
        "|copyright|profan|violen|sexual|self_?harm|harmful|harass|hate_|hate$|illegal",
        "filter",
    ),
    (
        "malformed|invalid|error|fail|abort|cancel|time_?out|timed|interrupt|disconnect"
        "|rate_?limit|quota|overload|busy|unavailable|crash|kill|shut_?down|preempt|evict|memory"
        "|oom$|closed|exception|repetit|by_user|not_|incomplete_|unfinished|uncomplete",
        "broken",
    ),
    ("length|max|limit|truncat|token|context|budget|exceed", "length"),
    ("tool|function", "tool_calls"),
    ("stop|eos|complete|finish|done", "end"),
)
# The token itself with which a model ends, as some servers give it: </s>, <|im_end|>, [EOS].
_END_TOKEN = re.compile(r"</?\w+>|<[|｜][^<>|｜]+[|｜]>|\[/?[A-Z]+\]")


def reason_of(word: str) -> StopReason | None:
    """What a provider's word means, however it is written; None for one that nobody knows.

    >>> reason_of("MAX_TOKENS"), reason_of("FinishReason.SAFETY"), reason_of("toolUse")
    ('length', 'filter', 'tool_calls')
    >>> reason_of("max_tokens_per_minute_error"), reason_of("<|im_end|>"), reason_of("glorp")
    ('broken', 'end', None)
    """
    if _END_TOKEN.fullmatch(word.strip()[:200]):
        return "end"
    plain = _plain(word)
    known = REASONS.get(plain)
    if known is not None:
        return known
    for about, reason in _ABOUT:
        if re.search(about, plain):
            return reason
    return None


def _plain(word: str) -> str:
    """The word as the table has it: without what some SDKs write before it, in small letters.

    >>> _plain("FINISH_REASON_STOP"), _plain("StopReason.endTurn"), _plain("content-filter")
    ('stop', 'end_turn', 'content_filter')
    """
    last = word.strip()[:200].rpartition(".")[2]
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[\s-]+", "_", last).lower().strip("_")
    return re.sub(r"^(finish|stop)_reason_(?!unspecified)|^reason_", "", apart)
