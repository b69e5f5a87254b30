"""Gemini's `generateContent` by rules: an interviewer driven by what any model would get."""
