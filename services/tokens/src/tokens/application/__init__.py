"""The use cases of the front door."""
