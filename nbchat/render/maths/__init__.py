"""Formulas in a text, found and drawn as MathML, or on one line of letters."""
