"""Training algorithms that run end to end inside one `jit`; `runs.run` trains them by name."""
