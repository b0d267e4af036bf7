"""How often may somebody try? Limits on guesses and on floods (security.md 5.2, docs/security.md)."""
