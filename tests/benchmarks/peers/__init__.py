"""Other ways to ask a model from a notebook, measured as we are: the README's "How it compares".

Nothing of this is a dependency, and no test runs it: `python -m tests.benchmarks.peers` makes an
environment for each, and `measured.json` has what it found, with the day.
"""
