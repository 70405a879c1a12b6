"""Keeps Python's garbage collector away from what was loaded once and stays."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def settled() -> Iterator[None]:
    """What exists on entering is not looked through again inside: models, tables, modules.

    A full collection stops every thread while it looks at each object. The 20 ms clock cannot ring meanwhile.
    """
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
