"""The pure core: the state of an interview and what it decides. No clock, no I/O, no randomness."""
