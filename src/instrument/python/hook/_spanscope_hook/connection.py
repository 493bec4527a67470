"""What the receiver is told and what it has confirmed. All of it belongs to the sending thread."""

import collections
import json
import os
import random
import struct
import sys
import time

from . import kit, live, native
from .live import LOOPBACK

_FIRST_RETRY = 0.2
_LAST_RETRY = 5.0
_MAX_FRAME_CHARACTERS = 256_000
_MAX_FRAME_MESSAGES = 512
_MAX_FRAMES_IN_FLIGHT = 64
_MAX_OPEN = 20_000
_MAX_CHARACTERS = 32 << 20
_HELLO_ID = 0
_REPORT_SECONDS = 0.2
_nothing = ((), ())


def _endpoint():
    """SPANSCOPE_ENDPOINT, or what the program's exporter sends to if that is this machine: nothing leaves it unasked."""
    endpoint = kit._live_endpoint(None)
    is_told = kit._variable("SPANSCOPE_ENDPOINT") is not None
    return endpoint if is_told or endpoint.hostname in LOOPBACK else kit._live_endpoint(kit._DEFAULT_ENDPOINT)


class _LocalWebSocket(kit._WebSocket):
    """A connection that does not leave this machine: masks protect proxies (RFC 6455, 10.3), so that zeroes do here."""

    def send(self, payload, opcode=1):
        size = len(payload)
        if size < 126:
            header = struct.pack("!BB4x", 0x80 | opcode, 0x80 | size)
        elif size < 0x10000:
            header = struct.pack("!BBH4x", 0x80 | opcode, 0xFE, size)
        else:
            header = struct.pack("!BBQ4x", 0x80 | opcode, 0xFF, size)
        self.socket.sendall(header + payload)


def _opened(endpoint, kind):
    if endpoint.scheme == "ws":
        kit.socket = native.sockets()
    return kind(endpoint)


class Connection:
    """The connection to the receiver, made anew when it breaks, and the spans that it does not know all of."""

    def __init__(self):
        self._endpoint = _endpoint()
        self._token = kit._variable("SPANSCOPE_TOKEN")
        self._program = None
        self._web_socket = None
        self._number = 0
        self._spans = {}  # by their library's object: open spans, and those that ended since they were told and are not confirmed
        self._open = {}
        self._unsent = {}
        self._whole = collections.deque()  # messages of whole spans, one text for each frame
        self._characters = 0
        self._in_flight = {}  # by the number of a frame: spans, and the text of whole ones
        self._last_frame = _HELLO_ID
        self._failures = 0
        self._retry_at = 0.0
        self._looked_at = 0.0
        self.has_unread = False
        self.tells = collections.deque()  # messages that are no spans, with the locks that are released when they are sent

    @property
    def socket(self):
        return None if self._web_socket is None else self._web_socket.socket

    @property
    def has_failed(self):
        """Whether nobody was there the last time."""
        return self._web_socket is None and self._failures > 0

    @property
    def is_idle(self):
        """Whether everything is confirmed."""
        return not self._unsent and not self._whole and not self._in_flight

    def take_in(self, begun, ended, whole):
        """Takes what has begun and ended."""
        for source in list(begun):
            found = begun.pop(source, None)
            if found is not None:
                kind, place = found
                span = self._spans[source] = kind(source, place)
                span.state = _state_of(span)
                self._open[span] = self._unsent[span] = None
        while ended:
            self._take_ended(*ended.popleft())
        while whole:
            self._take_whole(whole)
        while len(self._spans) > _MAX_OPEN:
            self._forget(next(iter(self._spans.values())))
        while self._characters > _MAX_CHARACTERS and self._whole:
            self._characters -= len(self._whole.popleft())

    def _take_whole(self, whole):
        """Makes one text of as many messages as go in a frame."""
        texts, characters = [], 0
        while whole and len(texts) < _MAX_FRAME_MESSAGES and characters < _MAX_FRAME_CHARACTERS:
            text = whole.popleft()
            characters += len(text)
            texts.append(text)
        if characters >= kit._MAX_MESSAGE:
            texts = map(_fitting, texts)
        self._keep(",".join(texts))

    def _keep(self, text):
        self._whole.append(text)
        self._characters += len(text)

    def _take_ended(self, kind, source):
        span = self._spans.get(source)
        if span is None:
            # It was forgotten: it comes back whole.
            span = self._spans[source] = kind(source, None)
        span.ended = True
        self._open.pop(span, None)
        if span.connection == self._number and self._web_socket is not None:
            self._unsent[span] = None
            return
        # Nobody knows it, so that its objects need not be kept until somebody does.
        self._forget(span)
        text = self._whole_text(span)
        if text is not None:
            self._keep(text)

    def _forget(self, span):
        del self._spans[span.source]
        self._unsent.pop(span, None)
        self._open.pop(span, None)

    def turn(self, now, is_urgent):
        """Sends what is to be sent and reads what has come."""
        is_new = live.new_token is not None
        if is_new:
            self._token, live.new_token = live.new_token, None
        if self._web_socket is None and (self._spans or self._whole or live.is_listening) and (is_urgent or now >= self._retry_at):
            self._connect()
        if self._web_socket is None:
            self._end_tells()
            return
        try:
            if self.has_unread:
                self.has_unread = False
                self._take_answers(self._web_socket.receive())
            if is_new:
                self._web_socket.send(json.dumps(self._hello()).encode("ascii"))
            self._send()
        except Exception:
            self._drop()

    def look_for_changes(self, now, seconds, most):
        """Every so many seconds looks whether open spans have changed."""
        if not self._open or now < self._looked_at + seconds:
            return
        self._looked_at = now
        for span in list(self._open)[:most]:
            state = _state_of(span)
            if state != span.state:
                span.state = state
                self._unsent[span] = None

    def seconds_to_sleep(self, now, seconds):
        """How long nothing needs to be done unless something happens; None for ever."""
        if self._web_socket is None and (self._spans or self._whole or live.is_listening):
            return max(0.01, self._retry_at - now)
        return seconds if self._open else None

    def _connect(self):
        try:
            is_local = self._endpoint.scheme == "ws" and self._endpoint.hostname in LOOPBACK
            self._web_socket = _opened(self._endpoint, _LocalWebSocket if is_local else kit._WebSocket)
            self._web_socket.send(json.dumps(self._hello()).encode("ascii"))
            self._take_answers(self._web_socket.take())
        except Exception:
            self._drop()
            _tell_breakpoints(None)
            return
        self._number += 1
        # Another receiver may be there now: it gets to know all that is open.
        self._unsent = dict.fromkeys(self._spans.values())

    def report(self, program):
        """Tells of a program without spans, on this machine only, and waits a moment to be heard."""
        if self._endpoint.hostname not in LOOPBACK:
            return
        self._program = program
        try:
            web_socket = self._web_socket = _opened(self._endpoint, kit._WebSocket)
            web_socket.socket.settimeout(_REPORT_SECONDS)
            web_socket.send(json.dumps(self._hello()).encode("ascii"))
            # To leave with something unread would take back what was sent.
            while not any(json.loads(text).get("id") == _HELLO_ID for text in web_socket.receive()):
                pass
        except Exception:
            pass
        if self._web_socket is not None:
            self._web_socket.close()

    def _drop(self):
        if self._web_socket is not None:
            self._web_socket.close()
            self._web_socket = None
        self._end_tells()
        for _, text in reversed(list(self._in_flight.values())):
            if text is not None:
                self._whole.appendleft(text)
                self._characters += len(text)
        self._in_flight.clear()
        self._failures += 1
        self._retry_at = time.monotonic() + min(_LAST_RETRY, _FIRST_RETRY * 2 ** min(self._failures - 1, 10)) * random.uniform(0.8, 1.2)

    def _hello(self):
        name = os.path.basename(sys.argv[0]) if getattr(sys, "argv", None) and sys.argv[0] else "python"
        hello = {"type": "hello", "id": _HELLO_ID, "client": {"name": name, "language": "python", "pid": os.getpid(), "cwd": _folder()}}
        if self._token is not None:
            hello["token"] = self._token
        if self._program is not None:
            hello["program"] = self._program
        return hello

    def _take_answers(self, messages):
        for text in messages:
            answer = json.loads(text)
            if not isinstance(answer, dict):
                continue
            if answer.get("type") == "breakpoints" and isinstance(answer.get("items"), list):
                _tell_breakpoints(answer["items"])
            if answer.get("type") not in ("ack", "error"):
                continue
            if answer.get("id") == _HELLO_ID:
                if answer["type"] == "error":
                    # Of an earlier run of the receiver, or of another one: spans are taken without.
                    self._token = None
                    _tell_breakpoints([])
                    raise ConnectionError("token not accepted")
                continue
            # Only now: a receiver that is overloaded takes connections and ends them at once.
            self._failures = 0
            for span in self._in_flight.pop(answer.get("id"), _nothing)[0]:
                if span.ended and span not in self._unsent and self._spans.get(span.source) is span:
                    self._forget(span)

    def _send(self):
        while (self._unsent or self._whole) and len(self._in_flight) < _MAX_FRAMES_IN_FLIGHT:
            if self._unsent:
                spans, messages = self._next_changes()
                if messages:
                    self._send_frame(",".join(messages), spans, None)
            else:
                text = self._whole.popleft()
                self._characters -= len(text)
                self._send_frame(text, (), text)
        if not self._unsent and not self._whole:
            while self.tells:
                text, sent = self.tells.popleft()
                self._web_socket.send(text.encode("ascii"))
                sent.release()

    def _send_frame(self, text, spans, whole):
        self._last_frame += 1
        self._in_flight[self._last_frame] = (spans, whole)
        self._web_socket.send(f'[{text[:-1]},"id":{self._last_frame}}}]'.encode("ascii"))

    def _end_tells(self):
        """They are of this moment: nobody is told later."""
        while self.tells:
            self.tells.popleft()[1].release()

    def _next_changes(self):
        """Spans that were told of open, with their messages."""
        spans, messages, characters = [], [], 0
        for span in list(self._unsent):
            del self._unsent[span]
            text = self._text_of(span, span.ended)
            if text is not None:
                spans.append(span)
                messages.append(text)
                characters += len(text)
            if characters > _MAX_FRAME_CHARACTERS or len(messages) >= _MAX_FRAME_MESSAGES:
                break
        return spans, messages

    def _text_of(self, span, ended):
        """The message of a span; None when its library's objects are not what we know of them."""
        if ended and span.connection != self._number:
            return self._whole_text(span)
        try:
            if span.connection != self._number:
                members, span.events_sent = span.first_message(False)
                text = f'{{"type":"start","witness":true,"span":{{{members}}}}}'
                span.connection = self._number
            else:
                members, span.events_sent = span.next_message(ended, span.events_sent)
                text = f'{{"type":"{"end" if ended else "update"}","witness":true,{members}}}'
            return _fitting(text)
        except Exception:
            return None

    def _whole_text(self, span):
        try:
            return _fitting(span.whole_message(span.source, span.place))
        except Exception:
            return None


def _tell_breakpoints(items):
    """Hands on what the receiver says, None when it cannot be asked. Programs without the token have nothing to do with breakpoints."""
    if kit._variable("SPANSCOPE_TOKEN") is not None:
        from . import stops

        if items is None:
            stops.not_told()
        else:
            stops.told(items)


def _fitting(text):
    return text if len(text) < kit._MAX_MESSAGE else kit._message_text(json.loads(text))


def _state_of(span):
    try:
        return span.changes()
    except Exception:
        return ()


def _folder():
    try:
        return os.getcwd()
    except OSError:
        return ""
