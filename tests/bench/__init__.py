"""Measurements on real processes; each is a command. Figures of one run are compared with each other only."""
