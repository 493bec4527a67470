"""Runs of the OpenAI Agents SDK, seen where it tells its tracing processors of them.

The dispatcher is wrapped and no processor is added: programs replace the processors that are there.
"""

import functools

from . import live
from .library import LibrarySpan, is_traced_by, nanoseconds, outer_span, usage_attributes
from .location import place_of_caller
from .values import plain

# Each makes spans of the same runs.
_OTHERS = (
    "openinference.instrumentation.openai_agents", "opentelemetry.instrumentation.openai_agents",
    "opentelemetry.instrumentation.openai_agents_v2", "logfire._internal.integrations.openai_agents",
)
_OPERATIONS = {
    "agent": "invoke_agent", "generation": "chat", "response": "chat", "function": "execute_tool", "handoff": "handoff",
    "task": "invoke_workflow", "turn": "agent_step",
}

# By trace id: the conversation, the span around it, and the line that began it. By span id: the line.
_traces = {}
_places = {}
_open = {}


def attach(module):
    """Wraps the methods of the dispatcher; `module` is `agents.tracing.provider`."""
    dispatcher = module.SynchronousMultiTracingProcessor
    for name, see in (("on_trace_start", _trace_started), ("on_trace_end", _trace_ended), ("on_span_start", _span_started), ("on_span_end", _span_ended)):
        setattr(dispatcher, name, _seeing(getattr(dispatcher, name), see))


def _seeing(method, see):
    @functools.wraps(method)
    def seen_method(self, source):
        try:
            see(source)
        except Exception:
            pass
        return method(self, source)

    return seen_method


def _trace_started(trace):
    if not is_traced_by(_OTHERS):
        _traces[trace.trace_id] = (getattr(trace, "group_id", None), outer_span(), place_of_caller(2))


def _trace_ended(trace):
    _traces.pop(trace.trace_id, None)


def _span_started(span):
    if is_traced_by(_OTHERS):
        return
    group, outer, begun_at = _traces.get(span.trace_id, (None, None, None))
    # What the SDK begins in a task of its own was led to by what is around it.
    place = place_of_caller(2) or _places.get(span.parent_id) or begun_at
    _places[span.span_id] = place
    seen = _open[span.span_id] = _Source(span, group, outer)
    live.started(_AgentsSpan, seen, place)


def _span_ended(span):
    _places.pop(span.span_id, None)
    seen = _open.pop(span.span_id, None)
    if seen is not None:
        # The SDK tells its processors of an end after it has noted the time.
        live.ended(_AgentsSpan, seen)


class _AgentsSpan(LibrarySpan):
    scope = "openai-agents"


class _Source:
    __slots__ = ("_span", "_group", "_outer")

    def __init__(self, span, group, outer):
        self._span = span
        self._group = group
        self._outer = outer

    def read(self):
        span, data = self._span, self._span.span_data
        error = span.error
        trace_id, parent_id = (span.trace_id, span.parent_id) if self._outer is None else (self._outer[0], span.parent_id or self._outer[1])
        return {
            "traceId": trace_id, "spanId": span.span_id, "parentSpanId": parent_id, "name": _name(data),
            "start": nanoseconds(span.started_at), "end": nanoseconds(span.ended_at),
            "error": None if not error else str(error.get("message") or "error"),
            "attributes": {**_attributes(data), "gen_ai.conversation.id": self._group, "openai.agents.error.data": (error or {}).get("data")},
        }


def _name(data):
    if data.type == "turn":
        return f"turn {data.turn}"
    return str(getattr(data, "name", None) or data.type)


def _attributes(data):
    kind = data.type
    attributes = {"gen_ai.operation.name": _OPERATIONS.get(kind), "openai.agents.type": kind}
    if kind == "agent":
        attributes.update({"gen_ai.agent.name": data.name, "openai.agents.tools": data.tools, "openai.agents.handoffs": data.handoffs})
    elif kind == "generation":
        attributes.update({
            "gen_ai.request.model": data.model, "gen_ai.input.messages": data.input, "gen_ai.output.messages": data.output,
            "openai.agents.model_config": data.model_config, **usage_attributes(plain(data.usage)),
        })
    elif kind == "response":
        attributes.update(_response(data))
    elif kind == "function":
        attributes.update({"gen_ai.tool.name": data.name, "gen_ai.tool.call.arguments": data.input, "gen_ai.tool.call.result": data.output})
    elif kind == "handoff":
        attributes.update({"gen_ai.handoff.from_agent": data.from_agent, "gen_ai.handoff.to_agent": data.to_agent})
    elif kind == "guardrail":
        attributes.update({"gen_ai.guardrail.name": data.name, "openai.agents.triggered": data.triggered})
    elif kind == "mcp_tools":
        attributes.update({"mcp.method.name": "tools/list", "openai.agents.mcp.server": data.server, "openai.agents.result": data.result})
    elif kind == "turn":
        attributes.update({"gen_ai.agent.name": data.agent_name, **usage_attributes(plain(data.usage))})
    elif kind != "task":
        attributes.update({f"openai.agents.{key}": value for key, value in (data.export() or {}).items() if key != "type"})
    return attributes


def _response(data):
    response = data.response
    if response is None:
        return {"gen_ai.input.messages": data.input}
    instructions = getattr(response, "instructions", None)
    return {
        "gen_ai.request.model": getattr(response, "model", None), "gen_ai.response.id": getattr(response, "id", None),
        "gen_ai.system_instructions": instructions if isinstance(instructions, str) else None,
        "gen_ai.input.messages": [{"role": "user", "content": data.input}] if isinstance(data.input, str) else data.input,
        "gen_ai.output.messages": getattr(response, "output", None),
        **usage_attributes(plain(getattr(response, "usage", None) or getattr(data, "usage", None))),
    }
