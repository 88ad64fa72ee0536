"""The catalog knows: which models there are, who serves them, and how they are asked.

ADD A MODEL: a row in models.json. ADD A PROVIDER: a row in providers.json, as long
as it speaks a format of `nbchat.wire`. Nothing here sends anything or reads a key.

    catalog        from a name to a Route
    rows           what a row may hold
    thinking       what is sent for a level of thinking
    prices         what an answer cost
    lookup_errors  what to say of a name that leads nowhere; `argument_order` of one that
                   stands in the place of the question
    user_tables    the rows of a user's own, which go over these; `table_files` reads
                   their file, `user_mistakes` says what is wrong with one
"""
