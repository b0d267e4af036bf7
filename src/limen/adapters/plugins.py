"""How do hooks in Python run without being in anybody's way? Each in threads of its own, bounded, and for a limited time.

A function that is not async gets a thread per call, a few at once; one that is async runs on a loop of its own beside the
server's. Neither can hold up the server: whoever waits stops waiting when the time is over. A thread cannot be ended from
outside, so one that never returns keeps its place, and when all places of a function are taken its calls fail at once
after their time. Threads are daemons: none of them keeps the process from ending.
"""

import asyncio
import inspect
import threading
import types
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import suppress
from datetime import timedelta
from functools import partial
from importlib import import_module
from importlib.metadata import entry_points
from typing import Final, TypeAlias, TypeGuard, Union, get_args, get_origin, get_type_hints

from limen.plugin.events import Event
from limen.ports.plugins import PluginFailed, PluginUnknown

GROUP: Final = "limen.hooks"
"""The group of entry points in which packages announce their hooks."""
AT_ONCE: Final = 8
"""Calls of one function at the same time; the others wait for their turn within their time."""

Function: TypeAlias = Callable[[Event], object]


class LoadedPlugin:
    """One function, ready to be called. `heard` is empty for one that hears everything."""

    def __init__(self, call: str, function: Function, heard: tuple[type[Event], ...], loop: "PluginLoop") -> None:
        self._call = call
        self._function = function
        self._heard = heard
        self._loop = loop
        self._places = asyncio.Semaphore(AT_ONCE)

    def hears(self, event: type[Event]) -> bool:
        return not self._heard or issubclass(event, self._heard)

    async def call(self, event: Event, patience: timedelta) -> object:
        """What the function returned. Raises PluginFailed."""
        try:
            async with asyncio.timeout(patience.total_seconds()):
                await self._places.acquire()
                return await asyncio.wrap_future(self._started(event))
        except TimeoutError as error:
            raise PluginFailed(f"{self._call} took longer than {patience.total_seconds():g} seconds.") from error
        except _Raised as error:
            raise PluginFailed(f"{self._call} raised {error.name}.") from error

    def _started(self, event: Event) -> "Future[object]":
        """The call under way; its place is free again when it has really ended, not when nobody waits for it any more."""
        server = asyncio.get_running_loop()
        ended = partial(_later, server, self._places.release)
        if _is_async(self._function):
            return self._loop.start(partial(_awaited, self._function, event), ended)
        return _in_thread(partial(self._function, event), ended, self._call)


class PluginLoop:
    """The loop on which all async plugins run, in a thread that starts with the first of them."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self, work: Callable[[], Coroutine[None, None, object]], ended: Callable[[], None]) -> "Future[object]":
        """Run it there; cancelling what comes back cancels it."""
        loop = self._running()
        answer: Future[object] = Future()

        def begin() -> None:
            task = loop.create_task(work())
            task.add_done_callback(finish)
            answer.add_done_callback(partial(given_up, task))

        def given_up(task: "asyncio.Task[object]", known: "Future[object]") -> None:
            if known.cancelled():
                _later(loop, partial(_cancel, task))

        def finish(task: "asyncio.Task[object]") -> None:
            ended()
            if not answer.set_running_or_notify_cancel():
                return
            if task.cancelled():
                answer.set_exception(_Raised(asyncio.CancelledError()))
            elif (error := task.exception()) is not None:
                answer.set_exception(error)
            else:
                answer.set_result(task.result())

        loop.call_soon_threadsafe(begin)
        return answer

    def _running(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            threading.Thread(target=_turn, args=(self._loop,), name="limen-plugins", daemon=True).start()
        return self._loop

    def close(self) -> None:
        """End the loop; what still runs on it is dropped."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._loop = None


class ImportedPlugins:
    """Plugins from the modules that this process can import. Each is loaded once."""

    def __init__(self) -> None:
        self._loaded: dict[str, LoadedPlugin] = {}
        self._loop = PluginLoop()

    def find(self, call: str) -> LoadedPlugin:
        """Raises PluginUnknown."""
        if call not in self._loaded:
            function = _imported(call)
            self._loaded[call] = LoadedPlugin(call, function, _heard_by(call, function), self._loop)
        return self._loaded[call]

    async def close(self) -> None:
        """Let go of the loop of async plugins."""
        self._loop.close()


class _Raised(Exception):
    """A plugin raised; only the name of what it raised is passed on, since a message can quote anything."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.name = type(error).__name__


def _in_thread(work: Callable[[], object], ended: Callable[[], None], name: str) -> "Future[object]":
    answer: Future[object] = Future()
    answer.set_running_or_notify_cancel()

    def run() -> None:
        try:
            found = work()
        except BaseException as error:  # noqa: BLE001 (SystemExit of a plugin must not end anything of ours)
            answer.set_exception(_Raised(error))
        else:
            answer.set_result(found)
        finally:
            ended()

    threading.Thread(target=run, name=f"limen-plugin {name}", daemon=True).start()
    return answer


def _is_async(function: Function) -> TypeGuard[Callable[[Event], Coroutine[None, None, object]]]:
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(getattr(function, "__call__", None))  # noqa: B004


async def _awaited(function: Callable[[Event], Coroutine[None, None, object]], event: Event) -> object:
    try:
        return await function(event)
    except asyncio.CancelledError:
        raise
    except BaseException as error:  # noqa: BLE001 (as above)
        raise _Raised(error) from None


def _turn(loop: asyncio.AbstractEventLoop) -> None:
    """Until the loop is stopped; then what still runs on it is ended."""
    try:
        loop.run_forever()
        for task in asyncio.all_tasks(loop):
            task.cancel()
            with suppress(BaseException):
                loop.run_until_complete(task)
    finally:
        loop.close()


def _cancel(task: "asyncio.Task[object]") -> None:
    task.cancel()


def _later(loop: asyncio.AbstractEventLoop, work: Callable[[], None]) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(work)


def _imported(call: str) -> Function:
    """Raises PluginUnknown."""
    found: object
    if ":" in call:
        module, _, names = call.partition(":")
        try:
            found = import_module(module)
            for name in names.split("."):
                found = getattr(found, name)
        except ModuleNotFoundError as error:
            raise PluginUnknown(f"the module {error.name} is not installed or not on the path of Python") from error
        except AttributeError as error:
            raise PluginUnknown(f"the module {module} has no {names}") from error
        except Exception as error:
            raise PluginUnknown(f"the module {module} cannot be imported: {type(error).__name__}: {error}") from error
    else:
        announced = {entry.name: entry for entry in entry_points(group=GROUP)}
        if call not in announced:
            known = f"; there are: {', '.join(sorted(announced))}" if announced else ""
            raise PluginUnknown(f"no installed package announces {call} in the group {GROUP}{known}")
        try:
            found = announced[call].load()
        except Exception as error:
            raise PluginUnknown(f"{announced[call].value} cannot be loaded: {type(error).__name__}: {error}") from error
    if not callable(found):
        raise PluginUnknown(f"{call} is not a function")
    return found


def _heard_by(call: str, function: Function) -> tuple[type[Event], ...]:
    """The events that the annotation of the one parameter names; empty for all. Raises PluginUnknown."""
    try:
        parameters = list(inspect.signature(function).parameters.values())
        hints: dict[str, object] = get_type_hints(function if inspect.isroutine(function) else type(function).__call__)
    except (TypeError, ValueError, NameError, AttributeError) as error:
        raise PluginUnknown(f"the annotations of {call} cannot be read: {error}") from error
    needed = [each for each in parameters if each.default is each.empty and each.kind is not each.VAR_KEYWORD]
    if len(needed) != 1 or needed[0].kind is needed[0].KEYWORD_ONLY:
        raise PluginUnknown(f"{call} has to take one argument, the event")
    hint = hints.get(needed[0].name, Event)
    options = get_args(hint) if get_origin(hint) in {Union, types.UnionType} else (hint,)
    heard = tuple(option for option in options if isinstance(option, type) and issubclass(option, Event))
    if len(heard) != len(options):
        raise PluginUnknown(f"the parameter of {call} is annotated with something that is no event of limen.plugin")
    return () if Event in heard else heard
