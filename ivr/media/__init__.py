"""AudioSocket: protocol, server, the shared 20 ms clock, recorder."""
