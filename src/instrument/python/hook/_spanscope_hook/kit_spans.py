"""Span breakpoints at spans of the agent kit, which sends its spans itself: they are told here only where the program stops."""

from . import debugger, kit, live
from .span_facts import SpanFacts

_MOST_AROUND = 100


def seen(span, moment):
    """To be called with spans of the kit (of whatever version) that begin, have ended or failed, while there is a debugger in the process."""
    if live.stop_at is not None and debugger.attached() is not None:
        live.listen()
        live.stop_at(_KitSpan, span, moment)


class _KitSpan(live.SeenSpan):
    @staticmethod
    def name_of(source):
        return source.name

    def facts(self):
        return SpanFacts(self.source.trace_id, self.source.span_id, self.source.name, dict(self.source.attributes))

    def untold(self):
        around = [each for each in list(self.source.trace.spans) if not each.ended and each is not self.source]
        return [kit._message_text({**kit._whole_span(each, each.ended), "witness": True}) for each in (*around[-_MOST_AROUND:], self.source)]
