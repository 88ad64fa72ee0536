"""Answers as values: what `schema=` may be, how a value is read from an answer, and what is wrong.

value_type       what is asked for: its JSON schema, and the value that an answer is
kinds            the two that check: pydantic, and a JSON schema
failed_checks    a check of the user's own that raises
short_text       `"name, age int, tags list"` as a type
json_schema      a JSON schema that somebody wrote: whether it can be used, with an object around it
json_check       a value against a JSON schema
json_keywords    what each keyword of one asks
json_formats     dates, times and patterns of one
finding          the JSON in an answer, whatever stands around it
marks            brackets and commas of JSON, outside of its strings
row_texts        the rows of a list, each as soon as it is whole
growing          a value while its answer streams
problems         what is wrong with a value, and where
valued           what became of a schema, and how an answer gives its value
plain            a value as JSON, to be stored
frames           a value as a table of pandas or polars
"""
