"""The fixtures of this folder.

A browser, a JupyterLab, alone and with our extension, a cell or a panel in it, a panel in a page,
alone or with a kernel, and axe-core.
"""

from .axe import axe
from .cells import ask
from .lab import chromium, lab
from .lab_extension import extended_lab, in_extended_lab
from .panel_kernel import open_live
from .panel_lab import in_lab
from .panel_page import open_panel

__all__ = [
    "ask",
    "axe",
    "chromium",
    "extended_lab",
    "in_extended_lab",
    "in_lab",
    "lab",
    "open_live",
    "open_panel",
]
