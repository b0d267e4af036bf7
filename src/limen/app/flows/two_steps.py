"""What do methods ask that take part in a sign-in of two steps, first who and then how? (LOGIN-14, SEC-08)"""

from limen.app.scope import Scope
from limen.domain.flow.details import LoginDetail, SignInStep
from limen.domain.flow.flow import Flow
from limen.domain.identity.schema import IdentitySchema


def discreet(scope: Scope, flow: Flow[LoginDetail]) -> bool:
    """Whether the form must not tell who has an account. Then a method shows in the second step what it could show to anybody
    and looks nobody up for it (SEC-08).
    """
    two_steps = flow.detail.step is not SignInStep.EVERYTHING
    return two_steps and scope.config.security.account_enumeration.mitigate


def schema_of(scope: Scope, flow: Flow[LoginDetail]) -> IdentitySchema:
    """The schema that names the field for the identifier (LOGIN-31)."""
    return scope.services.schemas.require(flow.detail.identity_schema or scope.config.identity.default_schema_id)
