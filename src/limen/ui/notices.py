"""What do pages say that are no forms? Errors, the way out, and what does not exist."""

from limen.ui.desk import ErrorShown
from limen.ui.views import NoticeView
from limen.ui.wording import Wording

_SERVER_ERRORS = 500


def missing(wording: Wording, home: str) -> NoticeView:
    """There is no such page."""
    return NoticeView(
        title=wording.text("error.title.missing"),
        lead=wording.text("error.lead.missing"),
        go=wording.text("error.start"),
        href=home,
        symbol="problem",
    )


def stored_error(error: ErrorShown, wording: Wording, home: str) -> NoticeView:
    """A stored error: what it means when it has a known id, else its own reason; technical details for who has to help."""
    kind = "" if error.status >= _SERVER_ERRORS else ".user"
    known = wording.error(error.id)
    details = (
        (wording.text("error.status"), str(error.status)),
        (wording.text("error.id"), error.id),
        (wording.text("error.reason"), (error.reason or error.message) if known else error.message),
    )
    return NoticeView(
        title=wording.text(f"error.title{kind}"),
        lead=known or wording.text(f"error.lead{kind}"),
        reason="" if known else error.reason,
        go=wording.text("error.start"),
        href=home,
        details=tuple((name, value) for name, value in details if value),
        symbol="problem",
    )


def foreign(wording: Wording, restart_href: str) -> NoticeView:
    """The flow belongs to another browser."""
    return NoticeView(
        title=wording.text("foreign.title"),
        lead=wording.text("foreign.lead"),
        go=wording.text("foreign.restart"),
        href=restart_href,
        symbol="problem",
    )


def not_ended(wording: Wording, home: str) -> NoticeView:
    """A session could not be ended."""
    return NoticeView(
        title=wording.text("ended.refused.title"),
        lead=wording.text("ended.refused.lead"),
        go=wording.text("ended.refused.go"),
        href=home,
        symbol="problem",
    )


def leaving(wording: Wording, name: str, logout_href: str, home: str) -> NoticeView:
    """Whether to sign out."""
    return NoticeView(
        title=wording.text("logout.title"),
        lead=wording.text("logout.lead", name=name),
        go=wording.text("logout.go"),
        href=logout_href,
        stay=wording.text("logout.stay"),
        stay_href=home,
        symbol="leave",
    )


def left(wording: Wording, sign_in_href: str) -> NoticeView:
    """Nobody is signed in (any more)."""
    return NoticeView(
        title=wording.text("logout.none.title"),
        lead=wording.text("logout.none.lead"),
        go=wording.text("welcome.signin"),
        href=sign_in_href,
        symbol="leave",
    )


def welcome(wording: Wording, sign_in_href: str, sign_up_href: str) -> NoticeView:
    """Home for someone who is not signed in; `sign_up_href` is empty where sign-up is switched off."""
    return NoticeView(
        title=wording.text("welcome.title"),
        lead=wording.text("welcome.lead"),
        go=wording.text("welcome.signin"),
        href=sign_in_href,
        stay=wording.text("welcome.signup") if sign_up_href else "",
        stay_href=sign_up_href,
    )
