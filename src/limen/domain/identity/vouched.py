"""Does an identity belong to whoever has its address? What is known of that, beside its present addresses (security.md §2.9)."""

from enum import StrEnum


class Vouched(StrEnum):
    """Who says so. An address that is proven now says it by itself; without any of these, nobody does."""

    OPERATOR = "operator"
    """An operator made the identity, or brought it from elsewhere."""
    PROOF = "proof"
    """An address was proven once that the identity does not have any more, or that cannot be marked as proven."""
