"""Being emptied."""
