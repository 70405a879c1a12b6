"""Shared models behind bounded, batching workers."""
