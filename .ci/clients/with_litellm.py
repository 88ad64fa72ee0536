"""litellm's OpenAI client: whole, streamed, with tools and a search, and over Responses."""

import os

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # else it asks the network for prices

import litellm

HELLO = [{"role": "user", "content": "Hello"}]
DISTANCE = {
    "type": "function",
    "function": {
        "name": "distance",
        "description": "How far it is.",
        "parameters": {"type": "object", "properties": {"km": {"type": "integer"}}},
    },
}


def runs(name):
    function = {"name": name, "parameters": {"type": "object", "properties": {}}}
    return {"type": "function", "function": function}


def asked(url, token, model):
    return {"model": f"openai/{model}", "api_base": url, "api_key": token, "num_retries": 0}


def scripted(url, token, model):
    whole = litellm.completion(
        messages=HELLO, tools=[DISTANCE], tool_choice="required", **asked(url, token, model)
    )
    more = asked(url, token, model)
    pieces = litellm.completion(
        messages=HELLO, tools=[runs("miles"), runs("feet")], stream=True, **more
    )
    both = litellm.stream_chunk_builder(list(pieces)).choices[0].message
    found = litellm.completion(messages=HELLO, web_search_options={}, **more).choices[0].message
    return [
        *(call.function.arguments for call in whole.choices[0].message.tool_calls),
        " ".join(call.function.name for call in both.tool_calls),
        *(one["url_citation"]["url"] for one in found.annotations),
    ]


def plain(url, token, model):
    more = asked(url, token, model)
    whole = litellm.completion(messages=HELLO, top_k=5, **more)
    pieces = litellm.completion(
        messages=HELLO, stream=True, stream_options={"include_usage": True}, **more
    )
    streamed = "".join(piece.choices[0].delta.content or "" for piece in pieces if piece.choices)
    return [
        whole.choices[0].message.content,
        streamed,
        litellm.responses(input="Hello", **more).output_text,
    ]
