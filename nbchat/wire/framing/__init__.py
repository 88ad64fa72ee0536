"""Bytes become frames, any way they are split. Knows nothing of JSON's meaning or of HTTP."""
