"""A question becomes a request, a response becomes events.

engine         one question to any provider, and what is tried again
prepare        route, address, key and parameters of one request
response       frames become events, until the end or the cut
refusals       what a provider refuses, as an error of ours
error_bodies   the body of a refusal, whatever it is written in
refusal_kinds  which error: by status, codes and limits, and last by words
bad_answers    the errors for an answer that is none
final_words    an error as it may leave
attempt        one request and its answer, once
retry          what is asked again, and when
gate           who may send when: one gate for each key and family of models
pace           how fast that is, found out
limit_headers  what a provider's headers allow
redact         keys masked wherever they come up
surrogates     halves of characters, put together
tolerant_json  JSON as providers send it
listing        the models that a provider has now
local_servers  a server on this machine
demo           the model that needs none of this
"""
