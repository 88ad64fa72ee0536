"""The demo with tools: what it reads, what it decides, and whole answers through the rounds."""
