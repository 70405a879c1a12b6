"""Who is speaking, and when is it whose turn? Pure state machines; time is an argument."""
