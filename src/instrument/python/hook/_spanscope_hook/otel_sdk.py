"""Spans of the OpenTelemetry SDK: sees them begin and end beside the program's own processors and exporters."""

import functools

from . import live
from .location import place_of_caller
from .span_facts import SpanFacts
from .values import text_to_json, to_json, with_place

_KINDS = ("internal", "server", "client", "producer", "consumer")
_CODES = ("unset", "ok", "error")
_ERROR = 2


def attach(module):
    """Wraps `start`, `end` and `set_status` of the SDK's spans; `module` is `opentelemetry.sdk.trace`."""
    span_class = module.Span
    start, end, set_status = span_class.start, span_class.end, span_class.set_status
    started, ended = live.started, live.ended

    @functools.wraps(start)
    def seen_start(self, *args, **kwargs):
        start(self, *args, **kwargs)
        try:
            started(OtelSpan, self, place_of_caller(1))
        except Exception:
            pass

    @functools.wraps(end)
    def seen_end(self, *args, **kwargs):
        was_open = self._end_time is None
        try:
            end(self, *args, **kwargs)
        finally:
            try:
                if was_open and self._end_time is not None:
                    ended(OtelSpan, self)
            except Exception:
                pass

    @functools.wraps(set_status)
    def seen_set_status(self, *args, **kwargs):
        if live.stop_at is None:
            return set_status(self, *args, **kwargs)
        had_failed = has_failed(self)
        result = set_status(self, *args, **kwargs)
        try:
            if not had_failed and has_failed(self) and self._end_time is None:
                live.failed(OtelSpan, self)
        except Exception:
            pass
        return result

    span_class.start, span_class.end, span_class.set_status = seen_start, seen_end, seen_set_status


class OtelSpan(live.SeenSpan):
    """A span of the SDK, or one with its members."""

    def first_message(self, ended):
        return _members(self.source, self.place, ended)

    @classmethod
    def whole_message(cls, source, place):
        return f'{{"type":"span","witness":true,"span":{{{_members(source, place, True)[0]}}}}}'

    def next_message(self, ended, events_sent):
        span = self.source
        context, count = span._context, len(span._events)
        text = '"traceId":"%032x","spanId":"%016x","name":%s,"status":%s,"attributes":%s' % (
            context[0], context[1], text_to_json(span._name), _status(span._status), to_json(_attributes(span._attributes)),
        )
        if ended:
            text += f',"endTimeUnixNano":"{span._end_time}"'
        if count > events_sent:
            events = list(span._events)
            count = len(events)
            text += f',"events":{to_json(_events(events[events_sent:]))}'
        return text, count

    def changes(self):
        span = self.source
        attributes = span._attributes
        return (len(getattr(attributes, "_dict", attributes) or ()), len(span._events), span._name, span._status.status_code)

    @staticmethod
    def name_of(source):
        return source._name

    def facts(self):
        span, context = self.source, self.source._context
        return SpanFacts(f"{context.trace_id:032x}", f"{context.span_id:016x}", span._name, _attributes(span._attributes))


def _members(span, place, ended):
    """The whole span as members of a message, JSON text, and the number of events in it. Every look and every copy counts here."""
    # Tuples, whose members have properties as well.
    context, parent, events = span._context, span._parent, span._events
    more = "" if parent is None else ',"parentSpanId":"%016x"' % parent[1]
    if ended:
        more += f',"endTimeUnixNano":"{span._end_time}"'
    count = len(events)
    if count > 0:
        events = list(events)
        count = len(events)
        more += f',"events":{to_json(_events(events))}'
    if span._links:
        more += f',"links":{to_json([_link(link) for link in span._links])}'
    if context[4]:
        more += f',"traceState":{to_json(context[4].to_header())}'
    return '"traceId":"%032x","spanId":"%016x","name":%s,"status":%s,"kind":"%s","startTimeUnixNano":"%d","attributes":%s,%s%s' % (
        context[0], context[1], text_to_json(span._name), _status(span._status), _KINDS[span._kind._value_], span._start_time,
        with_place(place, _attributes(span._attributes), parent is None or parent[2]), _origin(span), more,
    ), count


def has_failed(span):
    """Whether the status of a span is an error."""
    return span._status.status_code._value_ == _ERROR


def _status(status):
    code = _CODES[status.status_code._value_]
    return f'{{"code":"{code}"}}' if status.description is None else f'{{"code":"{code}","message":{to_json(status.description)}}}'


# The text of the last resource and scope: spans that follow one another mostly have the same.
_last_origin = (None, None, "")


def _origin(span):
    global _last_origin
    resource, known = span._resource, _last_origin
    try:
        scope = span._instrumentation_scope
    except AttributeError:  # before 1.13
        scope = getattr(span, "instrumentation_info", None)
    if known[0] is not resource or known[1] is not scope:
        text = f'"resource":{to_json({"attributes": _attributes(resource.attributes)})}'
        if scope is not None:
            about = {"name": scope.name or "", "version": scope.version or "", "attributes": _attributes(getattr(scope, "attributes", None))}
            text += f',"scope":{to_json(about)}'
        known = _last_origin = (resource, scope, text)
    return known[2]


def _attributes(attributes):
    """A copy: the program's threads go on changing them. The SDK's own mapping copies for every look into it."""
    try:
        return dict(attributes._dict)
    except AttributeError:
        return dict(attributes or ())


def _events(events):
    return [{"name": event.name, "timeUnixNano": str(event.timestamp), "attributes": _attributes(event.attributes)} for event in events]


def _link(link):
    return {
        "traceId": format(link.context.trace_id, "032x"),
        "spanId": format(link.context.span_id, "016x"),
        "attributes": _attributes(link.attributes),
    }
