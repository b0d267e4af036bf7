"""Identities: schemas, validation, creating, finding, listing, deleting."""
