"""Limen: an identity server that speaks the Ory Kratos wire protocol."""

__version__ = "0.1.0"
