"""How a candidate holds its side of an interview, over ports."""
