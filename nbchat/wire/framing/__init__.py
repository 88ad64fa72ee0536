"""Bytes become frames, any way they are split. Knows nothing of what JSON means, or of HTTP.

contract            a frame, and what a decoder does
lines               complete lines, of bytes
server_sent_events  ndjson  json_values  aws_eventstream
"""
