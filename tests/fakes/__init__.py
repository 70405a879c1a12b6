"""Implementations of our own Protocols for tests."""
