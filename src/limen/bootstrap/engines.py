"""Which engines are there? One per kind of flow, with its policy and the methods that take part in it."""

from collections.abc import Sequence

import msgspec

from limen.app.flows.contract import Authenticated, Draft, Proof, Regained
from limen.app.flows.engine import FlowEngine
from limen.app.flows.login import LoginPolicy
from limen.app.flows.method import Method
from limen.app.flows.owed import Resuming
from limen.app.flows.parking import SettingsEngine
from limen.app.flows.recovery import RecoveryPolicy
from limen.app.flows.registration import RegistrationPolicy
from limen.app.flows.settings import SettingsPolicy
from limen.app.flows.spec import LOGIN, RECOVERY, REGISTRATION, SETTINGS, VERIFICATION
from limen.app.flows.verification import VerificationPolicy
from limen.app.hooks.runner import HookRunner
from limen.domain.flow.details import LoginDetail, RecoveryDetail, RegistrationDetail, VerificationDetail
from limen.domain.flow.kinds import FlowKind
from limen.http.public.flows import Engine


class Engines(msgspec.Struct, frozen=True, kw_only=True):
    login: FlowEngine[LoginDetail, Authenticated]
    registration: FlowEngine[RegistrationDetail, Draft]
    settings: SettingsEngine
    recovery: FlowEngine[RecoveryDetail, Regained]
    verification: FlowEngine[VerificationDetail, Proof]

    @property
    def all(self) -> Sequence[Engine]:
        return (self.login, self.registration, self.settings, self.recovery, self.verification)

    def owing(self, kind: FlowKind) -> Resuming:
        """The engine of a kind whose messages are made after the answer."""
        return self.verification if kind is FlowKind.VERIFICATION else self.recovery

    def of(self, kind: FlowKind) -> Engine:
        return next(engine for engine in self.all if engine.spec.kind is kind)


def engines(methods: Sequence[Method], runner: HookRunner) -> Engines:
    """The engines of all kinds of flow."""
    login = {method.name: method.login for method in methods if method.login is not None}
    registration = {method.name: method.registration for method in methods if method.registration is not None}
    settings = {method.name: method.settings for method in methods if method.settings is not None}
    recovery = {method.name: method.recovery for method in methods if method.recovery is not None}
    verification = {method.name: method.verification for method in methods if method.verification is not None}
    changing = SettingsEngine(SETTINGS, SettingsPolicy(runner, settings), settings, runner)
    return Engines(
        login=FlowEngine(LOGIN, LoginPolicy(runner), login, runner),
        registration=FlowEngine(REGISTRATION, RegistrationPolicy(runner), registration, runner),
        settings=changing,
        recovery=FlowEngine(RECOVERY, RecoveryPolicy(runner, changing.prepared), recovery, runner),
        verification=FlowEngine(VERIFICATION, VerificationPolicy(runner), verification, runner),
    )
