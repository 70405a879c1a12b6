"""Simulated people and papers."""
