"""Everything that draws for people: frames, windows, recordings."""
