"""What a breakpoint asks of a span. The extension knows more conventions; these are the ones that say it at the start."""

import re

_OPERATION_ROLES = {
    "invoke_agent": "agent", "create_agent": "agent", "invoke_workflow": "chain",
    "chat": "llm", "generate_content": "llm", "text_completion": "llm", "execute_tool": "tool",
    "embeddings": "embedding", "retrieval": "retriever", "plan": "decision", "handoff": "handoff",
}
# Of OpenInference and OpenLLMetry.
_KIND_ROLES = {
    "workflow": "chain", "task": "chain",
    **{role: role for role in ("chain", "agent", "llm", "tool", "retriever", "embedding", "reranker", "guardrail", "evaluator")},
}
_INPUT_TOKENS = (
    "gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.token_count.prompt", "ai.usage.inputTokens", "ai.usage.promptTokens", "llm.prompt_tokens",
)
_OUTPUT_TOKENS = (
    "gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.token_count.completion", "ai.usage.outputTokens", "ai.usage.completionTokens",
    "llm.completion_tokens",
)
_TOOLS = ("gen_ai.tool.name", "tool.name", "ai.toolCall.name")
_MODELS = ("gen_ai.response.model", "gen_ai.request.model", "llm.model_name", "ai.response.model", "ai.model.id", "llm.model")
_NAMED_ROLE = re.compile(r"(?:(agent)_run\Z|(llm)_call\Z|(tool|memory|decision):)")


class SpanFacts:
    """A span as it is now; what of it is not asked for is not looked for.

    `is_failure` is for libraries that tell of a failure only with the end of a span.
    """

    __slots__ = ("trace_id", "span_id", "name", "attributes", "is_failure")

    def __init__(self, trace_id, span_id, name, attributes, is_failure=False):
        self.trace_id = trace_id
        self.span_id = span_id
        self.name = name
        self.attributes = attributes
        self.is_failure = is_failure

    @property
    def lower_name(self):
        return self.name.lower()

    @property
    def role(self):
        known = _OPERATION_ROLES.get((self._text("gen_ai.operation.name") or "").lower())
        return known or _KIND_ROLES.get((self._text("openinference.span.kind", "traceloop.span.kind") or "").lower()) or self._told_role()

    @property
    def tool(self):
        return self._text(*_TOOLS) or (self.name[5:] if self.name.startswith("tool:") else None)

    @property
    def model(self):
        return self._text(*_MODELS)

    def _told_role(self):
        operation = self._text("ai.operationId")
        if operation is not None:
            if operation == "ai.toolCall":
                return "tool"
            return "llm" if operation.endswith((".doGenerate", ".doStream")) else "embedding" if "embed" in operation.lower() else "agent"
        if self._text("gen_ai.tool.name") is not None:
            return "tool"
        if self._text("gen_ai.request.model", "gen_ai.response.model") is not None:
            return "llm"
        said = _NAMED_ROLE.match(self.name)
        if said is not None:
            return said[1] or said[2] or said[3]
        return "chain" if re.match(r"iteration_[0-9]", self.name) else "other"

    def _text(self, *keys):
        for key in keys:
            value = self.attributes.get(key)
            if isinstance(value, str) and value != "":
                return value
        return None


def tokens_of(facts):
    """Input and output tokens of a model call; 0 for spans that sum up those of others."""
    if facts.role != "llm":
        return 0
    return _figure(facts.attributes, _INPUT_TOKENS) + _figure(facts.attributes, _OUTPUT_TOKENS)


def _figure(attributes, keys):
    for key in keys:
        value = attributes.get(key)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return value
    return 0
