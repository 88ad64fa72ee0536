"""A call that cannot be made, each as it was written."""

from __future__ import annotations

import asyncio
from typing import Any

import nbchat
from nbchat.errors import (
    BadCall,
    BadFile,
    BadOption,
    KeyNotSent,
    NbchatError,
    NoQuestion,
    NotThere,
    NoValue,
    UnknownModel,
)

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
    'nbchat.ask("demo", "")': NoQuestion,
    'nbchat.ask("demo", "  ")': NoQuestion,
    'nbchat.ask("demo", [])': NoQuestion,
    'nbchat.ask("demo", "Hi").value': NoValue,
    'nbchat.ask("demo", "Hi").frame()': NoValue,
    'nbchat.ask("demo", None)': BadCall,
    'nbchat.ask("demo", b"Hi")': BadCall,
    'nbchat.ask("demo", ["Hi"])': BadCall,
    'nbchat.ask("demo", {"role": "user", "content": "Hi"})': BadCall,
    'nbchat.ask("demo", [{"role": "user", "content": "Hi"}])': BadCall,
    'nbchat.ask("demo", Message("user", "Hi"))': BadCall,
    'nbchat.ask("demo", [Message("system", "Be brief.")])': NoQuestion,
    'nbchat.ask("demo", [Message("developer", "Hi")])': BadCall,
    'nbchat.ask("demo", [Message("Why is the sky blue, '
    'and since when have people wondered?")])': BadCall,
    'nbchat.ask("demo", [Message("user", None)])': BadCall,
    'nbchat.ask("demo", [Message("user", [{"type": "text", "text": "Hi"}])])': BadCall,
    'nbchat.ask("demo", [Message("user", ["What is this?", Image("cat.png")])])': BadCall,
    'nbchat.chat().ask(Message("user", "Hi"), "demo")': BadCall,
    'nbchat.chat().ask([Message("user", "Hi")], "demo")': BadCall,
    'nbchat.chat().ask([], "demo")': NoQuestion,
    # the options
    'nbchat.ask("demo", "Hi", system=["Be brief."])': BadOption,
    'nbchat.ask("demo", "Hi", temperature=9)': BadOption,
    'nbchat.ask("demo", "Hi", temperature=nan)': BadOption,
    'nbchat.ask("demo", "Hi", temperature="0.5")': BadOption,
    'nbchat.ask("demo", "Hi", top_p="x")': BadOption,
    'nbchat.ask("demo", "Hi", top_p=2)': BadOption,
    'nbchat.ask("demo", "Hi", seed=-1)': BadOption,
    'nbchat.ask("demo", "Hi", seed="lucky")': BadOption,
    'nbchat.ask("demo", "Hi", stop=["a", "b", "c", "d", "e"])': BadOption,
    'nbchat.ask("demo", "Hi", stop="")': BadOption,
    'nbchat.ask("demo", "Hi", tool_choice="required")': BadOption,
    'nbchat.ask("demo", "Hi", tool_choice="add", tools=[{"name": "sub"}])': BadOption,
    'nbchat.ask("demo", "Hi", extra="top_k=5")': BadOption,
    'nbchat.ask("demo", "Hi", extra={"api_key": "sk-canary-0123456789"})': BadOption,
    'nbchat.ask("demo", "Hi", extra={"top_k": nan})': BadOption,
    'nbchat.ask("demo", "Hi", max_tokens=0)': BadOption,
    'nbchat.ask("demo", "Hi", max_tokens=-1)': BadOption,
    'nbchat.ask("demo", "Hi", max_tokens=1.5)': BadOption,
    'nbchat.ask("demo", "Hi", max_tokens=True)': BadOption,
    'nbchat.chat().ask("Hi", "demo", max_tokens="5")': BadOption,
    'nbchat.ask("demo", "Hi", thinking="hi")': BadOption,
    'nbchat.ask("demo", "Hi", timeout=0)': BadOption,
    'nbchat.ask("demo", "Hi", timeout=-1)': BadOption,
    'nbchat.ask("demo", "Hi", timeout=nan)': BadOption,
    'nbchat.ask("demo", "Hi", tools="add")': BadOption,
    'nbchat.ask("demo", "Hi", tools=nbchat.Tool("add"))': BadOption,
    'nbchat.ask("demo", "Hi", tools=[max])': BadOption,
    'nbchat.ask("demo", "Hi", tools=[lambda x: x])': BadOption,
    'nbchat.ask("demo", "Hi", tools=[nbchat.Stop])': BadCall,
    'nbchat.ask("demo", "Hi", tools=print)': BadOption,
    'nbchat.ask("demo", "Hi", tools=[repr, nbchat.tool(abs, name="repr")])': BadOption,
    'nbchat.tool(len, name="length of")': BadOption,
    "nbchat.tool(len, aprove=True)": BadCall,
    'nbchat.tool("len")': BadCall,
    'nbchat.ask("demo", "Hi", tools=[{"description": "Add"}])': BadOption,
    'nbchat.ask("demo", "Hi", tools=[{"name": "add", "parameters": "a, b"}])': BadOption,
    'nbchat.ask("demo", "Hi", schema=3)': BadOption,
    'nbchat.ask("demo", "Hi", schema={"type": int})': BadOption,
    'nbchat.ask("demo", "Hi", wire="x")': BadOption,
    'nbchat.ask("demo", "Hi", wire="openai_chat")': BadOption,
    'nbchat.ask("demo", "Hi", wire=["openai-chat"])': BadOption,
    'nbchat.ask("kimi-k2.6", "Hi", base_url="localhost:8000/v1")': BadOption,
    'nbchat.ask("kimi-k2.6", "Hi", base_url=8000)': BadOption,
    'nbchat.ask("kimi-k2.6", "Hi", api_key="sk-canary\\n-0123456789")': KeyNotSent,
    'nbchat.ask("kimi-k2.6", "Hi", api_key=b"sk-canary-0123456789")': BadOption,
    # conversations
    "nbchat.chat(3)": BadCall,
    'nbchat.chat().ask("Hi", "demo", parent="the first")': BadCall,
    'nbchat.chat().undo("all")': BadCall,
    'nbchat.chat().goto("the first")': NotThere,
    'nbchat.chat().export("talk.pdf")': BadFile,
    'nbchat.chat().export("/nowhere/talk.md")': BadFile,
}


def call(source: str) -> None:
    made = eval(source, NAMES)
    if isinstance(made, nbchat.Stream):
        asyncio.run(made.answer())


for source, kind in WRONG.items():

    @case(kind, source)
    def _(stage: Stage, source: str = source) -> None:
        call(source)
