"""Asks a server through each client, in one process; prints one JSON object of what they got.

`python ask_all.py URL TOKEN PLAIN_MODEL SCRIPTED_MODEL`
"""

import importlib
import json
import sys
import traceback
import warnings

CLIENTS = ("instructor", "pydantic_ai", "langchain", "chatlas", "litellm")


def answers(client, url, token, plain, scripted):
    module = importlib.import_module(f"with_{client}")
    return {
        "plain": module.plain(url, token, plain),
        "plain, scripted": module.plain(url, token, scripted),
        "scripted": module.scripted(url, token, scripted),
    }


def main(*arguments):
    warnings.simplefilter("ignore")
    found = {}
    for client in CLIENTS:
        try:
            found[client] = answers(client, *arguments)
        except Exception:
            found[client] = {"failed": traceback.format_exc()}
    print(json.dumps(found))


main(*sys.argv[1:])
