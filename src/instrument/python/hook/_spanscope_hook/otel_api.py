"""Programs that use the OpenTelemetry API and set up no SDK: their spans are made all the same, for us alone."""

import functools
import os

def attach(module):
    """Gives tracers that nobody has set up a provider of ours; `module` is `opentelemetry.trace`."""
    if os.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return
    init = module.ProxyTracer.__init__
    fallback = _fallback_class(module)

    @functools.wraps(init)
    def prepared_init(self, name, version=None, *args, **kwargs):
        init(self, name, version, *args, **kwargs)
        # The API asks this one as long as no provider is set, and the provider of the program from then on.
        self._noop_tracer = fallback(self._noop_tracer, name, version)

    module.ProxyTracer.__init__ = prepared_init


@functools.lru_cache(maxsize=None)
def _maker(api):
    """What makes a tracer of a name and a version: a provider of the SDK's without processors, or spans of our own without the SDK."""
    try:
        from opentelemetry.sdk.trace import TracerProvider

        return TracerProvider(shutdown_on_exit=False).get_tracer
    except ImportError:
        from .otel_own import make_tracer_class

        return make_tracer_class(api)


def _fallback_class(api):
    class Fallback(api.NoOpTracer):
        """Makes its tracer when the first span is wanted."""

        def __init__(self, noop, name, version):
            self._noop = noop
            self._name = name
            self._version = version
            self._tracer = None

        def _made(self):
            if self._tracer is None:
                try:
                    self._tracer = _maker(api)(self._name, self._version)
                except Exception:
                    self._tracer = self._noop
            return self._tracer

        def start_span(self, *args, **kwargs):
            return self._made().start_span(*args, **kwargs)

        def start_as_current_span(self, *args, **kwargs):
            return self._made().start_as_current_span(*args, **kwargs)

    return Fallback
