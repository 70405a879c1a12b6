"""How an answer sounded: pauses, tone, a second voice. It speaks of reliability, never of lies."""
