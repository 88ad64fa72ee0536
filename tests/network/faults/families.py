"""The seven wire formats, each as a service that speaks it."""

from __future__ import annotations

from .family import TEXT, WORDS, Family
from .framed_families import Bedrock, Ollama
from .openai_families import OpenAIChat, OpenAIResponses
from .sse_families import Anthropic, Cohere, Gemini

FAMILIES = (
    OpenAIChat("openai-chat", "openai:gpt-4o", "/v1"),
    Anthropic("anthropic-messages", "anthropic:claude-haiku-4-5"),
    Gemini("gemini", "gemini:gemini-2.5-flash", "/v1beta"),
    Bedrock("bedrock-converse", "bedrock:amazon.nova-lite-v1:0"),
    OpenAIResponses("openai-responses", "openai:gpt-4o", "/v1"),
    Ollama("ollama", "ollama:gemma4"),
    Cohere("cohere", "cohere:command-a-03-2025"),
)
BY_NAME = {family.name: family for family in FAMILIES}

__all__ = ["BY_NAME", "FAMILIES", "TEXT", "WORDS", "Family"]
