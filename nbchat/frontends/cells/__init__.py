"""What has run in this notebook: its cells, what they showed, and what failed."""
