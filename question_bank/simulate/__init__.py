"""Whole papers played by drawn people: what a bank and a way of choosing are worth before any call."""
