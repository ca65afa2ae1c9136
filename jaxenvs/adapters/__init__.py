"""Doors to other frameworks, one module each; import the one that is needed."""
