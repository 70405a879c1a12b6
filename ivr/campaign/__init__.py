"""Whom to call when."""
