"""A file that lies beside a notebook may be anybody's: what of it counts, and who has said so.

found_file      the file itself: its bytes, its owner, and whether it can be used at all
trusted_files   which files the user trusts, by path and content
untrusted       what counts of a file that nobody has trusted
beside          the file beside the work, laid over what the user has decided
report          what a file would change, host by host and key by key
"""
