"""Pure parts of the bot: no clock, no I/O, no livekit."""
