"""Deepgram's `/v1/listen` on PocketSphinx and `/v1/speak` on flite."""
