"""The fixtures of `lab.py`, for every test in this folder."""

from .lab import chromium, lab

__all__ = ["chromium", "lab"]
