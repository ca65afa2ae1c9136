"""Small experiments that show why the algorithms are built as they are."""
