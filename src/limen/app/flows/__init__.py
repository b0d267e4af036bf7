"""The self-service flows: one engine, five policies."""
