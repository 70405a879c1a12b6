"""Measures whole calls from the caller's side. The load comes from a process of its own."""
