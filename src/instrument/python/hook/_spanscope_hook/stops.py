"""Stops the program at spans: with breakpoints, a debugger that is attached, and the token that opens the control channel."""

import json
import threading
import time

from . import debugger, first_line, live, native
from .breakpoints import Breakpoints

# How long the first span of a program that is debugged waits to be told breakpoints: else it would pass them by on a slow machine.
_FIRST_SECONDS = 5.0

_breakpoints = Breakpoints()
_told = native.Event()
# Held while the program stands: who comes to a breakpoint meanwhile stops when it goes on, so that every stop is seen.
_standing = threading.RLock()
_counting = native.RLock()


def told(items):
    """To be called with the breakpoints that there are, a list of what the receiver sent."""
    with _counting:
        _breakpoints.set(items)
        live.stop_at = None if _breakpoints.is_empty else at
    first_line.keep({item.get("id") for item in items if isinstance(item, dict)})
    _told.set()


def not_told():
    """To be called when the receiver cannot be asked. It may tell later."""
    if live.stop_at is not at:
        live.stop_at = None
    _told.set()


def first(kind, source, moment):
    """What `at` does, for the spans that come before anybody could know whether there are breakpoints."""
    try:
        if debugger.attached() is None:
            return
        if not _told.wait(_FIRST_SECONDS):
            not_told()
        elif live.stop_at is at:
            at(kind, source, moment)
    except Exception:
        pass


def at(kind, source, moment):
    """Stands still if a span (as in `live.started`) meets a breakpoint now; the receiver knows of it then."""
    try:
        tell = first_line.over((kind, source)) if moment == "end" else None
        if tell is not None:
            _stand(tell)
        if not _breakpoints.concern(kind.name_of(source), moment) or debugger.attached() is None:
            return
        span = kind(source, None)
        facts = span.facts()
        if facts.is_failure and moment == "end":
            _stop_if_met(span, facts, "error")
        _stop_if_met(span, facts, moment)
    except Exception:
        pass


def _stop_if_met(span, facts, moment):
    with _counting:
        met = _breakpoints.met(facts, moment)
    if met is None:
        return

    def tell():
        for text in span.untold():
            live.tell_later(text)
        live.tell(json.dumps({"type": "breakpoint.hit", "breakpointId": met, "traceId": facts.trace_id, "spanId": facts.span_id, "on": moment}))

    present = debugger.attached()
    if present is not None and moment == "start" and debugger.hides_caller(present):
        first_line.stand_within((type(span), span.source), met, tell)
    else:
        _stand(tell)


def _stand(tell):
    with _standing:
        present = debugger.attached()
        if present is not None:
            tell()
            began = time.monotonic()
            debugger.stand_still(present)
            with _counting:
                _breakpoints.stood(time.monotonic() - began)


def forget_threads():
    """To be called in a forked child, whose other threads are gone with what they held."""
    global _breakpoints, _told, _standing, _counting
    _breakpoints = Breakpoints()  # it counts for itself
    _told, _standing, _counting = native.Event(), threading.RLock(), native.RLock()
    first_line.forget()
