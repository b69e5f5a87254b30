"""I/O: livekit-agents, the speech providers, the room, the mailbox."""
