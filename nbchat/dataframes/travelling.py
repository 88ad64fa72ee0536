"""How a map is asked, as the workers of a cluster are told: without a key, and as they can read it.

What cannot go there is refused before anything is sent.
"""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from nbchat import key_shapes, known_keys
from nbchat.dataframes.asking import Job
from nbchat.errors import BadOption, KeyNotSent
from nbchat.values.value_type import ValueType

STAYS_HERE = {  # options that mean something in this process alone
    "api_key": "a key is never sent to a worker: it comes from the worker's own environment",
    "approve": "nobody can be asked on a worker",
}
FOR_THE_PROVIDER = ("extra", "base_url")  # where a key of somebody else may stand


def check_options(job: Job) -> None:
    """Raise BadOption for an option that cannot go to a worker, and KeyNotSent for a key in one."""
    for name, why in STAYS_HERE.items():
        if job.options.get(name) is not None:
            raise BadOption(f"{name}= is not possible with where=: {why}.")
    for name, value in job.options.items():
        if _holds_key(name, value):
            raise KeyNotSent(
                f"a key stands in {name}=, and a key is never sent to a worker: "
                "it comes from the worker's own environment. Nothing was sent."
            )


def _holds_key(name: str, value: Any) -> bool:
    mask = known_keys.current()
    if isinstance(value, str):
        return mask.is_in(value) or (name in FOR_THE_PROVIDER and key_shapes.is_in(value))
    if isinstance(value, Mapping):
        return any(_holds_key(name, one) for item in value.items() for one in item)
    if isinstance(value, list | tuple):
        return any(_holds_key(name, one) for one in value)
    return False


def packed(job: Job) -> bytes:
    """The job as a worker reads it. Raises BadOption for an option that cannot be packed.

    A schema of a class that cannot be goes as its JSON schema; values are read here all the same.
    """
    job = replace(job, options={name: _to_pack(name, it) for name, it in job.options.items()})
    found = _pickled(job)
    assert found is not None
    if known_keys.current().is_in(found.decode("latin-1")):  # in what a function refers to, say
        raise KeyNotSent(
            "a key stands in what tools= or schema= refers to, and is never sent to a worker. "
            'Read it where it is used: os.environ["NAME"].'
        )
    return found


def _to_pack(name: str, value: Any) -> Any:
    if _pickled(value) is not None:
        return value
    if name == "schema":
        return ValueType.of(value).json_schema
    raise BadOption(
        f"{name}= cannot be sent to a worker: what it holds or refers to stays in this process, "
        "such as a lock, an open file or a connection. Make it inside the function that uses it."
    )


def _pickled(value: Any) -> bytes | None:
    """As Dask itself packs it, classes and functions of the notebook included; None if not so."""
    import cloudpickle  # type: ignore[import-untyped]

    try:
        found: bytes = cloudpickle.dumps(value)
        pickle.loads(found)
    except Exception:
        return None
    return found
