"""Links by e-mail, for recovery and verification (LINK-*)."""

from typing import Final

from limen.app.flows.method import Method
from limen.domain.ids import MethodName
from limen.methods.link.recovery import LinkRecovery
from limen.methods.link.verification import LinkVerification

METHOD: Final = Method(
    name=MethodName("link"),
    rank=40,
    recovery=LinkRecovery(),
    verification=LinkVerification(),
)
