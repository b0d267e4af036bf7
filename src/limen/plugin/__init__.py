"""What does a hook in Python hear, and what may it say? Everything that the author of a plugin imports, and nothing else.

    from limen.plugin import Refuse, Registering


    def no_throwaways(event: Registering) -> Refuse | None:
        if event.person.traits["email"].endswith("@mailinator.com"):
            return Refuse("Please use an address that lasts.", field="traits.email")
        return None

The annotation of the one parameter says which events the function hears; without one it hears them all. It may be `async`.
What is here stays: fields and events may be added, none is taken away or renamed within a major version (docs/hooks.md).
"""

from limen.plugin.events import (
    Address,
    Changed,
    Changing,
    Event,
    FlowStarting,
    Form,
    LoggedIn,
    Person,
    Regaining,
    Registered,
    Registering,
    SignIn,
    Verified,
    Visitor,
)
from limen.plugin.verdicts import Change, GoOn, Redirect, Refuse, Verdict

__all__ = (
    "Address",
    "Change",
    "Changed",
    "Changing",
    "Event",
    "FlowStarting",
    "Form",
    "GoOn",
    "LoggedIn",
    "Person",
    "Redirect",
    "Refuse",
    "Regaining",
    "Registered",
    "Registering",
    "SignIn",
    "Verdict",
    "Verified",
    "Visitor",
)
