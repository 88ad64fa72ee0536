"""Members of a request that OpenAI's format has for some hosts alone, or that other vendors added.

What is known is passed on where the route has a place for it, and else left out with a warning;
what is not known is refused, so that a misspelt member does not silently do nothing. Only what is
listed in PLACES reaches a provider: nothing that names a host, a key, another model or a length.

Facts: vllm 0.12 `protocol.py`, llama.cpp `tools/server/README.md`, openrouter.ai/docs
(parameters), ollama `docs/api.md`, and the SDKs that the files of `nbchat.wire.formats` name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbchat.catalog.catalog import Route, shipped
from nbchat.frontends.server.http_errors import Invalid
from nbchat.frontends.server.openai_fields import is_number
from nbchat.wire.contract import merge_into

CHAT, RESPONSES, CLAUDE = "openai-chat", "openai-responses", "anthropic-messages"
GEMINI, OLLAMA, COHERE = "gemini", "ollama", "cohere"

# Where each stands in a body, by the wire format: the names from the outside inwards.
PLACES: dict[str, dict[str, str]] = {
    "frequency_penalty": {
        CHAT: "frequency_penalty",
        GEMINI: "generationConfig.frequencyPenalty",
        OLLAMA: "options.frequency_penalty",
        COHERE: "frequency_penalty",
    },
    "presence_penalty": {
        CHAT: "presence_penalty",
        GEMINI: "generationConfig.presencePenalty",
        OLLAMA: "options.presence_penalty",
        COHERE: "presence_penalty",
    },
    "logit_bias": {CHAT: "logit_bias"},
    "verbosity": {CHAT: "verbosity", RESPONSES: "text.verbosity"},
    "modalities": {CHAT: "modalities", GEMINI: "generationConfig.responseModalities"},
    "parallel_tool_calls": {CHAT: "parallel_tool_calls", RESPONSES: "parallel_tool_calls"},
    "top_k": {
        CHAT: "top_k",
        CLAUDE: "top_k",
        GEMINI: "generationConfig.topK",
        OLLAMA: "options.top_k",
        COHERE: "k",
    },
    "min_p": {CHAT: "min_p", OLLAMA: "options.min_p"},
    "top_a": {CHAT: "top_a"},
    "typical_p": {CHAT: "typical_p", OLLAMA: "options.typical_p"},
    "repetition_penalty": {CHAT: "repetition_penalty", OLLAMA: "options.repeat_penalty"},
    "repeat_penalty": {CHAT: "repeat_penalty", OLLAMA: "options.repeat_penalty"},
    "repeat_last_n": {CHAT: "repeat_last_n", OLLAMA: "options.repeat_last_n"},
    "mirostat": {CHAT: "mirostat", OLLAMA: "options.mirostat"},
    "mirostat_tau": {CHAT: "mirostat_tau", OLLAMA: "options.mirostat_tau"},
    "mirostat_eta": {CHAT: "mirostat_eta", OLLAMA: "options.mirostat_eta"},
    "num_ctx": {OLLAMA: "options.num_ctx"},
    "keep_alive": {OLLAMA: "keep_alive"},
    "chat_template_kwargs": {CHAT: "chat_template_kwargs"},
    "skip_special_tokens": {CHAT: "skip_special_tokens"},
    "cache_prompt": {CHAT: "cache_prompt"},
    "thinking_budget": {CHAT: "thinking_budget"},
    "safe_prompt": {CHAT: "safe_prompt"},
}

# Of chat completions themselves; the other members of PLACES are extensions of some hosts.
COMMON = ("frequency_penalty", "presence_penalty", "logit_bias", "parallel_tool_calls", "verbosity")
RUNNERS = frozenset(("vllm", "sglang", "llamacpp", "lmstudio", "localai"))
OPEN_MODELS = RUNNERS | {"openrouter", "together", "fireworks", "siliconflow", "huggingface"}
EXTENSIONS: dict[str, frozenset[str]] = {  # the hosts that know one, of the shipped table
    "top_k": OPEN_MODELS | {"nvidia", "qwen", "perplexity"},
    "min_p": OPEN_MODELS,
    "top_a": frozenset(("openrouter",)),
    "modalities": frozenset(("openrouter",)),
    "repetition_penalty": OPEN_MODELS | {"nvidia", "qwen"},
    "chat_template_kwargs": RUNNERS | {"nvidia", "siliconflow", "together", "fireworks"},
    "thinking_budget": frozenset(("qwen", "siliconflow")),
    "safe_prompt": frozenset(("mistral",)),
}
# Hosts that refuse what others take (their references of chat completions, 2026-11).
REFUSED: dict[str, frozenset[str]] = {
    "logit_bias": frozenset(("groq", "mistral", "cerebras", "kimi", "glm", "deepseek")),
    "verbosity": frozenset(shipped().providers) - {"openai", "azure", "azure-deployments"},
}

# Known, and without a place anywhere here.
_NOWHERE = """
add_generation_prompt add_special_tokens allowed_openai_params allowed_token_ids asr_options
audio bad_words best_of bootstrap_host bootstrap_port bootstrap_room bot_setting cache_control
cache_salt caching chat_template citation_options clear_thinking client_metadata compliance
compound_custom container context_length_exceeded_behavior context_management
continue_final_message custom_logit_processor custom_params data_sources debug deferred
disable_reasoning disable_search disable_tool_validation do_sample documents draft_model
drop_params dry_allowed_length dry_base dry_multiplier dry_penalty_last_n dry_sequence_breakers
dynatemp_range early_stopping ebnf echo enable_citation enable_code_interpreter
enable_enhancement enable_search enable_search_classifier enhancements exclude_domains extra_body
fallbacks format grammar grammar_lazy grammar_triggers guardrails guided_choice
guided_decoding_backend guided_grammar guided_json guided_regex guided_whitespace_pattern id_slot
ignore_eos image_config image_domain_filter image_format_filter include_domains include_reasoning
include_stop_str_in_output incremental_output inference_geo json_schema kv_transfer_params
language_preference last_updated_after_filter last_updated_before_filter length_penalty
logits_processor_args logits_processors lora lora_path mask_sensitive_info max_tool_calls
media_response meta min_keep min_tokens mirostat_lr mirostat_target mm_processor_kwargs
mock_response models moderation n_discard n_indent n_keep n_predict n_probs no_stop_trim
num_batch num_gpu num_keep num_predict num_retries num_thread options output_reasoning
parse_tool_calls penalize_nl perf_metrics_in_response plugins post_sampling_probs
preserve_thinking preset priority prompt_cache_isolation_key prompt_logprobs prompt_mode
prompt_truncate_len provider queue_threshold random_seed raw raw_output reasoning_format
reasoning_history reasoning_in_content reasoning_split reasoning_summary reference_id regex
request_id response_fields result_format return_citations return_hidden_states return_images
return_progress return_related_questions return_token_ids return_tokens_as_token_ids
return_videos rid route safety_model safety_settings samplers search_after_date_filter
search_before_date_filter search_domain_filter search_language_filter search_mode search_options
search_parameters search_recency_filter search_settings sensitive_word_check separate_reasoning
session_id session_params slot_id spaces_between_special_tokens speculation speed stop_regex
stop_token_ids stream_moderation stream_reasoning stream_tool_calls structural_tag
structured_outputs suffix t_max_predict_ms tags template tfs_z thinking_forced_open
timings_per_token tokens_to_generate tool_stream top_n_sigma trace transforms translation_options
trim truncate truncate_prompt_tokens truncation ttl typ_p usage use_beam_search use_search
user_id vl_high_resolution_images vllm_xargs watermark watermark_enabled web_search
web_search_options xtc_probability xtc_threshold
"""
NOWHERE = frozenset(_NOWHERE.split())

NUMBER, WHOLE, FLAG, TEXT, OBJECT = "a number", "a whole number", "true or false", "text", "object"
LIST = "a list"
KINDS: dict[str, str] = {  # what a value of it should be; a number where nothing is said
    "logit_bias": OBJECT,
    "modalities": LIST,
    "chat_template_kwargs": OBJECT,
    "verbosity": TEXT,
    "parallel_tool_calls": FLAG,
    "skip_special_tokens": FLAG,
    "cache_prompt": FLAG,
    "safe_prompt": FLAG,
    "keep_alive": "",  # seconds, or a text such as 5m
    **dict.fromkeys(("top_k", "repeat_last_n", "mirostat", "num_ctx", "thinking_budget"), WHOLE),
}
SENTENCES = {TEXT: "a text", OBJECT: "an object"}


def sort_out(
    members: Mapping[str, Any], route: Route, moved: bool
) -> tuple[dict[str, Any], list[str]]:
    """What goes into the provider's body, and what to say of the rest.

    `moved` says that the provider is asked at an address of the user's own, whose members nobody
    knows. Raises Invalid for a member that is not known, or a value that it does not take.
    """
    body: dict[str, Any] = {}
    warnings = []
    for name, value in _with_options(members, route).items():
        if value is None or value in ([], {}):
            continue
        if name not in PLACES and name not in NOWHERE:
            raise unknown(name)
        path = PLACES.get(name, {}).get(route.wire, "")
        if name in PLACES:
            value = _checked(name, value)
        if name == "modalities" and route.wire == GEMINI:
            value = [str(kind).upper() for kind in value]
        if path and _takes(name, route, moved):
            merge_into(body, nested(path, value))
        else:
            warnings.append(f"{name}: {route.model.id} takes none here; it was left out.")
    return body, warnings


def _with_options(members: Mapping[str, Any], route: Route) -> dict[str, Any]:
    """The members, with those that stand within Ollama's `options`; what is not known stays there.

    >>> route = shipped().find("ollama:qwen3")
    >>> _with_options({"options": {"top_k": 5, "num_predict": 9}}, route)
    {'options': {'num_predict': 9}, 'top_k': 5}
    """
    options = members.get("options")
    if route.wire != OLLAMA or not isinstance(options, dict):
        return dict(members)
    known = {name for name, places in PLACES.items() if OLLAMA in places}
    rest = {name: value for name, value in options.items() if name not in known}
    within = {name: value for name, value in options.items() if name in known}
    return {**members, "options": rest, **within}


def unknown(name: str) -> Invalid:
    """The refusal of a member. A name that is no plain word may be something pasted by mistake."""
    is_plain = len(name) <= 32 and name.replace("_", "").isalpha()
    shown = name if is_plain else "a field"
    return Invalid(f"{shown}: there is no such field here.", field=name if is_plain else None)


def _takes(name: str, route: Route, moved: bool) -> bool:
    samples_alone = "temperature" in route.model.refuses  # in a way of its own
    if samples_alone and name in ("frequency_penalty", "presence_penalty", "logit_bias"):
        return False
    kind = route.provider.type
    if route.wire != CHAT or moved or kind not in shipped().providers:
        return True
    if name in COMMON:
        return kind not in REFUSED.get(name, ())
    return kind in EXTENSIONS.get(name, RUNNERS)


def _checked(name: str, value: Any) -> Any:
    """The value as it is sent. Raises Invalid for one of another kind."""
    kind = KINDS.get(name, NUMBER)
    numeric = is_number(value)
    fits = {
        NUMBER: numeric,
        WHOLE: numeric and (isinstance(value, int) or value.is_integer()),
        FLAG: isinstance(value, bool),
        TEXT: isinstance(value, str),
        OBJECT: isinstance(value, dict),
        LIST: isinstance(value, list),
        "": numeric or isinstance(value, str),
    }
    if not fits[kind]:
        wanted = SENTENCES.get(kind, kind) or "a number or a text"
        raise Invalid(f"{name}: should be {wanted}.", field=name)
    if name.endswith("_penalty") and name in COMMON and not -2 <= value <= 2:
        raise Invalid(f"{name}: should be from -2 to 2.", field=name)
    if name == "logit_bias" and not all(map(_is_bias, value.values())):
        raise Invalid("logit_bias: should have numbers from -100 to 100.", field="logit_bias")
    return int(value) if kind == WHOLE else value


def _is_bias(value: Any) -> bool:
    return is_number(value) and -100 <= value <= 100


def nested(path: str, value: Any) -> dict[str, Any]:
    for name in reversed(path.split(".")):
        value = {name: value}
    made: dict[str, Any] = value
    return made
