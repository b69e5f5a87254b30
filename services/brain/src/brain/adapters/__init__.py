"""I/O: Gemini by google-genai, jobs by arq."""
