"""Does a masked address show enough to recognise one's own, and no more?"""

import pytest

from limen.domain.identity.masking import masked


@pytest.mark.covers("REC-10")
@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("ada@house.test", "ad****@house.test"),
        ("someone.long@house.test", "so****@house.test"),
        ("+4915112345678", "+49****78"),
        ("+49123", "+49****23"),
        ("somebody", "som****dy"),
    ],
)
def test_an_address_is_shown_by_its_ends(address: str, shown: str) -> None:
    assert masked(address) == shown


@pytest.mark.covers("REC-10")
@pytest.mark.parametrize(
    ("address", "shown"),
    [("a@house.test", "****@house.test"), ("@", "****@"), ("+4912", "****"), ("x", "****"), ("", "****")],
)
def test_an_address_too_short_to_mask_is_not_shown(address: str, shown: str) -> None:
    assert masked(address) == shown
