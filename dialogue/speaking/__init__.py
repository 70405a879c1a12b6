"""Words to speech: synthesisers behind one Protocol, and the prompt cache."""
