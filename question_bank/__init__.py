"""Questions as values: files in, values out."""
