"""The room, the voice and the front door, for real."""
