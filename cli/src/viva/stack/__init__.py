"""The local stack: which processes, in which order, and keeping them alive."""
