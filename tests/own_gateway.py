"""A provider of the user's own, as rows of a settings file."""

from __future__ import annotations

GATEWAY = """
[[providers]]
type = "mine"
name = "My gateway"
base_url = "https://llm.example.com/v1"
env_keys = ["MY_KEY"]
"""
