"""Markdown becomes safe HTML: what a model wrote is never markup, or an address that is fetched."""
