"""Which test of pytest a span belongs to: the topmost spans of each test get its name and file, and its outcome afterwards."""

import sys

from . import live
from .values import PlaceInTest, to_json

_MOST_SPANS = 20_000
_MOST_TOPS = 2000

_current = None


class _Test:
    def __init__(self, item):
        self.outcome = "passed"
        self.span_ids = set()
        self.tops = []
        file, _, name = item.nodeid.partition("::")
        path = getattr(item, "path", None) or getattr(item, "fspath", None) or file
        self.attributes = {"spanscope.test.name": name or item.name, "spanscope.test.file": str(path)}


def attach(module):
    """Adds hooks of pytest's to its own plugin `_pytest.main`, which is registered after it was imported: no other plugin is seen in what pytest prints."""
    hookimpl = sys.modules["_pytest.config"].hookimpl

    @hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_protocol(item):
        _quietly(_begin, item)
        yield
        _quietly(_end)

    @hookimpl(tryfirst=True)
    def pytest_runtest_logreport(report):
        _quietly(_note, report)

    module.pytest_runtest_protocol = pytest_runtest_protocol
    module.pytest_runtest_logreport = pytest_runtest_logreport
    live.in_test = _place_in_test


def _begin(item):
    global _current
    _current = _Test(item)


def _note(report):
    test = _current
    if test is None:
        return
    if report.failed:
        test.outcome = "failed"
    elif report.skipped and test.outcome == "passed":
        test.outcome = "skipped"


def _end():
    global _current
    test, _current = _current, None
    for trace_id, span_id in test.tops if test is not None else ():
        ids = f'"traceId":{to_json(trace_id)},"spanId":{to_json(span_id)}'
        live.tell_later(f'{{"type":"update","witness":true,{ids},"attributes":{{"spanscope.test.status":"{test.outcome}"}}}}')


def _place_in_test(kind, source, place):
    test = _current
    if test is None:
        return place
    try:
        trace_id, span_id, parent_id = _ids(source)
        is_top = parent_id is None or parent_id not in test.span_ids
        if len(test.span_ids) < _MOST_SPANS:
            test.span_ids.add(span_id)
        if not is_top or len(test.tops) >= _MOST_TOPS:
            return place
        test.tops.append((trace_id, span_id))
        return PlaceInTest(place, test.attributes)
    except Exception:
        return place


def _ids(source):
    """Ids of trace, span and parent (or None) of a span of OpenTelemetry, or of a library."""
    context = getattr(source, "_context", None)
    if context is not None:
        parent = source._parent
        return f"{context.trace_id:032x}", f"{context.span_id:016x}", None if parent is None else f"{parent.span_id:016x}"
    told = source.read()
    return told["traceId"], told["spanId"], told.get("parentSpanId") or None


def _quietly(work, *args):
    try:
        work(*args)
    except Exception:
        pass
