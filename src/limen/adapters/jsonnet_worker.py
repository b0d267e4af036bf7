"""What runs in the child process that evaluates Jsonnet? This file alone, by its path: it imports nothing of Limen.

It answers frames on its standard input by frames on its standard output; a frame is its length in four bytes (big
endian) and that many bytes of JSON. The first frame it writes says that it is ready. Asked
`{"program": …, "external": {name: JSON text}}` it answers `{"ok": JSON text}` or `{"error": words of the program}`.
"""

import json
import resource
import sys
from typing import BinaryIO, NoReturn

import rjsonnet

MEMORY_BYTES = 512 * 1024 * 1024
CPU_SECONDS = 2
MAX_OUTPUT_BYTES = 1024 * 1024
_MAX_STACK = 200
_MAX_REASON = 500


def main() -> None:
    """Serve until the input ends."""
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    _confine()
    _write(sink, {"ok": "ready"})
    while head := source.read(4):
        question = source.read(int.from_bytes(head, "big"))
        _limit_time()
        _write(sink, _answer(question))


def _answer(question: bytes) -> dict[str, str]:
    try:
        asked = json.loads(question)
        external = {name: _as_jsonnet(text) for name, text in asked["external"].items()}
        found = rjsonnet.evaluate_snippet(
            "program",
            asked["program"],
            max_stack=_MAX_STACK,
            max_trace=0,
            ext_codes=external,
            import_callback=_no_import,
        )
        if len(found.encode()) > MAX_OUTPUT_BYTES:
            return {"error": "The result is larger than 1 MB."}
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 (a panic of the library is no Exception)
        return {"error": _reason(error)}
    return {"ok": found}


def _as_jsonnet(text: str) -> str:
    # rjsonnet refuses some JSON: the escape \/, repeated names and half a surrogate pair.
    return json.dumps(json.loads(text), ensure_ascii=False).encode(errors="replace").decode()


def _no_import(_folder: str, _name: str) -> NoReturn:
    raise PermissionError("a program cannot import files")


def _reason(error: BaseException) -> str:
    lines = str(error).splitlines() or [type(error).__name__]
    if "import_callback" in lines[0]:
        return "A program cannot import files."
    if isinstance(error, MemoryError):
        return "The program needs too much memory."
    return lines[0][:_MAX_REASON]


def _confine() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    # Standard input, output and error are open; nothing else can ever be.
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))


def _limit_time() -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(used.ru_utime + used.ru_stime) + 1 + CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))


def _write(sink: BinaryIO, answer: dict[str, str]) -> None:
    body = json.dumps(answer).encode()
    sink.write(len(body).to_bytes(4, "big") + body)
    sink.flush()


if __name__ == "__main__":
    main()
