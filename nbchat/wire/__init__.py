"""How a conversation is spoken to a service, and how its answer is understood.

ADD A WIRE FORMAT: a file in `formats`. Nothing in this folder opens a connection,
reads a clock or sees a key.

    contract       what a format offers: `render` for a request, a Reader for its answer
    formats        one file a format
    framing        bytes become frames, before a Reader sees them
    requests       turns and attachments as formats want them; `schema` and `claude`, too
    tool_calls     declared for the model, and put together from their pieces
    stop           how an answer ends
    problem        a provider's words for a failure
    shapes         the value, or the empty one of its kind

The other files are for one format or two.
"""
