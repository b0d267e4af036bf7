"""Behaviour: flows, hooks, sessions, identities. Asynchronous, and seeing the world only through Protocols."""
