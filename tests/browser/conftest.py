"""The fixtures of this folder: a browser, a JupyterLab, the panel in a page of its own."""

from .lab import chromium, lab
from .panel_page import opened

__all__ = ["chromium", "lab", "opened"]
