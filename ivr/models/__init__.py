"""The model files: what they must be, whether they are, and how they are gathered."""
