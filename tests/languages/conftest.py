"""The fixtures of this folder."""

from ..errors.on_stage import shell, stage

__all__ = ["shell", "stage"]
