"""What spans of libraries with a tracing interface of their own have in common."""

import datetime
import os
import sys
import time

from . import live
from .span_facts import SpanFacts
from .values import plain, text_to_json, to_json, with_place

# What people and models have said, and what tools were given and gave.
_CONTENT = frozenset((
    "gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.system_instructions", "gen_ai.tool.call.arguments", "gen_ai.tool.call.result",
    "gen_ai.retrieval.query.text", "gen_ai.retrieval.documents", "input.value", "output.value",
))
_AGENTS = "openai.agents."
# Of the OpenAI Agents SDK; everything else in its spans is the program's.
_STRUCTURE = frozenset(_AGENTS + name for name in ("type", "tools", "handoffs", "triggered", "mcp.server", "model_config"))
_KIND = '"kind":"internal"'
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def is_traced_by(names):
    """Whether somebody else has loaded code that makes spans of the library's runs."""
    return any(name in sys.modules for name in names)


def outer_span():
    """Trace and span id (hex) of the OpenTelemetry span in which the program is, None when it is in none."""
    api = sys.modules.get("opentelemetry.trace")
    if api is None:
        return None
    try:
        span = api.get_current_span()
        context = span.get_span_context()
        return (format(context.trace_id, "032x"), format(context.span_id, "016x")) if context.is_valid and span.is_recording() else None
    except Exception:
        return None


def service_resource():
    """The resource of this process as OpenTelemetry's variables tell it, JSON text."""
    from . import kit

    resource = dict(kit._resource(None, None))
    for key in ("telemetry.sdk.name", "telemetry.sdk.version"):
        resource.pop(key, None)
    return to_json({"attributes": resource})


class LibrarySpan(live.SeenSpan):
    """A span of a library whose `source` tells: ids, name, times, error, and attributes of OpenTelemetry's GenAI conventions.

    `source.read()` gives a dict: traceId, spanId, parentSpanId, name, start and end (ns or None), error (text or None),
    stack?, attributes.
    """

    _resource = None
    scope = ""

    def first_message(self, ended):
        told = self.source.read()
        if LibrarySpan._resource is None:
            LibrarySpan._resource = service_resource()
        start = told["start"]
        text = (
            f'{_ids(told)},"name":{text_to_json(told["name"])},{_KIND},"startTimeUnixNano":"{start}"'
            f',"attributes":{with_place(self.place, _attributes(told), not told.get("parentSpanId"))},"resource":{LibrarySpan._resource},"scope":{{"name":{to_json(self.scope)}}}'
        )
        if told.get("parentSpanId"):
            text += f',"parentSpanId":{to_json(told["parentSpanId"])}'
        return text + _outcome(told, ended), 0

    def facts(self):
        told = self.source.read()
        return SpanFacts(told["traceId"], told["spanId"], told["name"], _attributes(told), bool(told["error"]))

    def next_message(self, ended, events_sent):
        told = self.source.read()
        return f'{_ids(told)},"name":{text_to_json(told["name"])},"attributes":{to_json(_attributes(told))}{_outcome(told, ended)}', 0


def _ids(told):
    return f'"traceId":{to_json(told["traceId"])},"spanId":{to_json(told["spanId"])}'


def _attributes(told):
    is_bare = _is_without_content()
    return {
        key: plain(value) for key, value in told["attributes"].items()
        if value is not None and value != [] and value != "" and not (is_bare and _is_content(key))
    }


def _is_without_content():
    """Whether content is to be left out, by the variable of OpenTelemetry's GenAI instrumentations."""
    return os.environ.get("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "").strip().lower() in ("false", "0", "no", "off", "no_content")


def _is_content(key):
    return key in _CONTENT or (key.startswith(_AGENTS) and key not in _STRUCTURE)


def _outcome(told, ended):
    if not ended:
        return ""
    end = told["end"] or time.time_ns()
    text = f',"endTimeUnixNano":"{end}"'
    if told.get("error"):
        text += f',"status":{{"code":"error","message":{to_json(told["error"])}}}'
        if told.get("stack"):
            about = {"exception.message": told["error"], "exception.stacktrace": told["stack"]}
            text += f',"events":[{{"name":"exception","timeUnixNano":"{end}","attributes":{to_json(about)}}}]'
    return text


def nanoseconds(moment):
    """A datetime (UTC when it does not say), or its ISO text, as ns since 1970; None of None."""
    if moment is None:
        return None
    if isinstance(moment, str):
        moment = datetime.datetime.fromisoformat(moment.replace("Z", "+00:00"))
    since = (moment if moment.tzinfo is not None else moment.replace(tzinfo=datetime.timezone.utc)) - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000_000 + since.microseconds * 1000


def usage_attributes(usage):
    """Token counts in OpenAI's or LangChain's words as attributes."""
    if not isinstance(usage, dict):
        return {}

    def first(*names):
        return next((usage[name] for name in names if isinstance(usage.get(name), (int, float))), None)

    def detail(name, *groups):
        return next((usage[group][name] for group in groups if isinstance(usage.get(group), dict) and name in usage[group]), None)

    return {
        "gen_ai.usage.input_tokens": first("input_tokens", "prompt_tokens"),
        "gen_ai.usage.output_tokens": first("output_tokens", "completion_tokens"),
        "gen_ai.usage.cache_read.input_tokens": detail("cached_tokens", "input_tokens_details", "prompt_tokens_details") or detail("cache_read", "input_token_details"),
        "gen_ai.usage.cache_creation.input_tokens": detail("cache_creation", "input_token_details"),
        "gen_ai.usage.reasoning.output_tokens": detail("reasoning_tokens", "output_tokens_details", "completion_tokens_details") or detail("reasoning", "output_token_details"),
    }
