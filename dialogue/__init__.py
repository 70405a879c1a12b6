"""One conversation: hear, weigh, choose, speak. No sockets, no SQL, no web, no shared models."""
