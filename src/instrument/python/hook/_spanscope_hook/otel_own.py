"""Spans for programs that have the OpenTelemetry API and not the SDK: with the members of the SDK's that `otel_sdk` reads."""

import os
import time
import traceback
import types

from . import kit, live
from .location import place_of_caller
from .otel_sdk import OtelSpan, has_failed

_MAX_ITEMS = 128  # attributes, events and links each, as in the SDK

_resource = types.SimpleNamespace(attributes=dict(kit._resource(None, None)))


def make_tracer_class(api):
    """The class of tracers: constructed with a name and a version; `api` is `opentelemetry.trace`."""

    class Span(api.Span):
        def __init__(self, name, context, parent, kind, scope, start_time):
            self._name, self._context, self._parent, self._kind = str(name), context, parent, kind
            self._status = api.Status(api.StatusCode.UNSET)
            self._start_time, self._end_time = start_time or time.time_ns(), None
            self._attributes, self._events, self._links = {}, [], []
            self._resource, self._instrumentation_scope = _resource, scope

        def get_span_context(self):
            return self._context

        def is_recording(self):
            return self._end_time is None

        def set_attribute(self, key, value):
            if self._end_time is None and (key in self._attributes or len(self._attributes) < _MAX_ITEMS):
                self._attributes[str(key)] = value

        def set_attributes(self, attributes):
            for key, value in (attributes or {}).items():
                self.set_attribute(key, value)

        def add_event(self, name, attributes=None, timestamp=None):
            if self._end_time is None and len(self._events) < _MAX_ITEMS:
                self._events.append(types.SimpleNamespace(name=str(name), timestamp=timestamp or time.time_ns(), attributes=dict(attributes or {})))

        def add_link(self, context, attributes=None):
            if self._end_time is None and len(self._links) < _MAX_ITEMS:
                self._links.append(types.SimpleNamespace(context=context, attributes=dict(attributes or {})))

        def update_name(self, name):
            if self._end_time is None:
                self._name = str(name)

        def set_status(self, status, description=None):
            # As the specification says: OK is final, and nothing is set back to UNSET.
            told = status if isinstance(status, api.Status) else api.Status(status, description)
            if self._end_time is None and self._status.status_code is not api.StatusCode.OK and told.status_code is not api.StatusCode.UNSET:
                had_failed = has_failed(self)
                self._status = told
                if not had_failed and has_failed(self):
                    _quietly(live.failed, OtelSpan, self)

        def record_exception(self, exception, attributes=None, timestamp=None, escaped=False):
            kind = type(exception)
            stack = "".join(traceback.format_exception(kind, exception, exception.__traceback__))
            about = {"exception.type": f"{kind.__module__}.{kind.__qualname__}", "exception.message": str(exception), "exception.stacktrace": stack}
            self.add_event("exception", {**about, **(attributes or {})}, timestamp)

        def end(self, end_time=None):
            if self._end_time is None:
                self._end_time = end_time or time.time_ns()
                _quietly(live.ended, OtelSpan, self)

        def __exit__(self, kind, error, stack):
            if error is not None and self.is_recording():
                self.record_exception(error)
                self.set_status(api.Status(api.StatusCode.ERROR, f"{type(error).__name__}: {error}"))
            self.end()

    class Tracer(api.Tracer):
        def __init__(self, name, version):
            self._scope = types.SimpleNamespace(name=name, version=version, attributes=None)

        def start_span(self, name, context=None, kind=api.SpanKind.INTERNAL, attributes=None, links=(), start_time=None, *args, **kwargs):
            parent = api.get_current_span(context).get_span_context()
            parent = parent if parent is not None and parent.is_valid else None
            trace_id = _new_id(16) if parent is None else parent.trace_id
            span_context = api.SpanContext(trace_id, _new_id(8), False, api.TraceFlags(api.TraceFlags.SAMPLED), None if parent is None else parent.trace_state)
            span = Span(name, span_context, parent, kind, self._scope, start_time)
            span.set_attributes(attributes)
            for link in links or ():
                span.add_link(link.context, link.attributes)
            _quietly(live.started, OtelSpan, span, place_of_caller(1))
            return span

        def start_as_current_span(
            self, name, context=None, kind=api.SpanKind.INTERNAL, attributes=None, links=(), start_time=None,
            record_exception=True, set_status_on_exception=True, end_on_exit=True, *args, **kwargs,
        ):
            span = self.start_span(name, context, kind, attributes, links, start_time)
            return api.use_span(span, end_on_exit=end_on_exit, record_exception=record_exception, set_status_on_exception=set_status_on_exception)

    return Tracer


def _new_id(size):
    # Not from `random`, whose numbers the program may want to have again.
    return int.from_bytes(os.urandom(size), "big") or 1


def _quietly(work, *args):
    try:
        work(*args)
    except Exception:
        pass
