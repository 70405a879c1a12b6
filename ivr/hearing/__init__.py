"""Measuring how answers are heard: a manifest of recordings in, a report out."""
