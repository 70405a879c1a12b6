"""One migration history for all rooms. A revision is written by hand; a test compares it with the tables."""
