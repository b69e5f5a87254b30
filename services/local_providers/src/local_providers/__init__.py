"""Deepgram- and Gemini-compatible servers that need no key.

The offline stand-ins for Viva's vendors: they speak the vendors' own wire protocols, so that the same plugins
and SDK run offline and in production. Nothing here knows a scenario or a candidate.
"""
