"""Samples: encodings, sample rates, files."""
