"""The self-service flows: what one is, its kinds, its states."""
