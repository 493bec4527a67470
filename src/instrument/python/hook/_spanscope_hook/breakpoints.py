"""Span breakpoints as the receiver tells them (`breakpoints` of the live protocol), and how often each was met in this process.

Means exactly what the hook for Node means by them.
"""

import math
import re
import time

from .span_facts import tokens_of

_MOMENTS = ("start", "end", "error")
_MEASURES = ("tokens", "seconds", "steps")
_MOST_RUNS = 1000
_missing = object()
_nothing = ({}, ())


class Breakpoints:
    """Not for several threads at once."""

    def __init__(self):
        # By moment: those with a whole name by it (a thousand cost no more than one), and the others.
        self._groups = {}
        self._meets = {}
        self._runs = None

    @property
    def is_empty(self):
        return not self._groups

    def concern(self, name, moment):
        """Whether a span has to be looked at then; `name` is None when it is not known yet. At their ends some spans turn out to have failed."""
        if self._runs is not None or (name is None and moment == "end" and "error" in self._groups):
            return True
        named, others = self._groups.get(moment, _nothing)
        return len(others) > 0 or (len(named) > 0 and (name is None or name.lower() in named))

    def set(self, items):
        """Takes the place of all earlier ones. What cannot be understood is left out."""
        groups, meets, has_limits = {}, {}, False
        for item in items:
            moment, breakpoint = _breakpoint_in(item)
            if breakpoint is None:
                continue
            meets[breakpoint.id] = self._meets.get(breakpoint.id, 0)
            has_limits = has_limits or breakpoint.limit is not None
            named, others = groups.setdefault(moment, ({}, []))
            (others if breakpoint.exact_name is None else named.setdefault(breakpoint.exact_name, [])).append(breakpoint)
        self._groups, self._meets = groups, meets
        self._runs = (self._runs or _RunMeter()) if has_limits else None

    def met(self, facts, moment):
        """The id of a breakpoint at which the program is to stop now, or None. Every one that is met is counted."""
        if self._runs is not None:
            self._runs.note(facts, moment)
        named, others = self._groups.get(moment, _nothing)
        found = None
        for breakpoint in (*named.get(facts.lower_name, ()), *others):
            if all(test(facts) for test in breakpoint.tests) and self._stops(breakpoint, facts):
                found = found or breakpoint.id
        return found

    def stood(self, seconds):
        """The program stood for so long at a breakpoint, which is no time that its runs took."""
        if self._runs is not None:
            self._runs.stood += seconds

    def _stops(self, breakpoint, facts):
        """From the n-th time on."""
        if breakpoint.limit is not None and not self._runs.passes(facts.trace_id, breakpoint.id, *breakpoint.limit):
            return False
        count = self._meets[breakpoint.id] = self._meets[breakpoint.id] + 1
        return count >= breakpoint.hit


class _Breakpoint:
    __slots__ = ("id", "exact_name", "tests", "hit", "limit")

    def __init__(self, id, exact_name, tests, hit, limit):
        self.id = id
        self.exact_name = exact_name  # in lower case when it is to be equal; None when it is a pattern or not asked for
        self.tests = tests
        self.hit = hit
        self.limit = limit


class _RunMeter:
    """What each trace has taken so far in this process."""

    def __init__(self):
        self._runs = {}  # by trace id: when it began, what it took, the ids of breakpoints that it has passed
        self.stood = 0.0  # seconds of all that the clock of `_worked` leaves out

    def note(self, facts, moment):
        _, taken, _ = self._run_of(facts.trace_id)
        if moment == "start":
            taken["steps"] += 1
        elif moment == "end":
            taken["tokens"] += tokens_of(facts)

    def passes(self, trace_id, breakpoint_id, measure, above):
        """Whether a run has taken more than a breakpoint allows; true once a run."""
        start, taken, passed = self._run_of(trace_id)
        amount = self._worked() - start if measure == "seconds" else taken[measure]
        if amount <= above or breakpoint_id in passed:
            return False
        passed.add(breakpoint_id)
        return True

    def _worked(self):
        return time.monotonic() - self.stood

    def _run_of(self, trace_id):
        run = self._runs.get(trace_id)
        if run is None:
            run = self._runs[trace_id] = (self._worked(), {"steps": 0, "tokens": 0}, set())
            if len(self._runs) > _MOST_RUNS:
                del self._runs[next(iter(self._runs))]
        return run


def _breakpoint_in(item):
    if not isinstance(item, dict) or item.get("enabled") is False:
        return None, None
    id, moment = _text_in(item.get("id")), item.get("on")
    if id is None or moment not in _MOMENTS:
        return None, None
    name = _text_in(item.get("name"))
    name = None if name is None else name.lower()
    is_pattern = name is not None and "*" in name
    tests = [_field_test(field, _text_in(item.get(field))) for field in ("role", "tool", "model") if _text_in(item.get(field)) is not None]
    if is_pattern:
        tests.append(_field_test("name", name))
    attribute = item.get("attribute")
    if isinstance(attribute, dict):
        tests.append(_attribute_field_test(_text_in(attribute.get("key")) or "", attribute_test(attribute.get("operator"), _text_in(attribute.get("value")) or "")))
    hit = item["hit"] if _is_number(item.get("hit")) and item["hit"] > 1 else 1
    return moment, _Breakpoint(id, None if is_pattern else name, tests, hit, _limit_in(item.get("limit")))


def _limit_in(value):
    if not isinstance(value, dict) or value.get("of") not in _MEASURES or not _is_number(value.get("above")):
        return None
    return value["of"], value["above"]


def _text_in(value):
    return value if isinstance(value, str) and value != "" else None


def _is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _field_test(field, wanted):
    test = text_test(wanted)
    return lambda facts: test(getattr(facts, field))


def _attribute_field_test(key, test):
    return lambda facts: test(facts.attributes.get(key, _missing))


def text_test(wanted):
    """Whether a text (or None) is another one without regard to case; `*` in the wanted one stands for anything."""
    needle = wanted.lower()
    pieces = needle.split("*")
    if len(pieces) == 1:
        return lambda text: text is not None and text.lower() == needle
    return lambda text: text is not None and _fits(text.lower(), pieces)


def _fits(text, pieces):
    """Linear in the length of the text, whatever the pattern."""
    first, last = pieces[0], pieces[-1]
    if not text.startswith(first) or not text.endswith(last) or len(text) < len(first) + len(last):
        return False
    start, stop = len(first), len(text) - len(last)
    for piece in pieces[1:-1]:
        found = text.find(piece, start, stop)
        if found < 0:
            return False
        start = found + len(piece)
    return True


def attribute_test(operator, wanted):
    """A condition on an attribute as the filter language has it: one member of a list that passes is enough."""
    if operator == "exists":
        return lambda value: value is not _missing
    if operator == "!=":
        equal = attribute_test("=", wanted)
        return lambda value: value is not _missing and not equal(value)
    single = _scalar_test(operator, wanted)
    return lambda value: any(map(single, value)) if isinstance(value, (list, tuple)) else value is not _missing and single(value)


def _scalar_test(operator, wanted):
    number = _number_of(wanted)
    pattern = text_test(wanted if "*" in wanted else f"*{wanted}*")
    if operator == "~":
        return lambda value: pattern(_as_text(value))
    if operator == "=":
        fits = pattern if "*" in wanted else lambda text: text == wanted
        return lambda value: value == number if _is_number(value) else fits(_as_text(value))
    compare = {">": lambda a: a > number, ">=": lambda a: a >= number, "<": lambda a: a < number, "<=": lambda a: a <= number}.get(operator)
    if compare is None:
        return lambda value: False
    return lambda value: compare(value) if _is_number(value) else isinstance(value, str) and compare(_number_of(value))


_DECIMAL = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_OTHER_BASE = re.compile(r"0(?:x[0-9a-f]+|o[0-7]+|b[01]+)", re.ASCII | re.IGNORECASE)
# Beyond it are no numbers that anybody compares, and Python refuses to read the longest ones.
_LONGEST_NUMBER = 400


def _number_of(text):
    """The number that a text is in the filter language, whose numbers are JavaScript's; NaN, which nothing compares with, when it is none."""
    text = text.strip()
    if len(text) > _LONGEST_NUMBER:
        return math.nan
    if _DECIMAL.fullmatch(text):
        return int(text) if text.lstrip("+-").isdigit() else float(text)
    if _OTHER_BASE.fullmatch(text):
        return int(text, 0)
    return {"Infinity": math.inf, "+Infinity": math.inf, "-Infinity": -math.inf}.get(text, math.nan)


def _as_text(value):
    """As attributes are written in conditions: `true`, and whole numbers without a fraction."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e21:
        return str(int(value))
    return value if isinstance(value, str) else str(value)
