"""The outbound calling engine; the outermost room."""
