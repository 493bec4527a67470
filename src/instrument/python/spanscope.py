"""The Spanscope agent kit for Python 3.9 and later: traces an agent and shows it live in the editor.

One file that needs nothing but the standard library. It stays silent when nobody listens, and never raises into the
program it is in.

    from spanscope import AgentTracer, configure, traced

    agent = AgentTracer(configure(service_name="planner"))

    with agent.agent_run("book a train"):
        with agent.llm_call("some-model", prompt_tokens=120, temperature=0.2) as call:
            call.respond(completion_tokens=40)
"""

from __future__ import annotations

import atexit
import base64
import contextvars
import dataclasses
import datetime
import enum
import functools
import hashlib
import http.client
import inspect
import json
import math
import os
import random
import re
import select
import socket
import ssl
import struct
import sys
import threading
import time
import traceback
import urllib.parse
import weakref
from typing import Any, Callable, Dict, Iterable, List, Mapping, MutableMapping, NamedTuple, Optional, Sequence, Tuple, Union

__version__ = "0.1.0"
__all__ = [
    "AgentTracer", "ConsoleExporter", "FileExporter", "LiveExporter", "OtlpHttpExporter", "Span", "SpanContext", "Trace",
    "Tracer", "configure", "extract", "get_tracer", "inject", "to_jaeger_format", "to_json", "to_timeline", "trace_span",
    "traced",
]

# ---------------------------------------------------------------------------------------------------------------------
# Values

_MAX_CHARACTERS = 1_000_000
_MAX_NODES = 20_000
_MAX_DEPTH = 32


def _cut(text: str, length: int) -> str:
    """A text that tells what was left out of it."""
    return text if len(text) <= length else f"{text[:length]}… [{len(text) - length} more characters]"


class _Copier:
    """Copies a value as it is now, so that later changes by the agent do not bend what was recorded."""

    def __init__(self) -> None:
        self._characters = _MAX_CHARACTERS
        self._nodes = _MAX_NODES
        self._above: List[int] = []

    def copy(self, value: Any) -> Any:
        self._nodes -= 1
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, enum.Enum):
            return self.copy(value.value)
        if isinstance(value, str):
            text = _cut(str(value), max(0, self._characters))
            self._characters -= len(text)
            return text
        if isinstance(value, int):
            return int(value) if -(2**63) <= value < 2**63 else str(value)
        if isinstance(value, float):
            return _number(float(value))
        if id(value) in self._above:
            return "[circular]"
        if len(self._above) >= _MAX_DEPTH:
            return "[deeper]"
        self._above.append(id(value))
        try:
            return self._copy_object(value)
        except Exception:  # whatever an object of the agent does when it is looked at
            return "[unreadable]"
        finally:
            self._above.pop()

    def _copy_object(self, value: Any) -> Any:
        if isinstance(value, (bytes, bytearray, memoryview)):
            return self.copy(base64.b64encode(bytes(value[:_MAX_CHARACTERS])).decode("ascii"))
        if isinstance(value, Mapping):
            return self._copy_entries(value.items())
        if isinstance(value, (list, tuple, set, frozenset)):
            return self._copy_items(value)
        if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
            return value.isoformat()
        if isinstance(value, BaseException):
            return self.copy({"type": type(value).__name__, "message": str(value)})
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return self._copy_entries((field.name, getattr(value, field.name)) for field in dataclasses.fields(value))
        for method in ("model_dump", "item"):  # pydantic models; numbers of numpy and the like
            dump = getattr(value, method, None)
            if callable(dump) and not isinstance(value, type):
                return self.copy(dump())
        return self.copy(_cut(str(value), 10_000))

    def _copy_items(self, items: Iterable[Any]) -> List[Any]:
        out: List[Any] = []
        for item in items:
            if self._nodes <= 0:
                out.append("[more items]")
                break
            out.append(self.copy(item))
        return out

    def _copy_entries(self, entries: Iterable[Tuple[Any, Any]]) -> Dict[str, Any]:
        out: Dict[str, Any] = {}
        for key, item in entries:
            if self._nodes <= 0:
                out["[more entries]"] = True
                break
            name = str(key)
            self._characters -= len(name)
            out[name] = self.copy(item)
        return out


def _number(value: float) -> Union[float, str]:
    """A float as JSON can hold it, in the spelling of the protobuf JSON mapping where it cannot."""
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _value(value: Any) -> Any:
    """A copy of any value, bounded, of what JSON can say; never raises."""
    kind = type(value)
    if value is None or kind is bool or (kind is str and len(value) <= _MAX_CHARACTERS):
        return value
    return _Copier().copy(value)


def _values(attributes: Optional[Mapping[str, Any]]) -> Dict[str, Any]:
    """Those attributes that have a value."""
    return {str(key): _value(value) for key, value in (attributes or {}).items() if value is not None}


def _size(value: Any) -> int:
    """Rough size in bytes in memory and on the wire."""
    if isinstance(value, str):
        return len(value) + 8
    if isinstance(value, dict):
        return 16 + sum(len(key) + _size(item) for key, item in value.items())
    if isinstance(value, list):
        return 16 + sum(_size(item) for item in value)
    return 8


def _quietly(work: Callable[..., Any], *args: Any) -> None:
    """Runs something of ours inside the agent: a fault there must never become a fault of the agent."""
    try:
        work(*args)
    except Exception:
        pass


# ---------------------------------------------------------------------------------------------------------------------
# Spans and traces


class SpanContext(NamedTuple):
    """What crosses a process boundary."""

    trace_id: str
    span_id: str
    flags: int = 1
    trace_state: Optional[str] = None
    baggage: Mapping[str, str] = {}


class SpanEvent(NamedTuple):
    name: str
    time_unix_nano: int
    attributes: Dict[str, Any]


class SpanStatus(NamedTuple):
    code: str = "unset"
    message: Optional[str] = None


_MAX_ATTRIBUTES = 1024
_MAX_EVENTS = 1024
_MAX_SPANS_OF_TRACE = 10_000


class Span:
    """A piece of work with a beginning and, once it is over, an end. Changes after the end are ignored."""

    def __init__(
        self, tracer: Tracer, trace: Trace, name: str, span_id: str, parent_span_id: Optional[str], kind: str = "internal",
        attributes: Optional[Mapping[str, Any]] = None, links: Sequence[Mapping[str, Any]] = (),
        start_time_unix_nano: Optional[int] = None,
    ) -> None:
        self.tracer = tracer
        self.trace = trace
        self.name = str(name)
        self.span_id = span_id
        self.parent_span_id = parent_span_id
        self.kind = kind
        self.start_time_unix_nano = time.time_ns() if start_time_unix_nano is None else start_time_unix_nano
        self.end_time_unix_nano: Optional[int] = None
        self.status = SpanStatus()
        self.attributes = _values(attributes)
        self.events: List[SpanEvent] = []
        self.links = [_value(link) for link in links]
        self.lost = 0
        self.size = 500 + _size(self.attributes)

    @property
    def trace_id(self) -> str:
        return self.trace.trace_id

    @property
    def resource(self) -> Dict[str, Any]:
        return self.tracer.resource

    @property
    def ended(self) -> bool:
        return self.end_time_unix_nano is not None

    @property
    def context(self) -> SpanContext:
        """What another process needs to continue below this span."""
        trace = self.trace
        return SpanContext(trace.trace_id, self.span_id, trace.flags, trace.trace_state, trace.baggage)

    def set_attribute(self, key: str, value: Any) -> Span:
        if self.ended:
            return self
        name = str(key)
        before = self.attributes.get(name)
        if before is None and len(self.attributes) >= _MAX_ATTRIBUTES:
            self.lost += 1
            return self
        kept = _value(value)
        self.attributes[name] = kept
        self.size += _size(kept) + (len(name) if before is None else -_size(before))
        self.tracer._changed(self, name)
        return self

    def set_attributes(self, attributes: Mapping[str, Any]) -> Span:
        """Sets those attributes that have a value."""
        for key, value in attributes.items():
            if value is not None:
                self.set_attribute(key, value)
        return self

    def add_event(self, name: str, attributes: Optional[Mapping[str, Any]] = None, time_unix_nano: Optional[int] = None) -> Span:
        if self.ended:
            return self
        if len(self.events) >= _MAX_EVENTS:
            self.lost += 1
            return self
        kept = _values(attributes)
        self.events.append(SpanEvent(str(name), time.time_ns() if time_unix_nano is None else time_unix_nano, kept))
        self.size += 40 + _size(kept)
        self.tracer._changed(self, None)
        return self

    def record_exception(self, error: BaseException) -> Span:
        """Adds the `exception` event with type, message and stack trace, and sets the status to error."""
        kind = type(error)
        name = kind.__qualname__ if kind.__module__ in ("builtins", "__main__") else f"{kind.__module__}.{kind.__qualname__}"
        try:
            message = str(error)
            stack = "".join(_without_kit(traceback.TracebackException(kind, error, error.__traceback__)).format())
        except Exception:
            message, stack = "an error that cannot be read", ""
        self.add_event("exception", {"exception.type": name, "exception.message": message, "exception.stacktrace": stack})
        return self.set_status("error", message)

    def set_status(self, code: str, message: Optional[str] = None) -> Span:
        if not self.ended:
            was_error = self.status.code == "error"
            self.status = SpanStatus(code, None if message is None else str(message))
            self.tracer._changed(self, None)
            if code == "error" and not was_error:
                _tell_hook(self, "error")
        return self

    def update_name(self, name: str) -> Span:
        if not self.ended:
            self.name = str(name)
            self.tracer._changed(self, None)
        return self

    def end(self, time_unix_nano: Optional[int] = None) -> None:
        """Ends the span; a status that nobody set becomes ok. The first call counts."""
        if self.ended:
            return
        if self.status.code == "unset":
            self.status = SpanStatus("ok")
        now = time.time_ns() if time_unix_nano is None else time_unix_nano
        self.end_time_unix_nano = max(now, self.start_time_unix_nano)
        self.tracer._ended(self)
        _tell_hook(self, "end")

    def _finish(self, error: Optional[BaseException]) -> None:
        """Records what is known only when the work is over."""


def _tell_hook(span: Span, moment: str) -> None:
    """Lets the hook that the editor loads into programs, where there is one, stop the program at a span. It never raises."""
    kit_span = getattr(sys.modules.get("_spanscope_hook"), "kit_span", None)
    if kit_span is not None:
        kit_span(span, moment)


def _without_kit(description: traceback.TracebackException) -> traceback.TracebackException:
    frames = [frame for frame in description.stack if frame.filename != _KIT_FILE]
    description.stack = traceback.StackSummary.from_list(frames)
    return description


class Trace:
    """The spans of this process that belong together, and the baggage that travels with them."""

    def __init__(self, trace_id: str, remote_parent: Optional[SpanContext] = None) -> None:
        self.trace_id = trace_id
        self.remote_parent = remote_parent
        self.flags = 1 if remote_parent is None else remote_parent.flags
        self.trace_state = None if remote_parent is None else remote_parent.trace_state
        self.baggage: Dict[str, str] = {} if remote_parent is None else dict(remote_parent.baggage)
        self.spans: List[Span] = []
        self.lost_spans = 0

    @property
    def root_span(self) -> Optional[Span]:
        """The first span of this process."""
        return self.spans[0] if self.spans else None

    def add(self, span: Span) -> None:
        if len(self.spans) < _MAX_SPANS_OF_TRACE:
            self.spans.append(span)
        else:
            self.lost_spans += 1

    def span_tree(self) -> List[Dict[str, Any]]:
        """Roots (spans whose parent is not here) as `{"span", "children"}`, each list in order of start."""
        nodes: Dict[str, Dict[str, Any]] = {span.span_id: {"span": span, "children": []} for span in list(self.spans)}
        roots: List[Dict[str, Any]] = []
        for node in nodes.values():
            parent = nodes.get(node["span"].parent_span_id)
            (roots if parent is None else parent["children"]).append(node)
        return roots

    def end(self) -> None:
        """Ends what is still open, youngest first."""
        for span in reversed(list(self.spans)):
            span.end()


# ---------------------------------------------------------------------------------------------------------------------
# What is going on at a place in the agent's flow


class _Active(NamedTuple):
    trace: Trace
    span: Optional[Span]
    # Set where a span was made current without a block that bounds it: what is current again once it has ended.
    before: Optional[Tuple[Optional["_Active"]]]


_active: contextvars.ContextVar[Optional[_Active]] = contextvars.ContextVar("spanscope_active", default=None)


def _current() -> Optional[_Active]:
    active = _active.get()
    while active is not None and active.before is not None and active.span is not None and active.span.ended:
        active = active.before[0]
    return active


def _leave(token: contextvars.Token[Optional[_Active]]) -> None:
    try:
        _active.reset(token)
    except ValueError:
        # The block was left in another context than it was entered in, as async generators do when they are closed.
        _active.set(None)


# ---------------------------------------------------------------------------------------------------------------------
# Where in the agent's source a span is made

_KIT_FILE = _current.__code__.co_filename
_LIBRARY = os.path.dirname(os.__file__) + os.sep
_SITE_PACKAGES = os.path.join(_LIBRARY, "site-packages") + os.sep
# Their frames call functions that were handed over earlier, so what is outside them did not make the span.
_SCHEDULERS = tuple(_LIBRARY + name for name in ("asyncio" + os.sep, "concurrent" + os.sep, "threading.py"))
_Location = Tuple[str, int, str]


def _caller(fallback: Optional[_Location]) -> Optional[_Location]:
    """The first frame outside the kit and the standard library; `fallback` where a scheduler called."""
    frame = sys._getframe(1)
    while frame is not None:
        file = frame.f_code.co_filename
        if fallback is not None and file.startswith(_SCHEDULERS):
            return fallback
        if file != _KIT_FILE and not file.startswith("<frozen ") and not _of_library(file):
            return (_absolute(file), frame.f_lineno, _function_name(frame.f_code))
        frame = frame.f_back
    return fallback


def _of_library(file: str) -> bool:
    return file.startswith(_LIBRARY) and not file.startswith(_SITE_PACKAGES)


def _function_name(code: Any) -> str:
    return getattr(code, "co_qualname", code.co_name)


@functools.lru_cache(maxsize=4096)
def _absolute(file: str) -> str:
    return file if file.startswith("<") else os.path.abspath(file)


def _definition(function: Callable[..., Any]) -> Optional[_Location]:
    code = getattr(inspect.unwrap(function), "__code__", None)
    return None if code is None else (_absolute(code.co_filename), code.co_firstlineno, _function_name(code))


# ---------------------------------------------------------------------------------------------------------------------
# Tracer


class Tracer:
    """Makes spans of one service and hands them to its exporters."""

    def __init__(
        self, service_name: Optional[str] = None, *, resource: Optional[Mapping[str, Any]] = None,
        exporters: Optional[Sequence[Any]] = None, endpoint: Optional[str] = None,
    ) -> None:
        self.resource = _resource(service_name, resource)
        self._exporters: List[Any] = []
        if (_variable("OTEL_SDK_DISABLED") or "").lower() == "true":
            return
        for exporter in [LiveExporter(endpoint)] if exporters is None else exporters:
            self.add_exporter(exporter)

    def add_exporter(self, exporter: Any) -> None:
        """Adds an object with some of `on_start(span)`, `on_change(span, key)`, `on_end(span)`, `flush(deadline)`, `close()`."""
        self._exporters = [*self._exporters, exporter]
        _quietly(_exporters_at_exit.add, exporter)

    @property
    def current_span(self) -> Optional[Span]:
        active = _current()
        return None if active is None else active.span

    @property
    def current_trace(self) -> Optional[Trace]:
        active = _current()
        return None if active is None else active.trace

    def start_trace(self, *, parent: Optional[SpanContext] = None, baggage: Optional[Mapping[str, str]] = None) -> Trace:
        """Begins a trace and makes it current; the next span is its root, or continues `parent`."""
        trace = _new_trace(parent)
        for key, value in (baggage or {}).items():
            trace.baggage[str(key)] = str(value)
        _active.set(_Active(trace, None, (_current(),)))
        return trace

    def end_trace(self) -> None:
        """Ends the open spans of the current trace; what follows belongs to another one."""
        trace = self.current_trace
        if trace is not None:
            trace.end()
        _active.set(None)

    def start_span(self, name: str, **options: Any) -> Span:
        """Begins a span and makes it current until it ends, like pushing on a stack; the caller ends it."""
        before = _current()
        span = self._open(Span, name, **options)
        _active.set(_Active(span.trace, span, (before,)))
        return span

    def trace_span(self, name: str, **options: Any) -> _Scope:
        """A block (`with` or `async with`) inside a span. Options: kind, attributes, links, parent."""
        return _Scope(lambda: self._open(Span, name, **options))

    def set_baggage(self, key: str, value: str) -> None:
        """Baggage of the current trace; travels with `inject`."""
        trace = self.current_trace
        if trace is not None:
            trace.baggage[str(key)] = str(value)

    def get_baggage(self, key: str) -> Optional[str]:
        trace = self.current_trace
        return None if trace is None else trace.baggage.get(key)

    def inject(self, carrier: MutableMapping[str, Any], formats: Sequence[str] = ("w3c",)) -> MutableMapping[str, Any]:
        """Writes the current span's context into headers or a message, which it returns. Formats: w3c, b3, b3multi."""
        span = self.current_span
        if span is not None:
            _quietly(_inject, span.context, carrier, formats)
        return carrier

    def extract(self, carrier: Mapping[str, Any]) -> Optional[SpanContext]:
        """Reads a context of W3C or B3 form from headers or a message; for `parent` of a span or trace."""
        try:
            return _extract(carrier)
        except Exception:
            return None

    def flush(self, deadline: float = 2.0) -> None:
        """Waits until what is pending is delivered or cannot be, at most for the deadline (seconds)."""
        _flush_all(self._exporters, deadline)

    def shutdown(self, deadline: float = 2.0) -> None:
        """Delivers what is pending and stops exporting."""
        exporters, self._exporters = self._exporters, []
        _flush_all(exporters, deadline)
        for exporter in exporters:
            _exporters_at_exit.discard(exporter)
            close = getattr(exporter, "close", None)
            if close is not None:
                _quietly(close)

    def _open(
        self, kind_of_span: Callable[..., Any], name: str, *, kind: str = "internal", attributes: Optional[Mapping[str, Any]] = None,
        links: Sequence[Mapping[str, Any]] = (), parent: Union[Span, SpanContext, None] = None, root: bool = False,
        start_time_unix_nano: Optional[int] = None, fallback: Optional[_Location] = None,
    ) -> Any:
        """Begins a span without making it current."""
        active = None if root else _current()
        trace = _trace_for(parent, active)
        if parent is not None:
            parent_id: Optional[str] = parent.span_id
        elif active is not None and active.span is not None:
            parent_id = active.span.span_id
        else:
            parent_id = None if trace.remote_parent is None else trace.remote_parent.span_id
        location = _caller(fallback)
        own = {} if location is None else {
            "code.file.path": location[0], "code.line.number": location[1], "code.function.name": location[2],
        }
        span = kind_of_span(
            self, trace, name, os.urandom(8).hex(), parent_id, kind, {**own, **(attributes or {})}, links, start_time_unix_nano,
        )
        trace.add(span)
        self._tell("on_start", span)
        _tell_hook(span, "start")
        return span

    def _changed(self, span: Span, key: Optional[str]) -> None:
        self._tell("on_change", span, key)

    def _ended(self, span: Span) -> None:
        self._tell("on_end", span)

    def _tell(self, method: str, *args: Any) -> None:
        for exporter in self._exporters:
            listener = getattr(exporter, method, None)
            if listener is not None:
                _quietly(listener, *args)


def _new_trace(parent: Optional[SpanContext]) -> Trace:
    return Trace(os.urandom(16).hex()) if parent is None else Trace(parent.trace_id, parent)


def _trace_for(parent: Union[Span, SpanContext, None], active: Optional[_Active]) -> Trace:
    if isinstance(parent, Span):
        return parent.trace
    if active is not None and (parent is None or parent.trace_id == active.trace.trace_id):
        return active.trace
    return _new_trace(parent)


class _Scope:
    """A block in which a span is current; its end is the span's, and what is raised in it is recorded."""

    def __init__(self, open_span: Callable[[], Span]) -> None:
        self._open = open_span

    def __enter__(self) -> Any:
        self._span = self._open()
        self._token = _active.set(_Active(self._span.trace, self._span, None))
        return self._span

    def __exit__(self, kind: Any, error: Optional[BaseException], trace: Any) -> None:
        _leave(self._token)
        _close(self._span, error)

    async def __aenter__(self) -> Any:
        return self.__enter__()

    async def __aexit__(self, kind: Any, error: Optional[BaseException], trace: Any) -> None:
        self.__exit__(kind, error, trace)


def _close(span: Span, error: Optional[BaseException]) -> None:
    # A generator that is closed has not failed, nor has a program that ends itself.
    is_end = isinstance(error, GeneratorExit) or (isinstance(error, SystemExit) and error.code in (None, 0))
    failure = None if is_end else error
    _quietly(span._finish, failure)
    if failure is not None:
        span.record_exception(failure)
    span.end()


_default_tracer: Optional[Tracer] = None


def configure(service_name: Optional[str] = None, **options: Any) -> Tracer:
    """Makes the tracer that `traced`, `trace_span` and `AgentTracer` use unless they are given one."""
    global _default_tracer
    _default_tracer = Tracer(service_name, **options)
    return _default_tracer


def get_tracer() -> Tracer:
    """The tracer of `configure`; made with its defaults when nobody has."""
    return _default_tracer or configure()


def _tracer_in_use() -> Tracer:
    """The tracer that made the current span, so that a helper's spans belong to the same service."""
    active = _current()
    return get_tracer() if active is None or active.span is None else active.span.tracer


def trace_span(name: str, **options: Any) -> _Scope:
    """A block inside a span of the tracer in use: `with trace_span("load"): ...`."""
    return _Scope(lambda: _tracer_in_use()._open(Span, name, **options))


def inject(carrier: MutableMapping[str, Any], formats: Sequence[str] = ("w3c",)) -> MutableMapping[str, Any]:
    """Writes the current span's context into headers or a message, which it returns."""
    return get_tracer().inject(carrier, formats)


def extract(carrier: Mapping[str, Any]) -> Optional[SpanContext]:
    """Reads a context from headers or a message, for `parent`; None when there is none."""
    return get_tracer().extract(carrier)


def traced(name: Any = None, *, tracer: Optional[Tracer] = None, attributes: Optional[Mapping[str, Any]] = None, **options: Any) -> Any:
    """Makes every call of a function a span: plain, async and generator functions.

    `@traced`, `@traced("name")`, `@traced("name", attributes={...})`, or `traced(function)`.
    """
    if callable(name) or isinstance(name, (staticmethod, classmethod)):
        return _wrap(name, None, tracer, attributes, options)
    return lambda function: _wrap(function, name, tracer, attributes, options)


def _wrap(
    function: Callable[..., Any], name: Optional[str], tracer: Optional[Tracer], attributes: Optional[Mapping[str, Any]],
    options: Mapping[str, Any],
) -> Callable[..., Any]:
    if isinstance(function, (staticmethod, classmethod)):
        return type(function)(_wrap(function.__func__, name, tracer, attributes, options))
    own_name = getattr(function, "__name__", "anonymous")
    definition = _definition(function)
    all_attributes = {
        "function.name": getattr(function, "__qualname__", own_name), "function.module": getattr(function, "__module__", None),
        **(attributes or {}),
    }

    def open_span() -> Span:
        in_use = tracer or _tracer_in_use()
        return in_use._open(Span, name or own_name, attributes=all_attributes, fallback=definition, **options)

    if inspect.iscoroutinefunction(function):
        @functools.wraps(function)
        async def wrapper(*args: Any, **kwargs: Any) -> Any:
            with _Scope(open_span):
                return await function(*args, **kwargs)
    elif inspect.isasyncgenfunction(function):
        @functools.wraps(function)
        async def wrapper(*args: Any, **kwargs: Any) -> Any:
            span = open_span()
            inner = function(*args, **kwargs)
            with _Closing(span):
                step, value = inner.asend, None
                while True:
                    with _Step(span):
                        try:
                            item = await step(value)
                        except StopAsyncIteration:
                            return
                    try:
                        value = yield item
                        step = inner.asend
                    except GeneratorExit:
                        await inner.aclose()
                        raise
                    except BaseException as error:
                        step, value = inner.athrow, error
    elif inspect.isgeneratorfunction(function):
        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            span = open_span()
            inner = function(*args, **kwargs)
            with _Closing(span):
                step, value = inner.send, None
                while True:
                    with _Step(span):
                        try:
                            item = step(value)
                        except StopIteration as stop:
                            return stop.value
                    try:
                        value = yield item
                        step = inner.send
                    except GeneratorExit:
                        inner.close()
                        raise
                    except BaseException as error:
                        step, value = inner.throw, error
    else:
        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            return _run_in(_Scope(open_span), lambda span: function(*args, **kwargs))

    return wrapper


def _run_in(scope: _Scope, work: Callable[[Any], Any]) -> Any:
    """Calls `work` in a span; when it gives a coroutine, the span lasts as long as that."""
    span = scope.__enter__()
    try:
        result = work(span)
    except BaseException as error:
        scope.__exit__(type(error), error, None)
        raise
    if inspect.iscoroutine(result):
        _leave(scope._token)
        return _finish_later(span, result)
    scope.__exit__(None, None, None)
    return result


async def _finish_later(span: Span, coroutine: Any) -> Any:
    with _Scope(lambda: span):
        return await coroutine


class _Step:
    """The span of a generator is current only while the generator's own code runs."""

    def __init__(self, span: Span) -> None:
        self._span = span

    def __enter__(self) -> None:
        self._token = _active.set(_Active(self._span.trace, self._span, None))

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        _leave(self._token)


class _Closing:
    """The span of a generator lasts until it is exhausted, closed or fails."""

    def __init__(self, span: Span) -> None:
        self._span = span

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: Optional[BaseException], trace: Any) -> None:
        _close(self._span, error)


# ---------------------------------------------------------------------------------------------------------------------
# Agents

_PREVIEW_LENGTH = 100
# While text streams in, the span shows it at most this often,
_STREAM_INTERVAL = 0.05
# and only when it has grown by this factor, so that a long answer is not sent a thousand times.
_STREAM_GROWTH = 1.1


class LlmSpan(Span):
    """One request to a model."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._began = time.perf_counter()
        self._text = ""
        self._first_chunk = False
        self._shown_at = 0.0
        self._shown_length = 0
        self._answered = False

    def chunk(self, text: str) -> None:
        """A piece of streamed text; the span shows what has come so far."""
        now = time.perf_counter()
        self._text += text
        if not self._first_chunk:
            self._first_chunk = True
            self.add_event("gen_ai.content.first_chunk")
            self.set_attribute("gen_ai.response.time_to_first_chunk", now - self._began)
        if now - self._shown_at >= _STREAM_INTERVAL and len(self._text) >= self._shown_length * _STREAM_GROWTH:
            self._shown_at = now
            self._shown_length = len(self._text)
            self._show_text(None)

    def respond(
        self, *, prompt_tokens: Optional[int] = None, completion_tokens: Optional[int] = None, cached_tokens: Optional[int] = None,
        reasoning_tokens: Optional[int] = None, finish_reason: Optional[str] = None, response_id: Optional[str] = None,
        response_model: Optional[str] = None, cost_usd: Optional[float] = None, output_messages: Optional[Sequence[Any]] = None,
    ) -> None:
        """Records the answer."""
        self._answered = True
        if output_messages is None and self._text:
            self._show_text(finish_reason)
        self.set_attributes({
            "llm.prompt_tokens": prompt_tokens,
            "llm.completion_tokens": completion_tokens,
            "gen_ai.usage.input_tokens": prompt_tokens,
            "gen_ai.usage.output_tokens": completion_tokens,
            "gen_ai.usage.cache_read.input_tokens": cached_tokens,
            "gen_ai.usage.reasoning.output_tokens": reasoning_tokens,
            "gen_ai.response.finish_reasons": None if finish_reason is None else [finish_reason],
            "gen_ai.response.id": response_id,
            "gen_ai.response.model": response_model,
            "gen_ai.output.messages": output_messages,
            "gen_ai.usage.cost": cost_usd,
        })

    def _show_text(self, finish_reason: Optional[str]) -> None:
        message: Dict[str, Any] = {"role": "assistant", "parts": [{"type": "text", "content": self._text}]}
        if finish_reason is not None:
            message["finish_reason"] = finish_reason
        self.set_attribute("gen_ai.output.messages", [message])

    def _finish(self, error: Optional[BaseException]) -> None:
        if not self._answered and self._text:
            self._show_text(None)
        self.set_attribute("llm.duration_ms", (time.perf_counter() - self._began) * 1000)


class ToolSpan(Span):
    """One use of a tool."""

    def set_result(self, result: Any) -> Any:
        """Records what the tool gave, and gives it back."""
        self.set_attribute("gen_ai.tool.call.result", result)
        return result

    def _finish(self, error: Optional[BaseException]) -> None:
        self.set_attribute("tool.success", error is None)


class DecisionSpan(Span):
    """A choice between options."""

    def choose(self, option: Any, reason: Optional[str] = None) -> Any:
        """Records what was chosen, and gives it back."""
        self.set_attributes({"decision.chosen": option, "decision.reason": reason})
        return option


class AgentTracer:
    """Spans of the steps of an agent, with the names and attributes by which they are recognised.

    Every method gives a block, to be used with `with` or `async with`.
    """

    def __init__(self, tracer: Optional[Tracer] = None) -> None:
        self.tracer = tracer or get_tracer()

    def agent_run(
        self, task: str, *, agent_name: Optional[str] = None, agent_type: Optional[str] = None, model: Optional[str] = None,
        conversation_id: Optional[str] = None, config: Optional[Mapping[str, Any]] = None,
        attributes: Optional[Mapping[str, Any]] = None, **options: Any,
    ) -> _Scope:
        """The span `agent_run` around everything an agent does for one task."""
        text = str(task)
        all_attributes = {
            "task_preview": _cut(text, _PREVIEW_LENGTH),
            "task.length": len(text),
            "agent_type": agent_type,
            "model": model,
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.agent.name": agent_name or self.tracer.resource["service.name"],
            "gen_ai.conversation.id": conversation_id,
            "gen_ai.input.messages": [{"role": "user", "parts": [{"type": "text", "content": text}]}],
            **(attributes or {}),
        }

        def open_span() -> Span:
            span = self.tracer._open(Span, "agent_run", attributes=all_attributes, **options)
            return span.add_event("agent_started", {"config": config or _values({"type": agent_type, "model": model})})

        return _Scope(open_span)

    def iteration(self, number: int) -> _Scope:
        """The span `iteration_N` around one round of an agent's loop; `number` counts from 1."""
        return _Scope(lambda: self.tracer._open(Span, f"iteration_{number}", attributes={"iteration": number}))

    def iterate(self, max_iterations: int, round: Callable[[int, Span], Any]) -> Any:
        """The loop of an executor: rounds in spans `iteration_N` until one gives a result, at most `max_iterations`.

        The number of rounds is set on the span around it as `total_iterations`. None when no round gave a result; an
        awaitable of that when `round` is async.
        """
        around = self.tracer.current_span
        for number in range(1, max_iterations + 1):
            result = self._round(around, number, round)
            if inspect.iscoroutine(result):
                return self._iterate_on(max_iterations, round, around, number, result)
            if result is not None:
                return result
        return None

    async def _iterate_on(
        self, max_iterations: int, round: Callable[[int, Span], Any], around: Optional[Span], number: int, under_way: Any,
    ) -> Any:
        result = await under_way
        while result is None and number < max_iterations:
            number += 1
            result = await self._round(around, number, round)
        return result

    def _round(self, around: Optional[Span], number: int, round: Callable[[int, Span], Any]) -> Any:
        if around is not None:
            around.set_attribute("total_iterations", number)
        return _run_in(self.iteration(number), lambda span: round(number, span))

    def llm_call(
        self, model: str, prompt_tokens: Optional[int] = None, temperature: Optional[float] = None, *,
        provider: Optional[str] = None, max_tokens: Optional[int] = None, input_messages: Optional[Sequence[Any]] = None,
        system_instructions: Optional[Sequence[Any]] = None, tool_definitions: Optional[Sequence[Any]] = None,
        attributes: Optional[Mapping[str, Any]] = None, kind: str = "client", **options: Any,
    ) -> _Scope:
        """The span `llm_call` around one request to a model; gives an LlmSpan (`chunk`, `respond`)."""
        all_attributes = {
            "llm.model": model,
            "llm.prompt_tokens": prompt_tokens,
            "llm.temperature": temperature,
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": provider,
            "gen_ai.request.model": model,
            "gen_ai.request.temperature": temperature,
            "gen_ai.request.max_tokens": max_tokens,
            "gen_ai.usage.input_tokens": prompt_tokens,
            "gen_ai.system_instructions": system_instructions,
            "gen_ai.input.messages": input_messages,
            "gen_ai.tool.definitions": tool_definitions,
            **(attributes or {}),
        }
        return _Scope(lambda: self.tracer._open(LlmSpan, "llm_call", kind=kind, attributes=all_attributes, **options))

    def tool_call(
        self, name: str, arguments: Any = None, *, call_id: Optional[str] = None, description: Optional[str] = None,
        attributes: Optional[Mapping[str, Any]] = None, **options: Any,
    ) -> _Scope:
        """The span `tool:NAME` around one use of a tool; gives a ToolSpan (`set_result`)."""
        copied = _value(arguments)
        all_attributes = {
            "tool.name": name,
            "tool.input_size": None if arguments is None else len(copied if isinstance(copied, str) else _compact(copied)),
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": name,
            "gen_ai.tool.description": description,
            "gen_ai.tool.call.id": call_id,
            "gen_ai.tool.call.arguments": copied,
            **(attributes or {}),
        }

        def open_span() -> Span:
            span = self.tracer._open(ToolSpan, f"tool:{name}", attributes=all_attributes, **options)
            return span.add_event("tool_invoked", {"input_keys": list(copied) if isinstance(copied, dict) else []})

        return _Scope(open_span)

    def memory_operation(
        self, operation: str, memory_type: Optional[str] = None, *, key: Optional[str] = None, query: Optional[str] = None,
        attributes: Optional[Mapping[str, Any]] = None, **options: Any,
    ) -> _Scope:
        """The span `memory:OPERATION` around reading or writing what an agent remembers."""
        all_attributes = {
            "memory.operation": operation,
            "memory.type": memory_type,
            "memory.key": key,
            "gen_ai.memory.query.text": query,
            **(attributes or {}),
        }
        return _Scope(lambda: self.tracer._open(Span, f"memory:{operation}", attributes=all_attributes, **options))

    def decision(
        self, decision_type: str, options: Optional[Sequence[Any]] = None, chosen: Any = None, *, reason: Optional[str] = None,
        attributes: Optional[Mapping[str, Any]] = None, **more: Any,
    ) -> _Scope:
        """The span `decision:TYPE` around a choice; gives a DecisionSpan (`choose`)."""
        all_attributes = {
            "decision.type": decision_type,
            "decision.option_count": None if options is None else len(options),
            "decision.options": options,
            "decision.chosen": chosen,
            "decision.reason": reason,
            **(attributes or {}),
        }
        return _Scope(lambda: self.tracer._open(DecisionSpan, f"decision:{decision_type}", attributes=all_attributes, **more))


# ---------------------------------------------------------------------------------------------------------------------
# Context between processes: W3C trace context and baggage, B3

_MAX_HEADER = 16_384
_MAX_TRACE_STATE = 512
_MAX_BAGGAGE = 8192
_MAX_BAGGAGE_ENTRIES = 64
_TRACEPARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_PRINTABLE = re.compile(r"[ -~]*=[ -~]*")


def _inject(context: SpanContext, carrier: MutableMapping[str, Any], formats: Sequence[str]) -> None:
    sampled = str(context.flags & 1)
    for form in formats:
        if form == "b3":
            carrier["b3"] = f"{context.trace_id}-{context.span_id}-{sampled}"
        elif form == "b3multi":
            carrier["x-b3-traceid"], carrier["x-b3-spanid"], carrier["x-b3-sampled"] = context.trace_id, context.span_id, sampled
        else:
            carrier["traceparent"] = f"00-{context.trace_id}-{context.span_id}-{context.flags & 0xFF:02x}"
            if context.trace_state is not None:
                carrier["tracestate"] = context.trace_state
    baggage = _format_baggage(context.baggage)
    if baggage:
        carrier["baggage"] = baggage


def _extract(carrier: Mapping[str, Any]) -> Optional[SpanContext]:
    headers: Dict[str, str] = {}
    for key, value in carrier.items():
        name = (key.decode("latin-1") if isinstance(key, bytes) else str(key)).lower()
        text = value[0] if isinstance(value, (list, tuple)) and value else value
        text = text.decode("latin-1") if isinstance(text, bytes) else text
        if isinstance(text, str) and len(text) <= _MAX_HEADER:
            headers.setdefault(name, text.strip())
    context = _extract_w3c(headers) or _extract_b3(headers)
    return None if context is None else context._replace(baggage=_parse_baggage(headers.get("baggage", "")))


def _extract_w3c(headers: Mapping[str, str]) -> Optional[SpanContext]:
    match = _TRACEPARENT.fullmatch(headers.get("traceparent", ""))
    if match is None:
        return None
    version, trace_id, span_id, flags, rest = match.groups()
    if version == "ff" or (version == "00" and rest is not None) or not trace_id.strip("0") or not span_id.strip("0"):
        return None
    state = headers.get("tracestate", "")
    valid = len(state) <= _MAX_TRACE_STATE and _PRINTABLE.fullmatch(state) is not None
    return SpanContext(trace_id, span_id, int(flags, 16), state if valid else None)


def _extract_b3(headers: Mapping[str, str]) -> Optional[SpanContext]:
    if "b3" in headers:
        trace_id, span_id, sampled = (headers["b3"].split("-", 3) + ["", ""])[:3]
    else:
        trace_id, span_id = headers.get("x-b3-traceid", ""), headers.get("x-b3-spanid", "")
        sampled = "d" if headers.get("x-b3-flags") == "1" else headers.get("x-b3-sampled", "")
    if not _is_id(trace_id, (16, 32)) or not _is_id(span_id, (16,)):
        return None
    return SpanContext(trace_id.lower().rjust(32, "0"), span_id.lower(), 0 if sampled.lower() in ("0", "false") else 1)


def _is_id(text: str, lengths: Tuple[int, ...]) -> bool:
    return len(text) in lengths and re.fullmatch("[0-9a-fA-F]+", text) is not None and text.strip("0") != ""


def _format_baggage(baggage: Mapping[str, str]) -> str:
    entries: List[str] = []
    length = 0
    for key, value in baggage.items():
        # The marks are those that encodeURIComponent leaves, so that both kits write the same bytes.
        entry = f"{key}={urllib.parse.quote(str(value), safe='!*()' + chr(39), errors='replace')}"
        if not _TOKEN.fullmatch(key) or len(entries) >= _MAX_BAGGAGE_ENTRIES or length + len(entry) + 1 > _MAX_BAGGAGE:
            continue
        entries.append(entry)
        length += len(entry) + 1
    return ",".join(entries)


def _parse_baggage(text: str) -> Dict[str, str]:
    baggage: Dict[str, str] = {}
    for entry in text[:_MAX_BAGGAGE].split(",")[:_MAX_BAGGAGE_ENTRIES]:
        key, equals, value = entry.partition("=")
        if equals and _TOKEN.fullmatch(key.strip()):
            baggage[key.strip()] = urllib.parse.unquote(value.partition(";")[0].strip())
    return baggage


# ---------------------------------------------------------------------------------------------------------------------
# Environment

_DEFAULT_ENDPOINT = "ws://127.0.0.1:4318/v1/spans"
_DEFAULT_OTLP = "http://127.0.0.1:4318"


def _variable(name: str) -> Optional[str]:
    """An environment variable; empty counts as not set."""
    return os.environ.get(name, "").strip() or None


def _live_endpoint(option: Optional[str]) -> urllib.parse.SplitResult:
    """Where live spans go: the option, SPANSCOPE_ENDPOINT, the OTLP endpoint of the environment, the usual port."""
    # A gRPC endpoint is another port, which does not speak WebSocket.
    otlp = None if _variable("OTEL_EXPORTER_OTLP_PROTOCOL") == "grpc" else _variable("OTEL_EXPORTER_OTLP_ENDPOINT")
    for text in (option, _variable("SPANSCOPE_ENDPOINT"), otlp):
        try:
            url = urllib.parse.urlsplit(re.sub("^http", "ws", text or "", flags=re.IGNORECASE))
            if url.scheme in ("ws", "wss") and url.hostname and url.port != 0:
                return url if url.path not in ("", "/") else url._replace(path="/v1/spans")
        except ValueError:
            continue
    return urllib.parse.urlsplit(_DEFAULT_ENDPOINT)


def _variable_pairs(name: str) -> Dict[str, str]:
    """`a=b,c=d` with percent-encoded values, as in OTEL_EXPORTER_OTLP_HEADERS and OTEL_RESOURCE_ATTRIBUTES."""
    pairs: Dict[str, str] = {}
    for pair in (_variable(name) or "").split(","):
        key, equals, value = pair.partition("=")
        if equals and key.strip():
            pairs[key.strip()] = urllib.parse.unquote(value.strip())
    return pairs


def _resource(service_name: Optional[str], more: Optional[Mapping[str, Any]]) -> Dict[str, Any]:
    """The resource of this process; without a name given, the name of its script serves."""
    from_environment = _variable_pairs("OTEL_RESOURCE_ATTRIBUTES")
    script = os.path.splitext(os.path.basename(sys.argv[0] if sys.argv else ""))[0]
    name = service_name or _variable("OTEL_SERVICE_NAME") or from_environment.get("service.name") or script or "agent"
    return {
        **from_environment,
        "telemetry.sdk.name": "spanscope",
        "telemetry.sdk.language": "python",
        "telemetry.sdk.version": __version__,
        "process.pid": os.getpid(),
        **_values(more),
        "service.name": name,
    }


# ---------------------------------------------------------------------------------------------------------------------
# End of the program

_EXIT_DEADLINE = 2.0
_exporters_at_exit: weakref.WeakSet[Any] = weakref.WeakSet()


def _flush_all(exporters: Iterable[Any], deadline: float) -> None:
    until = time.monotonic() + deadline
    for exporter in list(exporters):
        flush = getattr(exporter, "flush", None)
        if flush is not None:
            _quietly(flush, max(0.0, until - time.monotonic()))


def _forget_in_child() -> None:
    """The threads and connections of the parent process do not exist in a forked child."""
    for exporter in list(_exporters_at_exit):
        reset = getattr(exporter, "_reset", None)
        if reset is not None:
            _quietly(reset)


atexit.register(lambda: _flush_all(_exporters_at_exit, _EXIT_DEADLINE))
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_in_child)


# ---------------------------------------------------------------------------------------------------------------------
# Live over a WebSocket

_HANDSHAKE_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # told by RFC 6455, section 1.3
_CONNECT_TIMEOUT = 3.0
_SEND_TIMEOUT = 10.0
_MAX_INCOMING = 1 << 20


class _WebSocket:
    """A WebSocket client (RFC 6455) that sends and receives text; errors are OSError."""

    def __init__(self, url: urllib.parse.SplitResult) -> None:
        secure = url.scheme == "wss"
        host, port = url.hostname or "", url.port or (443 if secure else 80)
        self._buffer = b""
        self._fragments: List[bytes] = []
        self.socket: Any = socket.create_connection((host, port), _CONNECT_TIMEOUT)
        try:
            if secure:
                self.socket = ssl.create_default_context().wrap_socket(self.socket, server_hostname=host)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._shake_hands(url, f"[{host}]:{port}" if ":" in host else f"{host}:{port}")
            self.socket.settimeout(_SEND_TIMEOUT)
        except BaseException:
            self.close()
            raise

    def _shake_hands(self, url: urllib.parse.SplitResult, host: str) -> None:
        key = base64.b64encode(os.urandom(16))
        path = url.path + (f"?{url.query}" if url.query else "")
        self.socket.sendall(
            f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key.decode('ascii')}\r\n\r\n".encode("latin-1")
        )
        while b"\r\n\r\n" not in self._buffer:
            received = self.socket.recv(4096)
            if not received or len(self._buffer) > _MAX_HEADER:
                raise ConnectionError("no WebSocket answer")
            self._buffer += received
        head, self._buffer = self._buffer.split(b"\r\n\r\n", 1)
        expected = base64.b64encode(hashlib.sha1(key + _HANDSHAKE_GUID).digest())
        if not re.match(rb"HTTP/1\.1 101 ", head) or expected not in head:
            raise ConnectionError("not a WebSocket")

    def send(self, payload: bytes, opcode: int = 1) -> None:
        size = len(payload)
        if size < 126:
            header = struct.pack("!BB", 0x80 | opcode, 0x80 | size)
        elif size < 0x10000:
            header = struct.pack("!BBH", 0x80 | opcode, 0xFE, size)
        else:
            header = struct.pack("!BBQ", 0x80 | opcode, 0xFF, size)
        mask = os.urandom(4)
        # One big exclusive-or instead of a loop over bytes.
        stream = int.from_bytes((mask * (size // 4 + 1))[:size], "little")
        self.socket.sendall(header + mask + (int.from_bytes(payload, "little") ^ stream).to_bytes(size, "little"))

    def receive(self) -> List[str]:
        """The messages that have arrived; to be called when there is something to read."""
        while True:
            received = self.socket.recv(65536)
            if not received:
                raise ConnectionError("closed")
            self._buffer += received
            if not (isinstance(self.socket, ssl.SSLSocket) and self.socket.pending()):
                return self.take()

    def take(self) -> List[str]:
        """The messages among the bytes read so far."""
        messages: List[str] = []
        while True:
            frame = self._next_frame()
            if frame is None:
                return messages
            final, opcode, payload = frame
            if opcode == 8:
                raise ConnectionError("closed")
            if opcode == 9:
                self.send(payload, 10)
            elif opcode in (0, 1):
                self._fragments.append(payload)
                if sum(map(len, self._fragments)) > _MAX_INCOMING:
                    raise ConnectionError("message too large")
                if final:
                    messages.append(b"".join(self._fragments).decode("utf-8", "replace"))
                    self._fragments = []

    def _next_frame(self) -> Optional[Tuple[bool, int, bytes]]:
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        size, start = buffer[1], 2
        if buffer[0] & 0x70 or size > 127:
            raise ConnectionError("broken frame")
        if size >= 126:
            start = 4 if size == 126 else 10
            if len(buffer) < start:
                return None
            size = int.from_bytes(buffer[2:start], "big")
        if size > _MAX_INCOMING:
            raise ConnectionError("message too large")
        if len(buffer) < start + size:
            return None
        self._buffer = buffer[start + size:]
        return (buffer[0] & 0x80) != 0, buffer[0] & 0x0F, buffer[start:start + size]

    def close(self) -> None:
        _quietly(self.socket.close)


class _Known:
    """What the receiver has been told of a span."""

    __slots__ = ("span", "ended", "connection", "keys", "events_sent", "status_sent", "name_sent", "size")

    def __init__(self, span: Span) -> None:
        self.span = span
        self.ended = False
        self.connection = -1
        self.keys: Dict[str, None] = {}
        self.events_sent = 0
        self.status_sent = span.status
        self.name_sent = span.name
        self.size = 0


_INTERVAL = 0.01  # shorter than a frame of a screen; several changes of a span within it travel as one
_MAX_FRAME_CHARACTERS = 256_000
_MAX_FRAME_MESSAGES = 512
_MAX_MESSAGE = 3_000_000  # a receiver refuses frames above 4 MiB
_MAX_FRAMES_IN_FLIGHT = 64
_FIRST_RETRY = 0.2
_LAST_RETRY = 5.0
# Frames of spans are numbered from 1.
_HELLO_ID = 0


class LiveExporter:
    """Sends spans over a WebSocket while they happen, from a thread of its own.

    `start`, `update` and `end`, or a whole `span` where the receiver has not seen its start. It remembers spans only
    until the receiver has confirmed them; what was not confirmed when a connection broke is sent again over the next.
    """

    def __init__(
        self, endpoint: Optional[str] = None, *, token: Optional[str] = None, max_spans: int = 10_000, max_bytes: int = 32 << 20,
    ) -> None:
        self._endpoint = _live_endpoint(endpoint)
        self._token = token or _variable("SPANSCOPE_TOKEN")
        self._max_spans = max_spans
        self._max_bytes = max_bytes
        self._web_socket: Optional[_WebSocket] = None
        self._reset()
        _exporters_at_exit.add(self)

    def _reset(self) -> None:
        if self._web_socket is not None:
            self._web_socket.close()
            self._web_socket = None
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._known: Dict[Span, _Known] = {}  # open spans, and ended ones that are not confirmed
        self._unsent: Dict[_Known, None] = {}
        self._in_flight: Dict[int, List[_Known]] = {}
        self._bytes = 0
        self.lost_spans = 0  # ended spans that nobody took before memory ran out
        self._lost_reported = 0
        self._thread: Optional[threading.Thread] = None
        self._signal: Optional[Tuple[socket.socket, socket.socket]] = None
        self._signalled = False
        self._connection = 0
        self._last_frame = 0
        self._attempts = 0
        self._failures = 0
        self._urgent = False
        self._closing = False

    # Called by the agent.

    def on_start(self, span: Span) -> None:
        self._touch(span, None, False)

    def on_change(self, span: Span, key: Optional[str]) -> None:
        self._touch(span, key, False)

    def on_end(self, span: Span) -> None:
        self._touch(span, None, True)

    def flush(self, deadline: float = 2.0) -> None:
        until = time.monotonic() + deadline
        with self._changed:
            if not self._unsent and not self._in_flight:
                return
            self._start_thread()
            attempts = self._attempts
            self._urgent = True
            self._wake()
            # An attempt that was under way already does not count: the receiver may just have come up.
            while (self._unsent or self._in_flight) and self._attempts < attempts + 2:
                left = until - time.monotonic()
                if left <= 0 or not self._changed.wait(left):
                    break
            self._urgent = False

    def close(self) -> None:
        """Ends the connection; spans that are made later begin another one."""
        with self._lock:
            self._closing = True
            self._wake()

    def _touch(self, span: Span, key: Optional[str], ended: bool) -> None:
        with self._lock:
            known = self._known.get(span)
            if known is None:
                known = self._known[span] = _Known(span)
            if key is not None and known.connection == self._connection:
                known.keys[key] = None
            known.ended = known.ended or ended
            self._bytes += span.size - known.size
            known.size = span.size
            self._unsent[known] = None
            while len(self._known) > self._max_spans or (self._bytes > self._max_bytes and len(self._known) > 1):
                self._forget_oldest()
            self._start_thread()
            self._wake()

    def _forget_oldest(self) -> None:
        """An open span that is forgotten comes back, whole, when it changes or ends."""
        oldest = next(iter(self._known.values()))
        if oldest.ended and oldest in self._unsent:
            self.lost_spans += 1
        self._forget(oldest)

    def _forget(self, known: _Known) -> None:
        if self._known.pop(known.span, None) is not None:
            self._unsent.pop(known, None)
            self._bytes -= known.size

    def _start_thread(self) -> None:
        if self._thread is None:
            self._signal = socket.socketpair()
            for end in self._signal:
                end.setblocking(False)
            self._thread = threading.Thread(target=self._run, name="spanscope", daemon=True)
            self._thread.start()

    def _wake(self) -> None:
        if not self._signalled and self._signal is not None:
            self._signalled = True
            self._signal[0].send(b"w")

    # In the thread.

    def _run(self) -> None:
        while not self._closing:
            self._wait(None, None if not self._known else 0.0)
            token = self._token
            try:
                self._web_socket = _WebSocket(self._endpoint)
            except Exception:
                pass
            else:
                _quietly(self._serve, self._web_socket)
                self._web_socket.close()
                if token != self._token:
                    continue
            self._failures += 1
            self._report_attempt()
            self._pause(min(_LAST_RETRY, _FIRST_RETRY * 2 ** (self._failures - 1)) * random.uniform(0.8, 1.2))
        with self._lock:
            self._known, self._unsent, self._bytes = {}, {}, 0
            self._thread, self._closing = None, False

    def _serve(self, web_socket: _WebSocket) -> None:
        with self._lock:
            self._connection += 1
            self._in_flight.clear()
            # Another receiver may be there now: it gets to know all that is open.
            self._unsent = dict.fromkeys(self._known.values())
        web_socket.send(_compact(self._hello()).encode("ascii"))
        self._take_answers(web_socket.take())
        sent_at = 0.0
        while not self._closing:
            picked = self._pick()
            while picked:
                web_socket.send(self._frame(picked))
                sent_at = time.monotonic()
                picked = self._pick()
            if self._wait(web_socket, None):
                self._take_answers(web_socket.receive())
            elif not self._urgent:
                time.sleep(max(0.0, sent_at + _INTERVAL - time.monotonic()))

    def _wait(self, web_socket: Optional[_WebSocket], timeout: Optional[float]) -> bool:
        """Waits until there is something to send or to read; tells whether there is something to read."""
        signal = self._signal[1] if self._signal is not None else None
        sockets = [each for each in (signal, web_socket.socket if web_socket is not None else None) if each is not None]
        readable = select.select(sockets, [], [], timeout)[0]
        if signal in readable:
            with self._lock:
                self._signalled = False
                _quietly(signal.recv, 64)
        return web_socket is not None and web_socket.socket in readable

    def _pause(self, delay: float) -> None:
        """Waits before the next attempt, unless somebody waits for it."""
        until = time.monotonic() + delay
        while not self._urgent and not self._closing and time.monotonic() < until:
            self._wait(None, max(0.0, until - time.monotonic()))
            time.sleep(min(_INTERVAL, max(0.0, until - time.monotonic())))

    def _report_attempt(self) -> None:
        with self._changed:
            self._in_flight.clear()
            self._attempts += 1
            self._changed.notify_all()

    def _hello(self) -> Dict[str, Any]:
        first = next(iter(list(self._known)), None)
        name = "agent" if first is None else first.resource["service.name"]
        hello: Dict[str, Any] = {
            "type": "hello", "id": _HELLO_ID, "client": {"name": name, "language": "python", "pid": os.getpid(), "cwd": os.getcwd()},
        }
        if self._token is not None:
            hello["token"] = self._token
        return hello

    def _take_answers(self, messages: Iterable[str]) -> None:
        for text in messages:
            answer = json.loads(text)
            if not isinstance(answer, dict) or answer.get("type") not in ("ack", "error"):
                continue
            if answer.get("id") == _HELLO_ID:
                if answer["type"] == "error":
                    # Of an earlier run of the receiver, or of another one: spans are taken without.
                    self._token = None
                    raise ConnectionError("token not accepted")
                continue
            # Only now: a receiver that is overloaded takes connections and ends them at once.
            self._failures = 0
            with self._changed:
                for known in self._in_flight.pop(answer.get("id"), []):
                    if known.ended and known not in self._unsent:
                        self._forget(known)
                self._changed.notify_all()

    def _pick(self) -> List[Tuple[_Known, bool, Dict[str, None]]]:
        """Spans whose changes go into the next frame: with whether they have ended, and the attributes that changed.

        Only this holds the lock that the agent's threads wait for; the text is made without it.
        """
        picked: List[Tuple[_Known, bool, Dict[str, None]]] = []
        characters = 0
        with self._lock:
            if len(self._in_flight) >= _MAX_FRAMES_IN_FLIGHT:
                return picked
            while self._unsent and len(picked) < _MAX_FRAME_MESSAGES and characters < _MAX_FRAME_CHARACTERS:
                known = next(iter(self._unsent))
                characters += known.size
                if picked and characters > _MAX_FRAME_CHARACTERS:
                    break
                del self._unsent[known]
                is_new = known.connection != self._connection
                picked.append((known, known.ended, {} if is_new else known.keys))
                known.keys = {}
            if picked:
                self._last_frame += 1
                self._in_flight[self._last_frame] = [known for known, _, _ in picked]
        return picked

    def _frame(self, picked: Sequence[Tuple[_Known, bool, Dict[str, None]]]) -> bytes:
        """Changes as one text frame; the receiver confirms the number of its last message."""
        messages = [self._message_of(*each) for each in picked]
        messages[-1]["id"] = self._last_frame
        texts = [*self._loss_notice(), *map(_message_text, messages)]
        return (texts[0] if len(texts) == 1 else f"[{','.join(texts)}]").encode("ascii")

    def _message_of(self, known: _Known, ended: bool, keys: Dict[str, None]) -> Dict[str, Any]:
        span = known.span
        name, status = span.name, span.status
        if known.connection != self._connection or (ended and known.name_sent != name):
            message = _whole_span(span, ended)
            known.events_sent = len(message["span"]["events"])
        else:
            events = list(span.events)
            message = _span_changes(span, ended, keys, events[known.events_sent:])
            if known.name_sent != name:
                message["name"] = name
            if ended or known.status_sent is not status:
                message["status"] = _wire_status(status)
            known.events_sent = len(events)
        known.connection = self._connection
        known.status_sent = status
        known.name_sent = name
        return message

    def _loss_notice(self) -> List[str]:
        count = self.lost_spans - self._lost_reported
        if count == 0:
            return []
        self._lost_reported = self.lost_spans
        body = f"{count} spans were not sent: nobody took them before the agent's buffer was full"
        return [_compact({"type": "log", "timeUnixNano": str(time.time_ns()), "severity": "WARN", "body": body})]


def _whole_span(span: Span, ended: bool) -> Dict[str, Any]:
    """`start` of an open span, `span` of one that has ended: everything there is to say about it."""
    wire: Dict[str, Any] = {"traceId": span.trace_id, "spanId": span.span_id}
    if span.parent_span_id is not None:
        wire["parentSpanId"] = span.parent_span_id
    wire.update(name=span.name, kind=span.kind, startTimeUnixNano=str(span.start_time_unix_nano))
    if ended:
        wire["endTimeUnixNano"] = str(span.end_time_unix_nano)
    wire.update(
        status=_wire_status(span.status), attributes=_wire_attributes(span, dict(span.attributes)),
        events=_wire_events(list(span.events)), resource={"attributes": span.resource},
    )
    if span.links:
        wire["links"] = span.links
    if span.trace.baggage:
        wire["baggage"] = dict(span.trace.baggage)
    return {"type": "span" if ended else "start", "span": wire}


def _span_changes(span: Span, ended: bool, keys: Iterable[str], events: Sequence[SpanEvent]) -> Dict[str, Any]:
    """`update` of an open span, `end` of one that has ended: what the receiver does not know yet."""
    message: Dict[str, Any] = {"type": "end" if ended else "update", "traceId": span.trace_id, "spanId": span.span_id}
    if ended:
        message["endTimeUnixNano"] = str(span.end_time_unix_nano)
    attributes = _wire_attributes(span, {key: span.attributes[key] for key in keys})
    if attributes:
        message["attributes"] = attributes
    if events:
        message["events"] = _wire_events(events)
    return message


def _wire_attributes(span: Span, attributes: Dict[str, Any]) -> Dict[str, Any]:
    return {**attributes, "spanscope.lost_attributes_and_events": span.lost} if span.lost else attributes


def _wire_events(events: Sequence[SpanEvent]) -> List[Dict[str, Any]]:
    return [{"name": name, "timeUnixNano": str(at), "attributes": attributes} for name, at, attributes in events]


def _wire_status(status: SpanStatus) -> Dict[str, Any]:
    return {"code": status.code} if status.message is None else {"code": status.code, "message": status.message}


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def _message_text(message: Dict[str, Any]) -> str:
    """JSON text of a message, ASCII only; its longest texts are cut where it would be refused for its size."""
    try:
        text = _compact(message)
    except Exception:  # something that the agent has put into a span behind the back of its methods
        message = _value(message)
        text = _compact(message)
    for length in (250_000, 25_000, 2_500, 250, 0):
        if len(text) <= _MAX_MESSAGE:
            break
        text = _compact(_shortened(message, length))
    return text


def _shortened(value: Any, length: int) -> Any:
    if isinstance(value, str):
        return _cut(value, length)
    if isinstance(value, dict):
        return {key: _shortened(item, length) for key, item in value.items()}
    return [_shortened(item, length) for item in value] if isinstance(value, list) else value


# ---------------------------------------------------------------------------------------------------------------------
# Other exporters

_BATCH_INTERVAL = 1.0
_BATCH_SPANS = 256
_MAX_PENDING_SPANS = 10_000
_MAX_PENDING_BYTES = 32 << 20


class _BatchExporter:
    """Ended spans go out together, from a thread of its own: after a second, or when there are enough of them."""

    def __init__(self) -> None:
        self._reset()
        _exporters_at_exit.add(self)

    def _reset(self) -> None:
        self._changed = threading.Condition()
        self._spans: List[Span] = []
        self._bytes = 0
        self.lost_spans = 0
        self._busy = False
        self._urgent = 0
        self._failed = 0
        self._thread: Optional[threading.Thread] = None

    def on_end(self, span: Span) -> None:
        with self._changed:
            self._spans.append(span)
            self._bytes += span.size
            self._trim()
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="spanscope-batch", daemon=True)
                self._thread.start()
            if len(self._spans) >= _BATCH_SPANS:
                self._changed.notify_all()

    def flush(self, deadline: float = 2.0) -> None:
        until = time.monotonic() + deadline
        with self._changed:
            failed = self._failed
            self._urgent += 1
            self._changed.notify_all()
            while (self._spans or self._busy) and self._failed == failed:
                left = until - time.monotonic()
                if left <= 0 or not self._changed.wait(left):
                    break
            self._urgent -= 1

    def _trim(self) -> None:
        while len(self._spans) > 1 and (len(self._spans) > _MAX_PENDING_SPANS or self._bytes > _MAX_PENDING_BYTES):
            self._bytes -= self._spans.pop(0).size
            self.lost_spans += 1

    def _run(self) -> None:
        while True:
            with self._changed:
                if not self._spans:
                    self._changed.wait()
                if not self._urgent and len(self._spans) < _BATCH_SPANS:
                    self._changed.wait(_BATCH_INTERVAL)
                batch = self._spans[:_BATCH_SPANS]
                del self._spans[:_BATCH_SPANS]
                self._bytes -= sum(span.size for span in batch)
                self._busy = True
            try:
                retry = self._deliver(batch) if batch else None
            except Exception:
                retry = None
            with self._changed:
                self._busy = False
                if retry is not None:
                    self._spans[:0] = batch
                    self._bytes += sum(span.size for span in batch)
                    self._trim()
                    self._failed += 1
                self._changed.notify_all()
                if retry is not None:
                    self._changed.wait(retry)

    def _deliver(self, batch: Sequence[Span]) -> Optional[float]:
        """Delivers a batch; the seconds after which to try again when that was not possible."""
        raise NotImplementedError


class OtlpHttpExporter(_BatchExporter):
    """Sends ended spans as OTLP/HTTP with JSON; repeats what the receiver asks to repeat."""

    def __init__(self, endpoint: Optional[str] = None, *, headers: Optional[Mapping[str, str]] = None) -> None:
        super().__init__()
        base = (_variable("OTEL_EXPORTER_OTLP_ENDPOINT") or _DEFAULT_OTLP).rstrip("/")
        self._url = urllib.parse.urlsplit(endpoint or _variable("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") or f"{base}/v1/traces")
        self._headers = {**_variable_pairs("OTEL_EXPORTER_OTLP_HEADERS"), **(headers or {}), "content-type": "application/json"}
        self._failures = 0

    def _deliver(self, batch: Sequence[Span]) -> Optional[float]:
        delay = min(60.0, 2.0**self._failures)
        try:
            status, retry_after = self._post(_compact(_otlp_request(batch)).encode("ascii"))
        except OSError:
            self._failures += 1
            return delay
        if status in (429, 502, 503, 504):
            self._failures += 1
            return min(60.0, float(retry_after)) if (retry_after or "").isdigit() else delay
        self._failures = 0
        return None

    def _post(self, body: bytes) -> Tuple[int, Optional[str]]:
        kind = http.client.HTTPSConnection if self._url.scheme == "https" else http.client.HTTPConnection
        connection = kind(self._url.hostname or "", self._url.port, timeout=10)
        try:
            path = self._url.path + (f"?{self._url.query}" if self._url.query else "")
            connection.request("POST", path or "/", body, self._headers)
            response = connection.getresponse()
            response.read()
            return response.status, response.getheader("Retry-After")
        finally:
            connection.close()


class FileExporter(_BatchExporter):
    """Appends ended spans to a file, one OTLP/JSON request a line, as the OpenTelemetry collector's file exporter does."""

    def __init__(self, path: Union[str, os.PathLike[str]]) -> None:
        super().__init__()
        self._path = os.fspath(path)

    def _deliver(self, batch: Sequence[Span]) -> Optional[float]:
        with open(self._path, "a", encoding="ascii") as file:
            file.write(_compact(_otlp_request(batch)) + "\n")
        return None


class ConsoleExporter:
    """Prints the timeline of each trace when its first span ends; to stderr, because an agent may speak over its stdout."""

    def __init__(self, write: Optional[Callable[[str], Any]] = None) -> None:
        self._write = write or (lambda text: sys.stderr.write(text))

    def on_end(self, span: Span) -> None:
        if span.trace.root_span is span:
            self._write(to_timeline(span.trace))


_KINDS = {"internal": 1, "server": 2, "client": 3, "producer": 4, "consumer": 5}
_CODES = {"unset": 0, "ok": 1, "error": 2}


def _otlp_request(spans: Sequence[Span]) -> Dict[str, Any]:
    """Spans as the JSON form of an OTLP ExportTraceServiceRequest, grouped by resource."""
    groups: Dict[int, List[Span]] = {}
    for span in spans:
        groups.setdefault(id(span.resource), []).append(span)
    scope = {"name": "spanscope", "version": __version__}
    return {
        "resourceSpans": [
            {
                "resource": {"attributes": _key_values(group[0].resource)},
                "scopeSpans": [{"scope": scope, "spans": [_otlp_span(span) for span in group]}],
            }
            for group in groups.values()
        ]
    }


def _otlp_span(span: Span) -> Dict[str, Any]:
    out: Dict[str, Any] = {
        "traceId": span.trace_id,
        "spanId": span.span_id,
        "parentSpanId": span.parent_span_id,
        "traceState": span.trace.trace_state,
        "flags": span.trace.flags,
        "name": span.name,
        "kind": _KINDS.get(span.kind, 0),
        "startTimeUnixNano": str(span.start_time_unix_nano),
        "endTimeUnixNano": None if span.end_time_unix_nano is None else str(span.end_time_unix_nano),
        "attributes": _key_values(span.attributes),
        "droppedAttributesCount": span.lost or None,
        "events": [
            {"name": name, "timeUnixNano": str(at), "attributes": _key_values(attributes)} for name, at, attributes in span.events
        ],
        "links": [
            {
                "traceId": link.get("trace_id"), "spanId": link.get("span_id"),
                "attributes": _key_values(link.get("attributes") or {}),
            }
            for link in span.links
        ],
        "status": _values({"code": _CODES.get(span.status.code, 0), "message": span.status.message}),
    }
    return {key: value for key, value in out.items() if value is not None}


def _key_values(attributes: Mapping[str, Any]) -> List[Dict[str, Any]]:
    return [{"key": key, "value": _any_value(value)} for key, value in attributes.items()]


def _any_value(value: Any) -> Dict[str, Any]:
    if value is None:
        return {}
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, str):
        return {"stringValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    if isinstance(value, list):
        return {"arrayValue": {"values": [_any_value(item) for item in value]}}
    return {"kvlistValue": {"values": _key_values(value)}}


# ---------------------------------------------------------------------------------------------------------------------
# Renderers

_MAX_INDENT = 40
_ICONS = {"ok": "+", "error": "x", "unset": "?"}
_INVISIBLE = re.compile("[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def to_timeline(trace: Trace, width: int = 60) -> str:
    """The trace as text: two lines a span, its name with duration and a bar on the axis of the whole trace.

    An open span reaches to the last moment that the trace knows of.
    """
    spans = list(trace.spans)
    times = [at for span in spans for at in (span.start_time_unix_nano, span.end_time_unix_nano) if at is not None] or [0]
    first, last = min(times), max(times)
    total = max(last - first, 1)
    lines = [f"Trace {trace.trace_id}, {len(spans)} spans, {_milliseconds(last - first)}"]
    # A stack instead of recursion: an agent's loop can nest deeper than the interpreter's own.
    stack = [(node, 0) for node in reversed(trace.span_tree())]
    while stack:
        node, depth = stack.pop()
        indent = "  " * min(depth, _MAX_INDENT)
        span = node["span"]
        end = last if span.end_time_unix_nano is None else span.end_time_unix_nano
        start = min((span.start_time_unix_nano - first) * width // total, width - 1)
        length = min(max((end - span.start_time_unix_nano) * width // total, 1), width - start)
        duration = _milliseconds(end - span.start_time_unix_nano) if span.ended else "running"
        lines.append(f"{indent}{_ICONS.get(span.status.code, '?')} {_visible(span.name)} [{duration}]")
        lines.append(f"{indent}|{' ' * start}{'=' * length}{' ' * (width - start - length)}|")
        stack.extend((child, depth + 1) for child in reversed(node["children"]))
    return "\n".join(lines) + "\n"


def _milliseconds(ns: int) -> str:
    """One decimal, rounded half up, without a detour through floating point."""
    tenths = (ns + 50_000) // 100_000
    return f"{tenths // 10}.{tenths % 10}ms"


def _visible(name: str) -> str:
    """Control characters, which a terminal would obey, and those that turn the reading direction, as JSON writes them."""
    return _INVISIBLE.sub(lambda match: f"\\u{ord(match.group()):04x}", _cut(name, 200))


def to_json(trace: Trace) -> str:
    """The trace as JSON text: the same bytes for the same trace, ASCII only, indented by two spaces."""
    return json.dumps({"trace_id": trace.trace_id, "spans": [_json_span(span) for span in list(trace.spans)]}, indent=2)


def _json_span(span: Span) -> Dict[str, Any]:
    end = span.end_time_unix_nano
    description = {} if span.status.message is None else {"status_description": span.status.message}
    return {
        "span_id": span.span_id,
        "parent_span_id": span.parent_span_id,
        "name": span.name,
        "start_time": _iso(span.start_time_unix_nano),
        "end_time": None if end is None else _iso(end),
        "duration_ms": None if end is None else (end - span.start_time_unix_nano) / 1e6,
        "status": span.status.code,
        "attributes": {**_service_attribute(span), **span.attributes, **description},
        "events": [{"name": name, "timestamp": _iso(at), "attributes": attributes} for name, at, attributes in span.events],
    }


def _iso(unix_nano: int) -> str:
    """UTC without a zone, microseconds left out when they are zero."""
    micros = unix_nano // 1000
    return (datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=micros)).isoformat()


def _service_attribute(span: Span) -> Dict[str, Any]:
    return {} if "service.name" in span.attributes else {"service.name": span.resource["service.name"]}


def to_jaeger_format(trace: Trace) -> Dict[str, Any]:
    """The trace in the form of Jaeger's query API, as its UI opens it."""
    processes: Dict[str, str] = {}
    spans = []
    for span in list(trace.spans):
        process = processes.setdefault(str(span.resource["service.name"]), f"p{len(processes) + 1}")
        spans.append(_jaeger_span(span, process))
    by_id = {process: {"serviceName": service} for service, process in processes.items()}
    return {"data": [{"traceID": trace.trace_id, "spans": spans, "processes": by_id}]}


def _jaeger_span(span: Span, process: str) -> Dict[str, Any]:
    tags = [_jaeger_tag(key, value) for key, value in {**_service_attribute(span), **span.attributes}.items()]
    if span.kind != "internal":
        tags.append(_jaeger_tag("span.kind", span.kind))
    if span.status.code != "unset":
        tags.append(_jaeger_tag("otel.status_code", span.status.code.upper()))
    if span.status.message is not None:
        tags.append(_jaeger_tag("otel.status_description", span.status.message))
    if span.status.code == "error":
        tags.append(_jaeger_tag("error", True))
    end = span.end_time_unix_nano
    reference = {"refType": "CHILD_OF", "traceID": span.trace_id, "spanID": span.parent_span_id}
    return {
        "traceID": span.trace_id,
        "spanID": span.span_id,
        "operationName": span.name,
        "references": [] if span.parent_span_id is None else [reference],
        "startTime": span.start_time_unix_nano // 1000,
        "duration": 0 if end is None else (end - span.start_time_unix_nano) // 1000,
        "tags": tags,
        "logs": [
            {"timestamp": at // 1000, "fields": [_jaeger_tag("event", name), *(_jaeger_tag(*item) for item in attributes.items())]}
            for name, at, attributes in span.events
        ],
        "processID": process,
    }


def _jaeger_tag(key: str, value: Any) -> Dict[str, Any]:
    if isinstance(value, str):
        return {"key": key, "type": "string", "value": value}
    if isinstance(value, bool):
        return {"key": key, "type": "bool", "value": value}
    if isinstance(value, int):
        return {"key": key, "type": "int64", "value": value}
    if isinstance(value, float):
        return {"key": key, "type": "float64", "value": value}
    return {"key": key, "type": "string", "value": json.dumps(value, separators=(",", ":"), ensure_ascii=False)}
