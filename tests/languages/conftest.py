"""The fixtures of this folder."""

from ..errors.on_stage import shell, stage
from .chinese_kernel import session

__all__ = ["session", "shell", "stage"]
