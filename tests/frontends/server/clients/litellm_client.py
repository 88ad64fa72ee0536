"""litellm's OpenAI client: whole, streamed with usage, and over Responses."""

import os

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # else it asks the network for prices

import litellm

ASKED = {
    "model": f"openai/{os.environ['MODEL']}",
    "base_url": os.environ["URL"],
    "api_key": os.environ["TOKEN"],
    "num_retries": 0,
}
HELLO = [{"role": "user", "content": "Hello"}]

print(litellm.completion(messages=HELLO, top_k=5, **ASKED).choices[0].message.content)
pieces = litellm.completion(
    messages=HELLO, stream=True, stream_options={"include_usage": True}, **ASKED
)
print("".join(piece.choices[0].delta.content or "" for piece in pieces if piece.choices))
ASKED["api_base"] = ASKED.pop("base_url")
print(litellm.responses(input="Hello", **ASKED).output_text)
