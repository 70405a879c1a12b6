"""A Pipecat pipeline on our AudioSocket. Imported in the peer's own process only."""
