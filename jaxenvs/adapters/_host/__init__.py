"""What adapters are made of, on the host's side of a compiled program; no interface of its own."""
