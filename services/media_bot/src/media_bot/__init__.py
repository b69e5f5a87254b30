"""Ears and mouth: the LiveKit agent that hears and speaks in an interview's room."""
