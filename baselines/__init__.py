"""Training algorithms that run end to end inside one `jit`: one algorithm per file."""
