"""What the front door may refuse, and why."""
