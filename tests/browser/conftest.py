"""The fixtures of this folder: a browser, a JupyterLab, a notebook with a provider, the panel in a page, axe-core."""

from .axe import axe
from .cells import ask
from .lab import chromium, lab
from .panel_page import opened

__all__ = ["ask", "axe", "chromium", "lab", "opened"]
