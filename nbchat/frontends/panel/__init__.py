"""The chat panel: a conversation, live below its cell or beside the notebook.

Python owns the transcript and renders it; the page pulls what it lacks and is
told what is new. Read in this order: `page_messages` what the page may say,
`live_turn` an answer on its way there, `turn_rows` a finished turn, `transcript`
what the views have, `next_model` who would be asked, `attachments` and `excerpts` what
goes along with a question, `offers` what is offered for that, `questions` the panel's own,
`consents` whether their tools may run and `workplace` where, `session` what one panel shows,
`handlers` what is done for each message, and `widget`, the one file that knows of widgets and
displays. The page's side is in `page/`, which
`source` makes one script of: no framework, nothing to build.
"""

from nbchat.frontends.panel.widget import ChatPanel

__all__ = ["ChatPanel"]
