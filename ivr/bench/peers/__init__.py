"""Peers of the bench: other systems that answer the same callers, each in a process of its own."""
