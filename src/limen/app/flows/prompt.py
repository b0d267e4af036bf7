"""Which methods need no word to begin? Those that can take their first step when the form is made (CODE-10)."""

from typing import Protocol, TypeVar, runtime_checkable

from limen.app.flows.contract import Attempt
from limen.app.scope import Scope
from limen.domain.flow.details import Detail
from limen.domain.flow.flow import Flow

D = TypeVar("D", bound=Detail)
R_co = TypeVar("R_co", covariant=True)


@runtime_checkable
class Prompt(Protocol[D, R_co]):
    """A participant that may take its first step with a new form, where no other method has anything to show in it."""

    async def first_step(self, scope: Scope, flow: Flow[D]) -> Attempt[D, R_co] | None:
        """The step; None where somebody has to choose or to enter something first."""
        ...
