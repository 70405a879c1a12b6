"""Which threads give way when the cores are short. The event loop and voice activity give way to nobody."""

import os
import sys
import threading
from enum import IntEnum


class Niceness(IntEnum):
    """Added to the process's own: 5 is about a third of the weight, 12 about a fourteenth (sched(7))."""

    ANSWER = 5  # somebody waits on the telephone, but the 20 ms clock of all calls goes first
    LATER = 12  # prompts ahead of their time, how an answer sounded, the watch list


def give_way(niceness: Niceness) -> None:
    """Of the calling thread, and of the threads it starts: call it first in a new thread.

    Elsewhere than on Linux priorities belong to processes, so nothing is done there.
    """
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), niceness)
