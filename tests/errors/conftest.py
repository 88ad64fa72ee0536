"""The fixtures of this folder."""

from .on_stage import shell, stage

__all__ = ["shell", "stage"]
