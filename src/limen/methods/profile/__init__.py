"""Saying who one is: the fields of the identity schema, in sign-up and later in settings (PROF-*)."""

from typing import Final

from limen.app.flows.method import Method
from limen.domain.ids import MethodName
from limen.methods.profile.registration import ProfileRegistration
from limen.methods.profile.settings import ProfileSettings

METHOD: Final = Method(
    name=MethodName("profile"), rank=10, registration=ProfileRegistration(), settings=ProfileSettings()
)
