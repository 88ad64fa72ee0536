"""A call that cannot be made, each as it was written."""

from __future__ import annotations

import asyncio
from typing import Any

import nbchat
from nbchat.errors import BadCall, BadSettings, NbchatError, UnknownModel

from .stage import Stage, case

NAMES: dict[str, Any] = {
    "nbchat": nbchat,
    "Message": nbchat.Message,
    "Image": nbchat.Image,
    "nan": float("nan"),
}

WRONG: dict[str, type[NbchatError]] = {
    # the call as such
    'nbchat.ask("demo", "Hi", max_token=5)': BadCall,
    'nbchat.ask("demo", "Hi", temp=0.5)': BadCall,
    'nbchat.ask("demo", "Hi", temprature=1)': BadCall,
    'nbchat.ask("demo", "Hi", stream=True)': BadCall,
    'nbchat.ask("demo", "Hi", reasoning_effort="high")': BadCall,
    'nbchat.ask("demo", "Hi", logit_bias={})': BadCall,
    'nbchat.ask("demo", prompt="Hi")': BadCall,
    'nbchat.chat().ask(messages="Hi")': BadCall,
    'nbchat.ask("demo", "Hi", "Be brief.")': BadCall,
    'nbchat.ask("demo")': BadCall,
    'nbchat.ask("Why is the sky blue?")': BadCall,
    "nbchat.ask()": BadCall,
    'nbchat.stream("demo", "Hi", max_token=5)': BadCall,
    'nbchat.stream("demo")': BadCall,
    'list(nbchat.stream("demo", "Hi"))': BadCall,
    'nbchat.chat().ask("Hi", "demo", max_token=5)': BadCall,
    'nbchat.chat().stream("Hi", "demo", key="x")': BadCall,
    'nbchat.chat().ask(model="demo")': BadCall,
    # the model
    'nbchat.ask("Why is the sky blue?", "demo")': UnknownModel,
    'nbchat.ask("Hi", "kimi-k2.6")': UnknownModel,
    'nbchat.chat().ask("kimi-k2.6", "Hi")': UnknownModel,
    'nbchat.ask(None, "Hi")': UnknownModel,
    'nbchat.ask(nbchat.models()[0], "Hi")': UnknownModel,
    "nbchat.get_model_type(3)": UnknownModel,
    'nbchat.models(live="nobody")': UnknownModel,
    # the messages
    'nbchat.ask("demo", "")': BadSettings,
    'nbchat.ask("demo", "  ")': BadSettings,
    'nbchat.ask("demo", [])': BadSettings,
    'nbchat.ask("demo", None)': BadSettings,
    'nbchat.ask("demo", b"Hi")': BadSettings,
    'nbchat.ask("demo", ["Hi"])': BadSettings,
    'nbchat.ask("demo", {"role": "user", "content": "Hi"})': BadSettings,
    'nbchat.ask("demo", [{"role": "user", "content": "Hi"}])': BadSettings,
    'nbchat.ask("demo", Message("user", "Hi"))': BadSettings,
    'nbchat.ask("demo", nbchat.ask("demo", "Hi"))': BadSettings,
    'nbchat.ask("demo", [Message("system", "Be brief.")])': BadSettings,
    'nbchat.ask("demo", [Message("developer", "Hi")])': BadSettings,
    'nbchat.ask("demo", [Message("Why is the sky blue, '
    'and since when have people wondered?")])': BadSettings,
    'nbchat.ask("demo", [Message("user", None)])': BadSettings,
    'nbchat.ask("demo", [Message("user", [{"type": "text", "text": "Hi"}])])': BadSettings,
    'nbchat.ask("demo", [Message("user", ["What is this?", Image("cat.png")])])': BadSettings,
    'nbchat.chat().ask(Message("user", "Hi"), "demo")': BadSettings,
    'nbchat.chat().ask([Message("user", "Hi")], "demo")': BadSettings,
    'nbchat.chat().ask([], "demo")': BadSettings,
    # the options
    'nbchat.ask("demo", "Hi", system=["Be brief."])': BadSettings,
    'nbchat.ask("demo", "Hi", temperature=9)': BadSettings,
    'nbchat.ask("demo", "Hi", temperature=nan)': BadSettings,
    'nbchat.ask("demo", "Hi", temperature="0.5")': BadSettings,
    'nbchat.ask("demo", "Hi", top_p="x")': BadSettings,
    'nbchat.ask("demo", "Hi", top_p=2)': BadSettings,
    'nbchat.ask("demo", "Hi", seed=-1)': BadSettings,
    'nbchat.ask("demo", "Hi", seed="lucky")': BadSettings,
    'nbchat.ask("demo", "Hi", stop=["a", "b", "c", "d", "e"])': BadSettings,
    'nbchat.ask("demo", "Hi", stop="")': BadSettings,
    'nbchat.ask("demo", "Hi", tool_choice="required")': BadSettings,
    'nbchat.ask("demo", "Hi", tool_choice="add", tools=[{"name": "sub"}])': BadSettings,
    'nbchat.ask("demo", "Hi", extra="top_k=5")': BadSettings,
    'nbchat.ask("demo", "Hi", extra={"api_key": "sk-canary-0123456789"})': BadSettings,
    'nbchat.ask("demo", "Hi", extra={"top_k": nan})': BadSettings,
    'nbchat.ask("demo", "Hi", max_tokens=0)': BadSettings,
    'nbchat.ask("demo", "Hi", max_tokens=-1)': BadSettings,
    'nbchat.ask("demo", "Hi", max_tokens=1.5)': BadSettings,
    'nbchat.ask("demo", "Hi", max_tokens=True)': BadSettings,
    'nbchat.chat().ask("Hi", "demo", max_tokens="5")': BadSettings,
    'nbchat.ask("demo", "Hi", thinking="hi")': BadSettings,
    'nbchat.ask("demo", "Hi", timeout=0)': BadSettings,
    'nbchat.ask("demo", "Hi", timeout=-1)': BadSettings,
    'nbchat.ask("demo", "Hi", timeout=nan)': BadSettings,
    'nbchat.ask("demo", "Hi", tools="add")': BadSettings,
    'nbchat.ask("demo", "Hi", tools=nbchat.Tool("add"))': BadSettings,
    'nbchat.ask("demo", "Hi", tools=[len])': BadSettings,
    'nbchat.ask("demo", "Hi", tools=[{"description": "Add"}])': BadSettings,
    'nbchat.ask("demo", "Hi", tools=[{"name": "add", "parameters": "a, b"}])': BadSettings,
    'nbchat.ask("demo", "Hi", schema=int)': BadSettings,
    'nbchat.ask("demo", "Hi", schema={"type": int})': BadSettings,
    'nbchat.ask("demo", "Hi", wire="x")': BadSettings,
    'nbchat.ask("demo", "Hi", wire="openai_chat")': BadSettings,
    'nbchat.ask("demo", "Hi", wire=["openai-chat"])': BadSettings,
    'nbchat.ask("kimi-k2.6", "Hi", base_url="localhost:8000/v1")': BadSettings,
    'nbchat.ask("kimi-k2.6", "Hi", base_url=8000)': BadSettings,
    'nbchat.ask("kimi-k2.6", "Hi", api_key="sk-canary\\n-0123456789")': BadSettings,
    'nbchat.ask("kimi-k2.6", "Hi", api_key=b"sk-canary-0123456789")': BadSettings,
    # conversations
    "nbchat.chat(3)": BadSettings,
    'nbchat.chat().ask("Hi", "demo", parent="the first")': BadSettings,
    'nbchat.chat().undo("all")': BadSettings,
    'nbchat.chat().goto("the first")': BadSettings,
    'nbchat.chat().export("talk.pdf")': BadSettings,
    'nbchat.chat().export("/nowhere/talk.md")': BadSettings,
}


def call(source: str) -> None:
    made = eval(source, NAMES)
    if isinstance(made, nbchat.Stream):
        asyncio.run(made.answer())


for source, kind in WRONG.items():

    @case(kind, source)
    def _(stage: Stage, source: str = source) -> None:
        call(source)
