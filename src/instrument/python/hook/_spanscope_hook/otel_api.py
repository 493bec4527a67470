"""Programs that use the OpenTelemetry API and set up no SDK: their spans are made all the same, for us alone."""

import functools
import os

_provider = None


def attach(module):
    """Gives tracers that nobody has set up a provider of ours; `module` is `opentelemetry.trace`."""
    if os.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return
    init = module.ProxyTracer.__init__
    fallback = _fallback_class(module.NoOpTracer)

    @functools.wraps(init)
    def prepared_init(self, name, version=None, *args, **kwargs):
        init(self, name, version, *args, **kwargs)
        # The API asks this one as long as no provider is set, and the provider of the program from then on.
        self._noop_tracer = fallback(self._noop_tracer, name, version)

    module.ProxyTracer.__init__ = prepared_init


def _make_provider():
    """A provider without processors: the SDK's spans are seen where they begin and end. False without the SDK."""
    global _provider
    if _provider is None:
        try:
            from opentelemetry.sdk.trace import TracerProvider

            _provider = TracerProvider(shutdown_on_exit=False)
        except Exception:
            _provider = False
    return _provider


def _fallback_class(noop_class):
    class Fallback(noop_class):
        """Makes its tracer when the first span is wanted."""

        def __init__(self, noop, name, version):
            self._noop = noop
            self._name = name
            self._version = version
            self._tracer = None

        def _made(self):
            if self._tracer is None:
                provider = _make_provider()
                self._tracer = provider.get_tracer(self._name, self._version) if provider else self._noop
            return self._tracer

        def start_span(self, *args, **kwargs):
            return self._made().start_span(*args, **kwargs)

        def start_as_current_span(self, *args, **kwargs):
            return self._made().start_as_current_span(*args, **kwargs)

    return Fallback
