import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from ivr.inference.niceness import Niceness, give_way

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux gives threads priorities")


def mine() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


def test_a_thread_gives_way_and_those_it_starts_do_and_nobody_else() -> None:
    before = mine()

    def start_another() -> tuple[int, int]:
        with ThreadPoolExecutor(1) as inner:
            return mine(), inner.submit(mine).result()

    with ThreadPoolExecutor(1, initializer=give_way, initargs=(Niceness.LATER,)) as outer:
        assert outer.submit(start_another).result() == (Niceness.LATER, Niceness.LATER)
    assert mine() == before
