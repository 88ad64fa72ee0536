"""One request on its way; knows no model, no provider and no wire format.

client       opens a response; the only file that imports the HTTP library
pool         addresses, TLS and the connections of a host
connection   the bytes of one connection: silence, read-ahead, closing
http1        chunks merged before h11 parses them
compression  a compressed body, with a limit
proxy        which way to a host, and what a proxy says
failures     what goes wrong before an answer, in words of ours
"""
