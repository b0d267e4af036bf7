import io
import json
import logging

import pytest

from doubles.clock import ManualClock
from doubles.ids import CountingIds
from limen.adapters.logs import LibraryLog, LineLog, is_secret
from limen.config.log import LogConfig
from limen.kernel.request_mark import CURRENT, RequestMark
from limen.ports.log import Fact


def written(config: LogConfig, **facts: Fact) -> str:
    stream = io.StringIO()
    LineLog(config, ManualClock(), stream).info("Signed in.", **facts)
    return stream.getvalue()


def test_json_lines_hold_time_level_event_and_facts():
    line = written(LogConfig(format="json"), identity_id="1", attempts=3, fresh=True, reason=None, level="x")
    assert json.loads(line) == {
        "time": "2030-01-01T12:00:00.000Z",
        "level": "info",
        "msg": "Signed in.",
        "identity_id": "1",
        "attempts": 3,
        "fresh": True,
        "reason": None,
        "fact_level": "x",
    }


def test_text_lines_are_for_people():
    line = written(LogConfig(), path="/a", reason='it "broke"', attempts=3)
    assert (
        line == 'time=2030-01-01T12:00:00.000Z level=info msg="Signed in." path=/a reason="it \\"broke\\"" attempts=3\n'
    )


@pytest.mark.parametrize("format", ["json", "text"])
@pytest.mark.parametrize(
    "evil", ["a\nlevel=error", "a\r\nb", "a\u2028b", "a\x1b[31mb", "a\x85b", "a\x00b", "\ud800", "\U000e0001"]
)
def test_one_event_is_one_line_whatever_it_holds(format: str, evil: str):
    line = written(LogConfig(format=format), agent=evil)
    assert len(line.splitlines()) == 1
    assert line[:-1].isprintable()
    assert line.endswith("\n")
    line.encode()


@pytest.mark.parametrize(
    "name",
    ["authorization", "cookie", "Set-Cookie", "X-Session-Token", "password", "token", "code", "secret", "client_secret",
     "session_token", "csrf_token", "recovery.code", "dsn"],
)  # fmt: skip
def test_secrets_are_hidden_by_their_name(name: str):
    assert is_secret(name)
    hidden = written(LogConfig(format="json"), **{name: "hunter2"})
    assert "hunter2" not in hidden
    assert "[hidden]" in hidden


@pytest.mark.parametrize("name", ["status_code", "session_id", "identity_id", "decode", "method", "path", "keyboard"])
def test_harmless_names_are_shown(name: str):
    assert not is_secret(name)


def test_the_operator_chooses_the_replacement_and_may_see_everything():
    assert "code=***" in written(LogConfig(redaction_text="***"), code="123456")
    assert "code=123456" in written(LogConfig(leak_sensitive_values=True), code="123456")


@pytest.mark.parametrize(("level", "count"), [("trace", 3), ("info", 3), ("warning", 2), ("error", 1), ("fatal", 0)])
def test_the_level_decides_what_is_written(level: str, count: int):
    stream = io.StringIO()
    log = LineLog(LogConfig(level=level), ManualClock(), stream)
    log.info("a")
    log.warning("b")
    log.error("c")
    assert len(stream.getvalue().splitlines()) == count


def test_libraries_write_to_the_same_log_without_tracebacks():
    stream = io.StringIO()
    logger = logging.Logger("uvicorn.error")  # noqa: LOG001 (one that no other test has)
    logger.addHandler(LibraryLog(LineLog(LogConfig(format="json"), ManualClock(), stream)))
    logger.warning("slow %s", "start")
    logger.error("broken", exc_info=ValueError("hunter2"))
    slow, broken = (json.loads(line) for line in stream.getvalue().splitlines())
    assert (slow["level"], slow["msg"], slow["logger"]) == ("warning", "slow start", "uvicorn.error")
    assert (broken["level"], broken["exception"]) == ("error", "ValueError")
    assert "hunter2" not in stream.getvalue()


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("cannot reach https://ada:s3cr3t@mail.test/box", "cannot reach https://[hidden]@mail.test/box"),
        ("GET /verification?code=s3cr3t&flow=1 failed", "GET /verification?code=[hidden]&flow=1 failed"),
        ("body was password=s3cr3t&x=1", "body was password=[hidden]&x=1"),
        ("sent Authorization: Bearer s3cr3ts3cr3t", "sent Authorization: [hidden]"),
        ("token ory_st_s3cr3t is old", "token [hidden] is old"),
        ("Cookie: ory_kratos_session=s3cr3t; a=b", "Cookie: ory_kratos_session=[hidden]; a=b"),
        ("nothing=here and ada@house.test", "nothing=here and ada@house.test"),
    ],
)
def test_a_secret_inside_a_text_is_hidden(said: str, kept: str) -> None:
    stream = io.StringIO()
    log = LineLog(LogConfig(format="json"), ManualClock(), stream)
    LibraryLog(log).emit(logging.LogRecord("library", logging.ERROR, "", 0, said, None, None))
    log.warning("a fact", reason=said)
    first, second = (json.loads(line) for line in stream.getvalue().splitlines())
    assert first["msg"] == kept
    assert second["reason"] == kept


def test_what_a_library_quotes_of_an_error_is_left_out() -> None:
    stream = io.StringIO()
    said = "Task exception was never retrieved\nfuture: <Task exception=ValueError('s3cr3t')>"
    log = LineLog(LogConfig(), ManualClock(), stream)
    LibraryLog(log).emit(logging.LogRecord("asyncio", logging.ERROR, "", 0, said, None, None))
    assert "never retrieved" in stream.getvalue()
    assert "s3cr3t" not in stream.getvalue()


def test_a_line_written_during_a_request_has_its_id() -> None:
    stream = io.StringIO()
    log = LineLog(LogConfig(format="json"), ManualClock(), stream)
    mark = CURRENT.set(RequestMark([(b"x-request-id", b"abc-1")], CountingIds()))
    log.info("within")
    CURRENT.reset(mark)
    log.info("outside")
    within, outside = (json.loads(line) for line in stream.getvalue().splitlines())
    assert within["request_id"] == "abc-1"
    assert "request_id" not in outside
