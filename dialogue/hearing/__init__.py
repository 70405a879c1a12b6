"""Speech to words: recognisers behind one Protocol."""
