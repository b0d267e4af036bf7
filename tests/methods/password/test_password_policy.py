"""Which passwords are good enough to sign up with? (PWD-09 … PWD-13, QK-04)"""

import pytest

from limen.app.scope import Client
from limen.kernel.json_doc import JsonObject
from limen.methods.password.policy import alike
from limen.ports.passwords import BreachCheckFailed
from play import ADA, AGAIN, EACH, House, built
from play_config import EMAIL_TRAIT, NICKNAME, PASSWORD, password_rules, person
from play_shown import Outcome, part


async def tried(house: House, client: Client, password: str, **traits: str) -> Outcome:
    visitor = house.visitor(client)
    form = await visitor.start("registration")
    return await visitor.submit(form, method="password", password=password, traits={"email": ADA, **traits})


def context_of(outcome: Outcome) -> JsonObject:
    (message,) = outcome.shown.node("password")["messages"]
    return part(message, "context")


@EACH
@pytest.mark.covers("PWD-09", "QK-04")
@pytest.mark.parametrize(
    ("least", "password", "actual"),
    [
        (8, "7seven7", 7),
        (8, "8eights8", 8),
        (8, "\u00fcber", 5),
        (8, "\u00fc\u00fc\u00fc\u00fc", 8),
        (12, "elevenchars", 11),
        (12, "\U0001f600\U0001f601\U0001f602", 12),
    ],
)
async def test_bytes_decide_whether_it_is_long_enough(client: Client, least: int, password: str, actual: int) -> None:
    outcome = await tried(await built(password_rules(min_password_length=least)), client, password)
    assert outcome.done is (actual >= least)
    if actual < least:
        assert (outcome.answer.status, outcome.shown.said_at("password")) == (AGAIN[client], [4000032])
        assert context_of(outcome) == {"min_length": least, "actual_length": actual}


@EACH
@pytest.mark.covers("PWD-10", "QK-04")
@pytest.mark.parametrize(
    ("algorithm", "password", "fine"),
    [
        ("bcrypt", "q7" * 36, True),
        ("bcrypt", "q7" * 36 + "x", False),
        ("bcrypt", "\u00fc" * 37, False),
        ("argon2", "q7" * 100, True),
    ],
)
async def test_bcrypt_takes_so_many_bytes_and_no_more(
    client: Client, algorithm: str, password: str, fine: bool
) -> None:
    outcome = await tried(await built({"hashers": {"algorithm": algorithm}}), client, password)
    assert outcome.done is fine
    if not fine:
        assert outcome.shown.said_at("password") == [4000033]
        assert context_of(outcome) == {"max_length": 72, "actual_length": len(password.encode())}


@pytest.mark.covers("PWD-11")
@pytest.mark.parametrize(
    ("password", "identifier", "similar"),
    [
        ("ada@house.test", "ada@house.test", True),
        ("ADA@HOUSE.TEST", "ada@house.test", True),
        ("ada@house.tes1234", "ada@house.test", True),
        ("ada@house", "ada@house.test", True),
        ("xada@housex", "ada@house.test", True),
        ("correct-horse-7battery", "ada@house.test", False),
        ("abcdefgh", "abcd", True),
        ("abcdefghi", "abcd", False),
        ("1234abcd", "abcdefghijkl", False),
        ("123abcde", "abcdefghijkl", True),
        ("x" * 255 + "y" * 300, "z" * 255 + "y" * 300, False),
    ],
)
def test_what_is_alike(password: str, identifier: str, similar: bool) -> None:
    assert alike(password, identifier) is similar


@EACH
@pytest.mark.covers("PWD-11")
async def test_a_password_like_any_identifier_is_refused_unless_the_operator_allows_it(client: Client) -> None:
    two = person({"email": EMAIL_TRAIT, "nick": NICKNAME})
    for password, nick in (("ada@house.test1", "someone-else"), ("countess-ada9", "countess-ada")):
        outcome = await tried(await built(schema=two), client, password, nick=nick)
        assert outcome.shown.said_at("password") == [4000031]
        allowed = await built(password_rules(identifier_similarity_check_enabled=False), schema=two)
        assert (await tried(allowed, client, password, nick=nick)).done


@EACH
@pytest.mark.covers("PWD-12")
@pytest.mark.parametrize(("seen", "most", "fine"), [(0, 0, True), (1, 0, False), (3, 3, True), (4, 3, False)])
async def test_a_password_that_was_stolen_too_often(client: Client, seen: int, most: int, fine: bool) -> None:
    house = await built(password_rules(haveibeenpwned_enabled=True, max_breaches=most))
    house.breaches.seen[PASSWORD] = seen
    outcome = await tried(house, client, PASSWORD)
    assert outcome.done is fine
    if not fine:
        assert (outcome.answer.status, outcome.shown.said_at("password")) == (AGAIN[client], [4000034])
        assert context_of(outcome) == {"breaches": seen}


@EACH
@pytest.mark.covers("PWD-12", "PWD-13")
async def test_cheap_rules_come_first_and_one_complaint_is_enough(client: Client) -> None:
    house = await built(password_rules(min_password_length=30))
    house.breaches.error = AssertionError("nobody asks the service about a password that is refused anyway")
    assert (await tried(house, client, PASSWORD)).shown.everything_said == [4000032]


@pytest.mark.covers("PWD-13", "FLOW-10")
@pytest.mark.parametrize("client", [Client.SPA, Client.API])
async def test_a_service_that_is_away_is_an_error_that_tells_nothing(client: Client) -> None:
    house = await built()
    house.breaches.error = BreachCheckFailed("connection refused by 10.0.0.1")
    house.tolerated.add(500)
    outcome = await tried(house, client, PASSWORD)
    assert outcome.error["code"] == outcome.answer.status == 500
    assert "10.0.0.1" not in str(outcome.error)
    assert await house.identities() == 0


@EACH
@pytest.mark.covers("PWD-09", "FLOW-18")
async def test_a_refused_password_keeps_the_rest_of_the_form(client: Client) -> None:
    house = await built()
    visitor = house.visitor(client)
    form = await visitor.start("registration")
    traits: JsonObject = {"email": ADA, "name": {"first": "Ada"}, "newsletter": True, "age": 36}
    shown = (await visitor.submit(form, method="password", password="short", traits=traits)).shown
    assert [
        shown.attribute(name) for name in ("traits.email", "traits.name.first", "traits.newsletter", "traits.age")
    ] == [
        ADA,
        "Ada",
        True,
        36,
    ]
    assert shown.attribute("password") is None
