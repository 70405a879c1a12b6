"""The local Asterisk pair: ours and a test carrier, both on loopback. Install, configure, start, stop."""
