"""Revisions r0001, r0002 …: each names its predecessor. Never change one that was released; add the next."""
