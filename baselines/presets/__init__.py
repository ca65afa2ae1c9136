"""Settings tuned for environments, one module per family; docs/baselines says what they reach."""
