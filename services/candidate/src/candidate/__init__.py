"""Simulated candidates who join a room and talk, or type."""
