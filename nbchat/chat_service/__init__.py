"""The chat service as a library: a ChatStreamRequest goes in, StreamChunks come out."""
