"""What does the DSN of a MySQL say, in the two ways in which it is written?"""

import msgspec
import pytest

from limen.cli.importing.sources.kratos_tables.mysql_address import MysqlTarget, parse_mysql
from limen.storage import DsnRefused

PLAIN = MysqlTarget(user="ada", password="hush", database="kratos")


@pytest.mark.parametrize(
    ("rest", "told"),
    [
        ("ada:hush@tcp(db:3307)/kratos?max_conns=20&max_idle_conns=4&parseTime=true", {"host": "db", "port": 3307}),
        ("ada:hush@tcp(db)/kratos", {"host": "db"}),
        ("ada:hush@(db:3307)/kratos", {"host": "db", "port": 3307}),
        ("ada:hush@tcp6([fd00::1]:3307)/kratos", {"host": "fd00::1", "port": 3307}),
        ("ada:hush@/kratos", {}),
        ("ada:hush@unix(/run/mysqld/mysqld.sock)/kratos", {"socket": "/run/mysqld/mysqld.sock"}),
        ("ada@unix(/run/my.sock)/kratos", {"socket": "/run/my.sock", "password": ""}),
        ("ada:hush@db:3307/kratos?loc=Europe/Berlin", {"host": "db", "port": 3307}),
        ("ada:hush@[fd00::1]/kratos", {"host": "fd00::1"}),
        ("ada:hush@localhost/kratos?unix_socket=/run/my.sock", {"socket": "/run/my.sock"}),
        ("ada:hush@db/my%20kratos", {"host": "db", "database": "my kratos"}),
    ],
)
def test_where_the_database_is(rest: str, told: dict[str, object]) -> None:
    assert parse_mysql(rest) == msgspec.structs.replace(PLAIN, **told)


@pytest.mark.parametrize(
    ("rest", "password"),
    [
        ("ada:p@ss/w:rd%41@tcp(db)/kratos", "p@ss/w:rd%41"),
        ("ada:p%40ss%2Fw:rd%2541%C3%BC@db/kratos", "p@ss/w:rd%41ü"),
        ("ada:p@ss/w:rd@db/kratos", "p@ss/w:rd"),
        ("ada:#hush;+@db/kratos", "#hush;+"),
    ],
)
def test_a_password_is_what_kratos_takes_it_for_and_decoded_in_a_url(rest: str, password: str) -> None:
    assert parse_mysql(rest).password == password
    assert password not in repr(parse_mysql(rest))


@pytest.mark.parametrize(
    ("query", "mode"),
    [
        ("", "preferred"),
        ("tls=preferred", "preferred"),
        ("tls=true", "verify-identity"),
        ("ssl=1", "verify-identity"),
        ("tls=skip-verify", "required"),
        ("tls=false", "disabled"),
        ("ssl-mode=DISABLED", "disabled"),
        ("ssl_mode=VERIFY_CA", "verify-ca"),
        ("sslmode=verify-identity", "verify-identity"),
        ("ssl-ca=/etc/ca.pem", "verify-ca"),
        ("ssl-ca=/etc/ca.pem&tls=true", "verify-identity"),
        ("tls=false&ssl-mode=REQUIRED", "required"),
        ("ssl-cert=/etc/own.pem&ssl-key=/etc/own.key", "required"),
    ],
)
def test_how_strictly_the_server_is_looked_at(query: str, mode: str) -> None:
    assert parse_mysql(f"ada:hush@tcp(db)/kratos?{query}").tls == mode


def test_files_and_leave_to_send_the_password_readable() -> None:
    found = parse_mysql("ada@db/x?ssl-ca=/a&ssl-cert=/b&ssl-key=/c&allowCleartextPasswords=true")
    assert (found.ca, found.cert, found.key, found.clear_text) == ("/a", "/b", "/c", True)
    assert not parse_mysql("ada@db/x").clear_text


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        ("ada:hush@tcp(db:3306)", "no database"),
        ("ada:hush@db/", "no database"),
        ("ada:hush@unix(/run/my.sock)", "no database"),
        ("ada:hush@/hush@tcp(db:3306)", "no database"),
        ("ada:hush@/hush@db", "no database"),
        ("tcp(db:3306)/hush", "no user"),
        (":hush@db/kratos", "no user"),
        ("ada:hu?sh@db/kratos", "no database"),
        ("ada:hush@db:port/kratos", "no server"),
        ("ada:hush@db:70000/kratos", "no server"),
        ("ada:hush@tcp(db:0)/kratos", "no server"),
        ("ada:hush%FF@db/kratos", "no UTF-8"),
        ("ada:hush@db/kratos?tls=custom", "tls"),
        ("ada:hush@db/kratos?ssl-mode=hush", "ssl-mode"),
    ],
)
def test_what_makes_no_sense_is_refused_and_never_quoted(rest: str, said: str) -> None:
    with pytest.raises(DsnRefused) as refused:
        parse_mysql(rest)
    assert said in str(refused.value)
    assert "hush" not in str(refused.value)
