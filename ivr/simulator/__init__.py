"""Synthetic applicants who answer with real audio."""
