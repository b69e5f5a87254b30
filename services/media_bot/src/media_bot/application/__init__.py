"""Use cases of the bot over ports: ears (conversation), mouth, and the outputs it follows."""
