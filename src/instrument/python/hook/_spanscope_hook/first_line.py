"""Stands at the first line of the user's that runs within a span that libraries alone began, such as that of a web framework for a request.

Whose line it is says the context (PEP 567), which goes with the span to its tasks and mostly to threads. Until then every call in
the threads concerned is looked at; programs are in nobody's way but for spans that they are to stop at.
"""

import contextvars
import functools
import sys

from . import debugger
from .location import is_users

_within = contextvars.ContextVar("spanscope_within", default=None)
# By what makes a span its own (class, object): those whose first line is awaited.
_pending = {}
_handing_over = []


def stand_within(key, breakpoint_id, tell):
    """The program stands at the first line of the user's within a span from here on; `tell` is called just before."""
    awaited = _pending[key] = _Awaited(key, breakpoint_id, tell)
    _within.set(awaited)
    _watch_hand_over()
    _watch_thread()


def over(key):
    """Takes back what is awaited of a span that is over; gives its `tell` when nothing of the user's has run within it, else None."""
    awaited = _pending.pop(key, None)
    return None if awaited is None else awaited.tell


def keep(breakpoint_ids):
    """Takes back what is awaited because of other breakpoints."""
    for key, awaited in list(_pending.items()):
        if awaited.breakpoint_id not in breakpoint_ids:
            _pending.pop(key, None)


def forget():
    """To be called in a forked child."""
    _pending.clear()


class _Awaited:
    def __init__(self, key, breakpoint_id, tell):
        self.key = key
        self.breakpoint_id = breakpoint_id
        self.tell = tell

    @property
    def is_pending(self):
        return _pending.get(self.key) is self

    def reached(self, frame):
        present = debugger.attached()
        if present is not None and _pending.pop(self.key, None) is not None:
            self.tell()
            debugger.stand_in(present, frame)

    def run(self, function, *args, **kwargs):
        """Calls what the span's thread has handed over to this one."""
        token = _within.set(self)
        is_watching = _watch_thread()
        try:
            return function(*args, **kwargs)
        finally:
            if is_watching:
                sys.setprofile(None)
            _within.reset(token)


def _watch_thread():
    """Whether calls in this thread are looked at now because of this. They are not where the program has a profiler of its own."""
    if sys.getprofile() is not None:
        return False
    sys.setprofile(_look)
    return True


def _look(frame, event, _):
    try:
        if not _pending:
            sys.setprofile(None)
        elif event == "call" and is_users(frame.f_code.co_filename):
            awaited = _within.get()
            if awaited is not None and awaited.is_pending:
                awaited.reached(frame)
    except Exception:
        sys.setprofile(None)


def _watch_hand_over():
    """Follows work into threads that were there before, which no other thread can be told to look at."""
    executors, threads = sys.modules.get("concurrent.futures.thread"), sys.modules.get("anyio.to_thread")
    if executors is not None and "executors" not in _handing_over:
        _handing_over.append("executors")
        submit = executors.ThreadPoolExecutor.submit

        @functools.wraps(submit)
        def seen_submit(self, fn, /, *args, **kwargs):
            return submit(self, _followed(fn), *args, **kwargs)

        executors.ThreadPoolExecutor.submit = seen_submit
    if threads is not None and "anyio" not in _handing_over:
        _handing_over.append("anyio")
        run_sync = threads.run_sync

        @functools.wraps(run_sync)
        def seen_run_sync(func, *args, **kwargs):
            return run_sync(_followed(func), *args, **kwargs)

        threads.run_sync = seen_run_sync


def _followed(function):
    awaited = _within.get() if _pending else None
    return function if awaited is None or not awaited.is_pending else functools.partial(awaited.run, function)
