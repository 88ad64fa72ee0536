"""A page while it streams: settled blocks once, the growing one in small pieces."""
