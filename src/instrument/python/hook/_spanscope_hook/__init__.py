"""The hook inside an agent's process: nothing happens until the program itself loads a library that makes spans.

`install` puts a finder in front of the import system. It looks at names only, and after one of `_LATER` was imported it
lets the module of this package that knows it set things up. Nothing here may throw into the program or print.
"""

import os
import sys
import time
from _thread import RLock, allocate_lock, get_ident, start_new_thread

# For `native`: as they are before the program runs.
sleep = time.sleep
_folder = ""

# What the program may load, and which module of this package has a function `attach` for it.
_LATER = {
    "opentelemetry.sdk.trace": "_spanscope_hook.otel_sdk",
    "opentelemetry.trace": "_spanscope_hook.otel_api",
    "opentelemetry.instrumentation.auto_instrumentation": "_spanscope_hook.otel_launcher",
    "agents.tracing.provider": "_spanscope_hook.openai_agents",
    "langchain_core.tracers.context": "_spanscope_hook.langchain",
    "claude_agent_sdk._internal.query": "_spanscope_hook.claude_agent",
    "_pytest.main": "_spanscope_hook.pytest_runs",
}


def install(folder: str) -> None:
    """Begins to watch imports; `folder` is the one on PYTHONPATH. Does nothing when SPANSCOPE_HOOK is `off`."""
    global _folder
    if os.environ.get("SPANSCOPE_HOOK", "").strip().lower() == "off" or any(isinstance(finder, _Finder) for finder in sys.meta_path):
        return
    _folder = folder
    sys.meta_path.insert(0, _Finder())


def folder() -> str:
    """The folder on PYTHONPATH."""
    return _folder


def active_span():
    """Ids of trace and span, with a space between them, of the innermost span that the calling thread or task is in; None when it is in none.

    The editor asks for it through the debugger while the program stands. Nothing is imported: another thread may stand within an import.
    """
    try:
        api = sys.modules.get("opentelemetry.trace")
        context = None if api is None else api.get_current_span().get_span_context()
        if context is not None and context.is_valid:
            return f"{context.trace_id:032x} {context.span_id:016x}"
        kit = sys.modules.get("spanscope")
        active = None if kit is None else kit._current()
        return None if active is None or active.span is None else f"{active.span.trace_id} {active.span.span_id}"
    except Exception:
        return None


def control(token):
    """Lets the receiver stop the program at spans with a token that it did not have when it began.

    The editor calls it through a debugger that was attached to the program. Nothing is imported, as above.
    """
    os.environ["SPANSCOPE_TOKEN"] = token
    live = sys.modules.get("_spanscope_hook.live")
    if live is not None:
        live.show(token)


def kit_span(span, moment):
    """Called by the agent kit with a span that begins ("start"), has ended ("end") or failed ("error"): the program stops there where it is to."""
    try:
        if "_pydevd_bundle.pydevd_constants" in sys.modules:
            from . import kit_spans

            kit_spans.seen(span, moment)
    except Exception:
        pass


class _Finder:
    """Finds nothing itself: asks the other finders, and wraps the loaders of the modules that are waited for."""

    def __init__(self) -> None:
        self._busy = set()

    def find_spec(self, name, path=None, target=None):
        if name not in _LATER or name in self._busy:
            return None
        self._busy.add(name)
        try:
            spec = self._ask_others(name, path, target)
        finally:
            self._busy.discard(name)
        if spec is not None and hasattr(spec.loader, "exec_module"):
            spec.loader = _Loader(spec.loader, name)
        return spec

    def _ask_others(self, name, path, target):
        for finder in list(sys.meta_path):
            find = None if finder is self else getattr(finder, "find_spec", None)
            spec = None if find is None else find(name, path, target)
            if spec is not None:
                return spec
        return None


class _Loader:
    """A module's own loader, with `attach` called after its code has run. Everything else about it is as it was."""

    def __init__(self, loader, name) -> None:
        self._loader = loader
        self._name = name

    def __getattr__(self, attribute):
        return getattr(self._loader, attribute)

    def create_module(self, spec):
        return self._loader.create_module(spec)

    def exec_module(self, module) -> None:
        # The module keeps the loader that it would have had: programs read its source and its data through it.
        module.__loader__ = self._loader
        if getattr(module, "__spec__", None) is not None:
            module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        try:
            import importlib

            importlib.import_module(_LATER[self._name]).attach(module)
            importlib.import_module("_spanscope_hook.report").note(self._name)
        except Exception:
            pass
