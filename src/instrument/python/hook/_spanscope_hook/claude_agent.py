"""Runs of the Claude Agent SDK, by the messages that pass between it and its process of Claude Code, whatever transports them.

A run goes from what the user says to the result, in it calls of the model and tools, and in tools sub-agents.
"""

import functools
import json
import os
import time
import weakref

from . import live
from .library import LibrarySpan, is_traced_by, outer_span
from .location import place_of_caller

# Each makes spans of the same runs.
_OTHERS = (
    "openinference.instrumentation.claude_agent_sdk", "opentelemetry.instrumentation.claude_agent_sdk",
    "langsmith.integrations.claude_agent_sdk", "logfire._internal.integrations.claude_agent_sdk",
)
_MAX_OPEN = 1000
_OUTERMOST = ""

_runs = weakref.WeakKeyDictionary()
_watched = weakref.WeakSet()


def attach(module):
    """Looks at the transports that are handed to `Query`; `module` is `claude_agent_sdk._internal.query`."""
    init = module.Query.__init__

    @functools.wraps(init)
    def seen_init(self, *args, **kwargs):
        init(self, *args, **kwargs)
        try:
            transport = self.transport
            if not _is_traced_already(transport):
                _runs[transport] = _Run(place_of_caller(1))
                _watch(type(transport))
        except Exception:
            pass

    module.Query.__init__ = seen_init


def _is_traced_already(transport):
    # Claude Code sends spans of its own when both are on.
    told = {**os.environ, **(getattr(getattr(transport, "_options", None), "env", None) or {})}
    by_itself = all(str(told.get(name, "")).strip().lower() in ("1", "true", "yes", "on") for name in ("CLAUDE_CODE_ENABLE_TELEMETRY", "CLAUDE_CODE_ENHANCED_TELEMETRY_BETA"))
    return by_itself or is_traced_by(_OTHERS)


def _watch(transport_class):
    if transport_class in _watched:
        return
    _watched.add(transport_class)
    write, read_messages = transport_class.write, transport_class.read_messages

    @functools.wraps(write)
    def seen_write(self, data, *args, **kwargs):
        try:
            run = _runs.get(self)
            if run is not None:
                for line in str(data).splitlines():
                    run.sent(json.loads(line), place_of_caller(1))
        except Exception:
            pass
        return write(self, data, *args, **kwargs)

    @functools.wraps(read_messages)
    def seen_read_messages(self, *args, **kwargs):
        messages = read_messages(self, *args, **kwargs)
        run = _runs.get(self)
        return messages if run is None else _SeenMessages(messages, run)

    transport_class.write, transport_class.read_messages = seen_write, seen_read_messages


class _SeenMessages:
    """The messages of a process, as they are, looked at while they pass."""

    def __init__(self, messages, run):
        self._messages = messages
        self._run = run

    def __getattr__(self, name):
        return getattr(self._messages, name)

    def __aiter__(self):
        return self

    async def __anext__(self):
        try:
            message = await self._messages.__anext__()
        except BaseException as end:
            self._run.over(str(end) if isinstance(end, Exception) and not isinstance(end, StopAsyncIteration) else None)
            raise
        self._run.received(message)
        return message


def _quiet(method):
    @functools.wraps(method)
    def quiet(*args):
        try:
            method(*args)
        except Exception:
            pass

    return quiet


class _ClaudeSpan(LibrarySpan):
    scope = "claude-agent-sdk"


class _Step:
    """A span as `LibrarySpan` reads it."""

    def __init__(self, name, above, attributes, place):
        # Not from `random`, whose numbers the program may want to have again.
        trace_id, parent_id = above or (os.urandom(16).hex(), None)
        self.ids = (trace_id, os.urandom(8).hex())
        self.name, self.attributes = name, attributes
        self._parent_id, self._start, self._end, self._error = parent_id, time.time_ns(), None, None
        live.started(_ClaudeSpan, self, place)

    def read(self):
        trace_id, span_id = self.ids
        return {
            "traceId": trace_id, "spanId": span_id, "parentSpanId": self._parent_id, "name": self.name,
            "start": self._start, "end": self._end, "error": self._error, "attributes": dict(self.attributes),
        }

    def set(self, attributes):
        # Another dict each time: the sending thread may be reading the one that is there.
        self.attributes = {**self.attributes, **attributes}

    def end(self, nanoseconds=None, error=None):
        self._end = nanoseconds or time.time_ns()
        if error is not None:
            self._error = error
            live.failed(_ClaudeSpan, self)
        live.ended(_ClaudeSpan, self)


class _Call:
    """A call of the model that goes on: it may come in several messages with one id, a block of content each."""

    def __init__(self, step):
        self.step = step
        self.id = None
        self.content = []
        self.last = None


class _Run:
    def __init__(self, place):
        self._begun_at = place
        self._place = place
        self._root = None
        self._calls = {}  # by the id of the tool call that began the sub-agent
        self._tools = {}  # by its id: the step, and the sub-agent that called it

    @_quiet
    def sent(self, message, place):
        """A message to the process, and the line that sent it."""
        if message.get("type") != "user" or self._root is not None:
            return
        self._place = place or self._begun_at
        self._begin({"gen_ai.input.messages": [{"role": "user", "content": (message.get("message") or {}).get("content")}]})
        self._call(_OUTERMOST)

    @_quiet
    def received(self, message):
        """A message of the process."""
        kind, scope, about = message.get("type"), message.get("parent_tool_use_id") or _OUTERMOST, message.get("message") or {}
        if kind == "system" and message.get("subtype") == "init":
            self._begin({})
            self._root.set({"gen_ai.conversation.id": message.get("session_id"), "gen_ai.request.model": message.get("model")})
        elif kind == "assistant":
            self._said(scope, about)
        elif kind == "user":
            self._tools_ended(scope, about.get("content"))
        elif kind == "stream_event" and (message.get("event") or {}).get("type") == "message_stop":
            self._end_call(scope)
        elif kind == "result":
            self._result(message)

    @_quiet
    def over(self, failure):
        """The process has ended; `failure` says why, when that is not as it should be."""
        self._end_all()
        root, self._root = self._root, None
        if root is not None:
            root.end(error=failure)

    def _begin(self, attributes):
        if self._root is None:
            about = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "Claude Agent", "gen_ai.provider.name": "anthropic"}
            self._root = _Step("Claude Agent", outer_span(), {**about, **attributes}, self._place)

    def _within(self, scope, name, attributes):
        above = self._tools[scope][0] if scope in self._tools else self._root
        if above is None or len(self._tools) + len(self._calls) > _MAX_OPEN:
            return None
        return _Step(name, above.ids, attributes, self._place)

    def _call(self, scope):
        """The model is asked from now on."""
        step = self._within(scope, "chat", {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "anthropic"})
        if step is not None:
            self._calls[scope] = _Call(step)
        return self._calls.get(scope)

    def _said(self, scope, message):
        call, content = self._calls.get(scope), message.get("content")
        if call is not None and call.id not in (None, message.get("id")):
            self._end_call(scope)
            call = None
        call = call or self._call(scope)
        if call is None:
            return
        call.id, call.last, model, reason = message.get("id"), time.time_ns(), message.get("model"), message.get("stop_reason")
        blocks = content if isinstance(content, list) else []
        call.content = [*call.content, *blocks]
        if isinstance(model, str):
            call.step.name = f"chat {model}"
        call.step.set({
            "gen_ai.request.model": model, "gen_ai.response.id": call.id, "gen_ai.response.finish_reasons": [reason] if reason else None,
            "gen_ai.output.messages": [{"role": "assistant", "content": call.content}], **_usage(message.get("usage")),
        })
        for block in blocks:
            if block.get("type") == "tool_use" and block.get("id") not in self._tools:
                name = str(block.get("name") or "tool")
                tool = self._within(scope, name, {
                    "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": name, "gen_ai.tool.call.id": block.get("id"), "gen_ai.tool.call.arguments": block.get("input"),
                })
                if tool is not None:
                    self._tools[block.get("id")] = (tool, scope)

    def _tools_ended(self, scope, content):
        """What tools have given goes to the model again."""
        blocks = [block for block in content if block.get("tool_use_id") in self._tools] if isinstance(content, list) else []
        for block in blocks:
            self._end_call(block["tool_use_id"])
            tool, _ = self._tools.pop(block["tool_use_id"])
            result = block.get("content")
            tool.set({"gen_ai.tool.call.result": result})
            tool.end(error=(result if isinstance(result, str) else json.dumps(result)) if block.get("is_error") else None)
        if blocks:
            self._end_call(scope)
            if all(caller != scope for _, caller in self._tools.values()):
                self._call(scope)

    def _end_call(self, scope):
        call = self._calls.pop(scope, None)
        if call is not None:
            call.step.end(call.last)

    def _result(self, message):
        result = message.get("result")
        self._end_all()
        if self._root is not None:
            self._root.set({
                "gen_ai.conversation.id": message.get("session_id"), "claude.result": message.get("subtype"), "claude.num_turns": message.get("num_turns"),
                "claude.total_cost_usd": message.get("total_cost_usd"), "gen_ai.output.messages": [{"role": "assistant", "content": result}] if result is not None else None,
            })
        self.over(str(result or "\n".join(map(str, message.get("errors") or ())) or message.get("subtype") or "error") if message.get("is_error") else None)

    def _end_all(self):
        for scope in list(self._calls):
            self._end_call(scope)
        for tool, _ in self._tools.values():
            tool.end()
        self._tools.clear()


def _usage(usage):
    """As Anthropic's API tells it, where tokens of the cache are not among those of the input."""
    if not isinstance(usage, dict):
        return {}
    read, written = usage.get("cache_read_input_tokens") or 0, usage.get("cache_creation_input_tokens") or 0
    return {
        "gen_ai.usage.input_tokens": (usage.get("input_tokens") or 0) + read + written, "gen_ai.usage.output_tokens": usage.get("output_tokens") or 0,
        "gen_ai.usage.cache_read.input_tokens": read or None, "gen_ai.usage.cache_creation.input_tokens": written or None,
    }
