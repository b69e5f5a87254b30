"""A rehearsal: a whole interview with a simulated candidate, shown as it happens."""
