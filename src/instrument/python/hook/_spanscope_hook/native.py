"""The system's own threads, locks and sockets, also where gevent or eventlet has put its own in the place of Python's.

There a thread of ours would be one more task of the program's loop, which would wait for its end, and which sends nothing
while the program computes. What is in `_spanscope_hook` itself was taken before anybody could change it.
"""

import importlib.util
import sys
import threading

import _socket

from . import RLock, allocate_lock, get_ident, sleep, start_new_thread

__all__ = ("Event", "RLock", "allocate_lock", "get_ident", "readable", "sleep", "sockets", "thread")

class Event:
    """Something that happens once: set by one thread, awaited by any."""

    def __init__(self):
        self._is_set = False
        self._lock = allocate_lock()
        self._lock.acquire()

    def set(self):
        if not self._is_set:
            self._is_set = True
            self._lock.release()

    def wait(self, timeout):
        if not self._is_set and self._lock.acquire(timeout=timeout):
            self._lock.release()
        return self._is_set


def _is_green():
    """Whether modules of Python's have been changed."""
    gevent, eventlet = sys.modules.get("gevent.monkey"), sys.modules.get("eventlet.patcher")
    return bool(getattr(gevent, "saved", None) or getattr(eventlet, "already_patched", None))


def _original_select():
    if not _is_green():
        return importlib.import_module("select")
    spec = importlib.util.find_spec("select")
    original = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(original)
    return original


_select = _original_select()
# Now: they are changed in their module, one after the other.
_poll, _select_sockets = getattr(_select, "poll", None), _select.select


def readable(sockets, seconds):
    """The numbers of those that can be read from, as soon as there are any or the time (None: for ever) is over."""
    if _poll is None:
        return [each.fileno() for each in _select_sockets(sockets, [], [], seconds)[0]]
    # Unlike `select` it knows numbers beyond 1024, which programs with many connections have.
    poll = _poll()
    for each in sockets:
        poll.register(each, _select.POLLIN)
    return [number for number, _ in poll.poll(None if seconds is None else seconds * 1000)]


def sockets():
    """Python's `socket`, or what of it is needed here."""
    return _Sockets if _is_green() and hasattr(_socket, "socketpair") else importlib.import_module("socket")


class _Sockets:
    IPPROTO_TCP, TCP_NODELAY = _socket.IPPROTO_TCP, _socket.TCP_NODELAY

    @staticmethod
    def socketpair():
        return _socket.socketpair()

    @staticmethod
    def create_connection(address, timeout):
        error = OSError("no address")
        for family, kind, protocol, _, found in _socket.getaddrinfo(*address, 0, _socket.SOCK_STREAM):
            one = _socket.socket(family, kind, protocol)
            try:
                one.settimeout(timeout)
                one.connect(found)
                return one
            except OSError as failed:
                error = failed
                one.close()
        raise error


def thread(run):
    """A thread that has begun: with `join` and `is_alive` of Python's, which never wait for it at their end."""
    if _is_green():
        return _Thread(run)
    begun = threading.Thread(target=_run, args=(run,), name="spanscope", daemon=True)
    # Debuggers of the pydevd family neither trace nor show nor stop it.
    begun.pydev_do_not_trace = True
    begun.is_pydev_daemon_thread = True
    begun.start()
    return begun


def _run(run):
    try:
        run()
    finally:
        if _is_green():  # since it began: Python would look for it by another number now, and complain
            threading._active.setdefault(threading.get_ident(), threading.current_thread())


class _Thread:
    def __init__(self, run):
        self._run = run
        self._over = Event()
        start_new_thread(self._begin, ())

    def _begin(self):
        try:
            self._run()
        finally:
            self._over.set()

    def join(self, timeout):
        self._over.wait(timeout)

    def is_alive(self):
        return not self._over.wait(0)
