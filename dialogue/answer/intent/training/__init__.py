"""Training the intent classifier: sentences from a grammar, some of them misheard."""
