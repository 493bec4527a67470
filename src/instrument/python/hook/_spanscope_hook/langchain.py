"""Runs of LangChain and LangGraph, through the callbacks that every run asks for."""

import contextvars
import os

from . import live
from .library import LibrarySpan, is_traced_by, nanoseconds, outer_span, usage_attributes
from .location import place_of_caller

# Each makes spans of the same runs.
_OTHERS = ("openinference.instrumentation.langchain", "opentelemetry.instrumentation.langchain", "langfuse.langchain", "mlflow.langchain")
_OPERATIONS = {"llm": "text_completion", "chat_model": "chat", "tool": "execute_tool", "retriever": "retrieval", "chain": "invoke_workflow"}


def attach(module):
    """Registers a handler that is part of every run's callbacks; `module` is `langchain_core.tracers.context`."""
    from langchain_core.tracers.base import BaseTracer

    handler = _tracer_class(BaseTracer)()
    module.register_configure_hook(contextvars.ContextVar("spanscope", default=handler), True)


def _is_traced_already():
    # LangSmith makes OpenTelemetry spans of runs when it is told to.
    by_langsmith = any(os.environ.get(name, "").lower() == "true" for name in ("LANGSMITH_OTEL_ENABLED", "LANGCHAIN_OTEL_ENABLED"))
    return by_langsmith or is_traced_by(_OTHERS)


def _tracer_class(base):
    class SpanscopeTracer(base):
        """LangChain's own tracers turn callbacks into runs; this one tells of their beginnings and ends."""

        # In the thread or task of the caller, whose line it looks for.
        run_inline = True

        def __init__(self):
            super().__init__(_schema_format="original+chat")
            self._spanscope_open = {}

        def _persist_run(self, run):
            pass

        def _on_run_create(self, run):
            try:
                if not _is_traced_already():
                    around = self._spanscope_open.get(run.parent_run_id)
                    # A step in a thread or task of the library's was led to by what is around it.
                    place = place_of_caller(1) or (None if around is None else around.place)
                    source = self._spanscope_open[run.id] = _Source(run, around, place)
                    live.started(_LangChainSpan, source, place)
            except Exception:
                pass

        def _on_run_update(self, run):
            try:
                source = self._spanscope_open.pop(run.id, None)
                if source is not None:
                    source.run = run
                    live.ended(_LangChainSpan, source)
            except Exception:
                pass

    return SpanscopeTracer


class _LangChainSpan(LibrarySpan):
    scope = "langchain"


class _Source:
    """A run, its ids, and the line that led to it."""

    __slots__ = ("run", "place", "trace_id", "span_id", "_parent_id")

    def __init__(self, run, around, place):
        self.run = run
        self.place = place
        # The end of a run's id: in its front there may be the time.
        self.span_id = run.id.hex[16:]
        if around is not None:
            self.trace_id, self._parent_id = around.trace_id, around.span_id
        else:
            self.trace_id, self._parent_id = outer_span() or (run.id.hex, None)

    def read(self):
        run = self.run
        stack = run.error if isinstance(run.error, str) else None
        return {
            "traceId": self.trace_id, "spanId": self.span_id, "parentSpanId": self._parent_id, "name": str(run.name),
            "start": nanoseconds(run.start_time), "end": nanoseconds(run.end_time),
            "error": None if run.error is None else _message(str(run.error)), "stack": stack, "attributes": _attributes(run),
        }


def _message(error):
    """The first line of a representation and its stack, or the last line of a stack alone."""
    lines = [line for line in error.strip().splitlines() if line.strip()]
    if not lines:
        return "error"
    return lines[-1] if lines[0].startswith("Traceback") else lines[0].split("Traceback (most recent call last)")[0].strip() or lines[-1]


def _attributes(run):
    inputs, outputs, extra = run.inputs or {}, run.outputs or {}, run.extra or {}
    metadata = extra.get("metadata") or {}
    attributes = {
        "gen_ai.operation.name": _OPERATIONS.get(run.run_type, "invoke_workflow"), "langchain.run_type": run.run_type, "langchain.tags": run.tags,
        "gen_ai.conversation.id": metadata.get("thread_id") or metadata.get("session_id") or metadata.get("conversation_id"),
        "langgraph.node": metadata.get("langgraph_node"), "langgraph.step": metadata.get("langgraph_step"),
    }
    if run.run_type in ("llm", "chat_model"):
        attributes.update(_model(inputs, outputs, extra.get("invocation_params") or {}, metadata))
    elif run.run_type == "tool":
        attributes.update({
            "gen_ai.tool.name": run.name, "gen_ai.tool.call.arguments": inputs.get("inputs") or inputs.get("input") or inputs,
            "gen_ai.tool.call.id": getattr(outputs.get("output"), "tool_call_id", None), "gen_ai.tool.call.result": _content(outputs.get("output")),
        })
    elif run.run_type == "retriever":
        attributes.update({"gen_ai.retrieval.query.text": inputs.get("query"), "gen_ai.retrieval.documents": outputs.get("documents")})
    else:
        attributes.update({"input.value": inputs, "output.value": outputs or None})
    return attributes


def _content(value):
    return getattr(value, "content", value)


def _model(inputs, outputs, parameters, metadata):
    generations = [each for group in outputs.get("generations") or [] for each in (group if isinstance(group, list) else [group])]
    messages = [each["message"] for each in generations if isinstance(each, dict) and each.get("message")]
    prompts = inputs.get("prompts") or []
    given = [each for group in inputs.get("messages") or [] for each in (group if isinstance(group, list) else [group])]
    usage = next((told for told in map(_usage, messages) if told), None) or (outputs.get("llm_output") or {}).get("token_usage")
    return {
        "gen_ai.request.model": parameters.get("model") or parameters.get("model_name") or metadata.get("ls_model_name"),
        "gen_ai.provider.name": metadata.get("ls_provider"), "gen_ai.request.temperature": metadata.get("ls_temperature"),
        "gen_ai.request.max_tokens": metadata.get("ls_max_tokens"), "gen_ai.tool.definitions": parameters.get("tools"),
        "gen_ai.input.messages": given or [{"role": "user", "content": prompt} for prompt in prompts],
        "gen_ai.output.messages": messages or [{"role": "assistant", "content": each.get("text")} for each in generations if isinstance(each, dict)],
        **usage_attributes(usage),
    }


def _usage(message):
    return (message.get("kwargs") or message).get("usage_metadata") if isinstance(message, dict) else None
