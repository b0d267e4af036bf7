"""One-time codes by e-mail or text message: recovery, verification, and where it is switched on sign-in and sign-up (CODE-*)."""

from typing import Final

from limen.app.flows.method import Method
from limen.domain.ids import MethodName
from limen.methods.code.recovery import CodeRecovery
from limen.methods.code.verification import CodeVerification

METHOD: Final = Method(
    name=MethodName("code"),
    rank=30,
    recovery=CodeRecovery(),
    verification=CodeVerification(),
)
