"""Sends what the hook sees over the live protocol, in a thread of its own.

The program's threads note what began in a dict and what ended in a queue, and take no lock. The thread looks there fifty
times a second while spans come, and sleeps when none do. A span that has ended by then becomes its message at its end: to keep
the library's objects would cost more, and their memory besides.
"""

import atexit
import collections
import functools
import os
import sys
import time

from . import native

_LOOK_SECONDS = 0.02  # about a frame of a screen; what happens to a span within it travels as one
_ACTIVE_SECONDS = 0.5  # after the last span the thread goes on looking for so long
_CHANGES_SECONDS = 0.2  # libraries do not tell of changes, so open spans are looked at so often
_MOST_LOOKED_AT = 2000
_MOST_WAITING = 100_000
_EXIT_SECONDS = 2.0
_EXIT_SECONDS_ALONE = 0.2  # when nobody was there the last time
_FORK_SECONDS = 1.0
_TELL_SECONDS = 1.0
LOOPBACK = ("localhost", "127.0.0.1", "::1")

# Spans that the thread has not seen yet: their library's object, with its class here and its place.
_begun = {}
# Spans (class, object) that ended after the thread had seen them, and messages of those that ended before. The oldest give way when nobody takes them.
_ended = collections.deque(maxlen=_MOST_WAITING)
_whole = collections.deque(maxlen=_MOST_WAITING)
_begin_lock = native.RLock()
_sender = None
_original_exits = {}


def _first_stop(kind, source, moment):
    from . import stops

    stops.first(kind, source, moment)


def _stop_at_first():
    return _first_stop if os.environ.get("SPANSCOPE_TOKEN", "").strip() else None


# Called with every span (class, object) that has begun, ended or failed ("start", "end", "error"), where it may be that the program is to stop there.
stop_at = _stop_at_first()
# Given every span (class, object, place) that begins, while a test runner is loaded; gives its place with what is to be told of the test.
in_test = None
# Whether to connect without spans, for breakpoints.
is_listening = False
# A token that the receiver was not shown yet.
new_token = None


class SeenSpan:
    """A span of some library as it is told. Subclasses know their library; what they read may change at any time."""

    # What the sending thread notes of it.
    ended = False
    state = None
    connection = -1
    events_sent = 0

    def __init__(self, source, place):
        self.source = source
        self.place = place

    def first_message(self, ended):
        """The whole span as members of the live protocol's `span`, JSON text, and the number of events in it."""
        raise NotImplementedError

    def next_message(self, ended, events_sent):
        """What may have changed since the last message, members of `update` or `end`, and the number of events known then."""
        raise NotImplementedError

    def changes(self):
        """Something that is equal as long as nothing has changed."""
        return ()

    @classmethod
    def whole_message(cls, source, place):
        """The message of a span that has ended, JSON text."""
        return f'{{"type":"span","witness":true,"span":{{{cls(source, place).first_message(True)[0]}}}}}'

    @staticmethod
    def name_of(source):
        """The name of a span that tells before its end whether it has failed; None where that takes a closer look."""
        return None

    def facts(self):
        """What breakpoints are about, as `SpanFacts`."""
        raise NotImplementedError

    def untold(self):
        """Messages to be sent before the program stands at a span that is not told of here."""
        return ()


def started(kind, source, place):
    """To be called when a span has begun: a subclass of SeenSpan, the library's own object (hashable), where the user's code is."""
    if in_test is not None:
        place = in_test(kind, source, place)
    if len(_begun) < _MOST_WAITING:
        _begun[source] = (kind, place)
    sender = _sender
    if sender is None or sender.is_asleep:
        _wake()
    if stop_at is not None:
        stop_at(kind, source, "start")


def failed(kind, source):
    """To be called when the status of a span that has not ended has become an error."""
    if stop_at is not None:
        stop_at(kind, source, "error")


def ended(kind, source):
    """To be called when a span has ended, once."""
    begun = _begun.pop(source, None)
    if begun is None:
        _ended.append((kind, source))
    else:
        _whole.append(kind.whole_message(source, begun[1]))
    sender = _sender
    if sender is None or sender.is_asleep:
        _wake()
    if stop_at is not None:
        stop_at(kind, source, "end")


def listen():
    """To be called where there is a debugger, for breakpoints at spans that are not told of here."""
    global is_listening
    if not is_listening:
        is_listening = True
        _wake()


def show(token):
    """Shows the receiver a token that was not known before, for breakpoints."""
    global new_token, is_listening, stop_at
    new_token, is_listening = token, True
    if stop_at is None:
        stop_at = _first_stop
    _wake()


def tell_later(text):
    """Sends a message (JSON text) of a span beside what its library says, after what has happened to spans so far. Waits for nothing."""
    _whole.append(text)
    if _sender is None or _sender.is_asleep:
        _wake()


def _wake():
    global _sender
    if _sender is None:
        with _begin_lock:
            if _sender is None:
                _register()
                _sender = _Sender()
    _sender.wake()


def tell(text):
    """Sends a message (JSON text) after all that has happened to spans so far; waits until it is sent, at most for a moment."""
    if _sender is not None:
        _sender.tell(text)


def flush():
    """Waits until the receiver has confirmed everything, at most for a moment. Safe in signal handlers and at exit."""
    try:
        if _sender is not None:
            _sender.flush()
    except Exception:
        pass


def _is_waiting():
    """Whether something has happened that the thread has not taken in."""
    return _begun or _ended or _whole


def has_begun():
    """Whether there was a span in this process."""
    return _sender is not None


def _register():
    """Ways out of this process: spans that are on their way are still sent."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_in_child)
    for name in ("_exit", "execv", "execve"):
        _original_exits[name] = getattr(os, name)
        setattr(os, name, _flushing(_original_exits[name]))


def _flushing(leave):
    @functools.wraps(leave)
    def flush_and_leave(*args, **kwargs):
        flush()
        return leave(*args, **kwargs)

    return flush_and_leave


# Registered before the program registers anything, so that it runs after all of that.
atexit.register(flush)


def _before_fork():
    # Python warns when a process with several threads forks; and the child must not find a lock taken.
    if _sender is not None:
        _sender.stop()


def _after_fork():
    # Some Pythons count threads only now. The next span, or the end of the program, begins ours again.
    if _sender is not None:
        _sender.is_asleep = True


def _in_child():
    global _sender, _begin_lock, stop_at, is_listening
    _begin_lock = native.RLock()
    stop_at = _stop_at_first()
    is_listening = False
    stops = sys.modules.get("_spanscope_hook.stops")
    if stops is not None:
        stops.forget_threads()
    for each in (_begun, _ended, _whole):
        each.clear()
    if _sender is not None:
        _sender.abandon()
        _sender = _Sender()


class _Sender:
    """The thread, and how the program's threads reach it. What is sent and to whom is `_Connection`'s."""

    def __init__(self):
        self.is_asleep = True
        self._thread = None
        self._stopping = False
        self._connection = None
        self._flushes = collections.deque()
        self._tells = collections.deque()
        self._signal = None
        self._number = None

    def wake(self):
        self.is_asleep = False
        try:
            if self._thread is None:
                with _begin_lock:
                    if self._thread is None:
                        self._start()
            else:
                self._signal[1].send(b"w")
        except Exception:
            pass  # at the end of the interpreter there are no new threads; a full signal wakes as well

    def _start(self):
        if self._signal is None:
            self._signal = native.sockets().socketpair()
            for end in self._signal:
                end.setblocking(False)
        self._stopping = False
        self._thread = native.thread(self._run)

    def _is_here(self):
        return self._number == native.get_ident()

    def stop(self):
        """Ends the thread, keeping what it knows and its connection."""
        thread = self._thread
        if thread is None or self._is_here():
            return
        self._stopping = True
        count = _system_threads()
        self.wake()
        thread.join(_FORK_SECONDS)
        if not thread.is_alive():
            self._thread = None
            _await_end(count)

    def abandon(self):
        """In a forked child: the connection is the parent's."""
        for end in (*(self._signal or ()), getattr(self._connection, "socket", None)):
            if end is not None:
                end.close()

    def flush(self):
        is_new = self._thread is None and self._connection is None
        if self._is_here() or (is_new and not _is_waiting()):
            return
        # A lock of its own for each: whatever this interrupts holds none of them.
        done = native.allocate_lock()
        done.acquire()
        self._flushes.append(done)
        self.wake()
        if self._thread is None:
            self._flush_here()
        elif not done.acquire(timeout=_EXIT_SECONDS_ALONE):
            connection = self._connection
            # On a machine that is busy the connection may only be on its way.
            if connection is None or not connection.has_failed:
                done.acquire(timeout=_EXIT_SECONDS)

    def _flush_here(self):
        """Some Pythons begin no threads any more at their end."""
        from . import connection

        self._flushes.clear()
        one = self._connection = self._connection or connection.Connection()
        until = time.monotonic() + _EXIT_SECONDS
        while time.monotonic() < until:
            one.take_in(_begun, _ended, _whole)
            one.turn(time.monotonic(), True)
            if one.socket is None or one.is_idle:
                return
            one.has_unread = len(native.readable([one.socket], _LOOK_SECONDS)) > 0

    def tell(self, text):
        sent = native.allocate_lock()
        sent.acquire()
        self._tells.append((text, sent))
        self.wake()
        sent.acquire(timeout=_TELL_SECONDS)

    def _run(self):
        self._number = native.get_ident()
        try:
            if self._connection is None:
                from . import connection

                self._connection = connection.Connection()
            self._turns(self._connection)
        except Exception:
            pass  # the program goes on without
        finally:
            self._number = None

    def _turns(self, connection):
        last_seen = time.monotonic()
        while not self._stopping:
            now = time.monotonic()
            # Before the spans are looked at: what is told comes after all that happened before.
            while self._tells:
                connection.tells.append(self._tells.popleft())
            is_flushing, is_telling = len(self._flushes) > 0, len(connection.tells) > 0
            if _is_waiting():
                last_seen = now
                connection.take_in(_begun, _ended, _whole)
            connection.look_for_changes(now, 0 if is_telling else _CHANGES_SECONDS, _MOST_LOOKED_AT)
            connection.turn(now, is_flushing or is_telling)
            if is_flushing and not _is_waiting() and (connection.is_idle or connection.socket is None):
                while self._flushes:
                    self._flushes.popleft().release()
            self._rest(connection, now - last_seen)

    def _rest(self, connection, quiet_for):
        seconds = 0
        if self._flushes:
            seconds = _LOOK_SECONDS
        elif quiet_for < _ACTIVE_SECONDS:
            native.sleep(_LOOK_SECONDS)
        else:
            seconds = connection.seconds_to_sleep(time.monotonic(), _CHANGES_SECONDS)
            self.is_asleep = True
            if _is_waiting() or self._flushes or self._tells or self._stopping:  # came before anybody could know that we sleep
                seconds = 0
        readable = native.readable([each for each in (self._signal[0], connection.socket) if each is not None], seconds)
        self.is_asleep = False
        connection.has_unread = connection.socket is not None and connection.socket.fileno() in readable
        if self._signal[0].fileno() in readable:
            try:
                self._signal[0].recv(4096)
            except OSError:
                pass


def _system_threads():
    try:
        return len(os.listdir("/proc/self/task")) if sys.version_info >= (3, 12) else 0
    except OSError:
        return 0


def _await_end(count):
    """Python 3.12 and later count the system's threads in `fork` and warn; there one that was joined lives for a moment more."""
    until = time.monotonic() + 0.05
    while 0 < count <= _system_threads() and time.monotonic() < until:
        native.sleep(0.0005)
