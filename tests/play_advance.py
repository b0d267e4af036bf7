"""Who meets in the tests of accounts made in advance? Mallory, who signed up with Ada's address, and Ada, who comes later
(security.md §2.9).

Mallory keeps his session, knows the password, has written an address of his own beside hers, and set up second factors.
"""

from limen.app.scope import Client
from limen.domain.identity.credentials import Credential, CredentialType
from limen.domain.identity.identity import Identity
from limen.kernel.json_doc import JsonDoc, JsonObject
from play import ADA, House, Visitor, built
from play_config import UI, merged, person
from play_shown import Outcome, Shown, listed

TROJAN = "mallory@evil.test"
CODE: JsonObject = {"identifier": True, "via": "email"}
BOTH: JsonObject = {"verification": {"via": "email"}, "recovery": {"via": "email"}}
SCHEMA = person(
    {
        "email": {
            "type": "string",
            "format": "email",
            "ory.sh/kratos": {"credentials": {"password": {"identifier": True}, "code": CODE}, **BOTH},
        },
        "spare": {"type": "string", "format": "email", "ory.sh/kratos": {"credentials": {"code": CODE}, **BOTH}},
    },
    "email",
)
RECOVERY_ONLY = person(
    {
        "email": {
            "type": "string",
            "format": "email",
            "ory.sh/kratos": {"credentials": {"password": {"identifier": True}}, "recovery": {"via": "email"}},
        }
    },
    "email",
)
ON: JsonObject = {
    "feature_flags": {"use_continue_with_transitions": True},
    "selfservice": {
        "flows": {
            "settings": {"ui_url": f"{UI}/settings"},
            "recovery": {"enabled": True, "ui_url": f"{UI}/recovery"},
            "verification": {"enabled": True, "ui_url": f"{UI}/verification"},
        },
        "methods": {"code": {"passwordless_enabled": True}, "link": {"enabled": True}},
    },
}
OFF: JsonObject = merged(ON, {"security": {"pre_hijacking": {"mitigate": False}}})
LINKS: JsonObject = merged(
    ON, {"selfservice": {"flows": {"recovery": {"use": "link"}, "verification": {"use": "link"}}}}
)
SET_UP = (
    CredentialType.TOTP,
    CredentialType.LOOKUP_SECRET,
    CredentialType.WEBAUTHN,
    CredentialType.PASSKEY,
    CredentialType.OIDC,
    CredentialType.SAML,
)


async def house_of(over: JsonObject = ON, schema: JsonObject = SCHEMA) -> House:
    return await built(over, schema=schema)


async def the_one(house: House) -> Identity:
    (id,) = await house.identity_ids()
    return await house.identity(id)


async def prepared(house: House, client: Client = Client.API) -> Visitor:
    """Mallory, signed in to an account for Ada's address."""
    mallory = house.visitor(client)
    assert (await mallory.sign_up(ADA, spare=TROJAN)).done
    assert await mallory.signed_in()
    return mallory


async def equipped(house: House) -> None:
    """Whatever can be set up beside a password, as if set up by Mallory: most of these methods are still to come."""
    found, now = await the_one(house), house.clock.now()
    more = {
        type: Credential(
            type=type, identifiers=(f"{type}:mallory",), config=JsonDoc.of({}), created_at=now, updated_at=now
        )
        for type in SET_UP
    }
    await house.change(found.id, credentials={**found.credentials, **more})


async def asked(visitor: Visitor, kind: str, email: str = ADA, method: str = "code") -> Shown:
    return (await visitor.submit(await visitor.start(kind), method=method, email=email)).shown


async def recovered(visitor: Visitor, email: str = ADA) -> Outcome:
    """Back in with a code; an app takes the session that it is given."""
    form = await asked(visitor, "recovery", email)
    done = await visitor.submit(form, method="code", code=visitor.house.letters.code(email))
    for item in listed(done.answer.json, "continue_with"):
        visitor.token = str(item.get("ory_session_token") or visitor.token)
    assert await visitor.signed_in()
    return done


async def verified(visitor: Visitor, email: str = ADA) -> None:
    form = await asked(visitor, "verification", email)
    done = await visitor.submit(form, method="code", code=visitor.house.letters.code(email))
    assert done.shown.said == [1080002]


async def gets_in(house: House, password: str) -> bool:
    """Whether a password signs in, tried from elsewhere."""
    stranger = house.visitor()
    await stranger.sign_in(ADA, password)
    return await stranger.signed_in()


async def code_for_sign_in(visitor: Visitor, email: str) -> Outcome:
    return await visitor.submit(await visitor.start("login"), method="code", identifier=email)
