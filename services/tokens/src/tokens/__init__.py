"""The front door: LiveKit tokens, webhooks and health over HTTP."""
