"""The first of two steps to sign in: who are you? How that is proven say the other methods (IDF-*)."""

from typing import Final

from limen.app.flows.method import Method
from limen.methods.identifier_first.login import NAME, IdentifierFirst

METHOD: Final = Method(name=NAME, rank=5, login=IdentifierFirst())
