"""What people edit, as YAML, and the loader that checks it."""
