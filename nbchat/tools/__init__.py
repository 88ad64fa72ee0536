"""Tools that a model may use: functions of the person's own, and the ready ones `look` and `run`.

tool             a Python function as a tool
consent          the question to a person whether a call may run, and the answer
plan             what a model means to run, agreed to as a list before any of it runs
running          a call on its way to the thread where it runs, and what came of it
workplace        where the tools of one question run, and who is there to be asked

The rounds (answer, tools, answer) are in `nbchat.conversation.rounds`.
"""

from __future__ import annotations
