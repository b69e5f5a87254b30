"""HTTP and LiveKit."""
