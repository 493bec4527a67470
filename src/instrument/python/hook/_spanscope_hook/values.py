"""Values of other libraries as JSON text."""

import json
import math
import os

from .location import attributes_of


def plain(value, depth=0):
    """A value as JSON can hold it, whatever it is; numbers that JSON has no word for become text."""
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).decode("utf-8", "replace")
    if depth > 20:
        return str(value)
    if isinstance(value, dict):
        return {str(key): plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item, depth + 1) for item in value]
    return _of_object(value, depth)


def _of_object(value, depth):
    for name in ("model_dump", "to_json", "dict"):
        method = getattr(type(value), name, None)
        if method is not None:
            try:
                made = method(value, exclude_none=True) if name == "model_dump" else method(value)
            except Exception:
                continue
            return made if isinstance(made, str) else plain(made, depth + 1)
    return str(value)


_encoder = json.JSONEncoder(separators=(",", ":"), allow_nan=False)
text_to_json = json.encoder.encode_basestring_ascii


def _make_fast():
    """The encoder that `encode` would make anew for each value: gives pieces of text."""
    encode = json.encoder.c_make_encoder(None, _encoder.default, text_to_json, None, ":", ",", False, False, False)
    "".join(encode({"a": [1, 1.5, None, "b"]}, 0))
    return encode


try:
    _fast = _make_fast()
except Exception:
    def _fast(value, _):
        return (_encoder.encode(value),)


def to_json(value):
    """JSON text, ASCII only."""
    try:
        return "".join(_fast(value, 0))
    except Exception:
        return _encoder.encode(plain(value))


_MAX_PLACES = 10_000
# The attributes of places as they stand in messages. A code object is known by its number, and kept so that no other gets it.
_places = {}


class PlaceInTest:
    """The place (or None) of a span that is the topmost one of a test, and attributes that say so."""

    __slots__ = ("place", "attributes")

    def __init__(self, place, attributes):
        self.place = place
        self.attributes = attributes


def with_place(place, attributes, is_topmost=False):
    """Attributes and those of a place as a JSON object. Topmost spans of their process say which one that is."""
    try:
        text = "".join(_fast(attributes, 0))
    except Exception:
        text = _encoder.encode(plain(attributes))
    if type(place) is tuple:
        code, instruction = place
        known = _places.get((id(code), instruction)) or _noted(place)
        more = f'{known[1]},{_own_process}' if is_topmost or _is_forked else known[1]
    else:
        more = _more_of(place, is_topmost)
        if more == "":
            return text
    return f"{{{more}}}" if text == "{}" else f"{{{more},{text[1:]}"


def _noted(place):
    if len(_places) >= _MAX_PLACES:
        _places.clear()
    known = _places[id(place[0]), place[1]] = (place[0], to_json(attributes_of(place))[1:-1])
    return known


def _more_of(place, is_topmost):
    """Members of the JSON object, for places that are seldom."""
    if type(place) is PlaceInTest:
        inner = with_place(place.place, place.attributes, is_topmost)
        return inner[1:-1]
    return _own_process if is_topmost or _is_forked else ""


def _process_text():
    return f'"spanscope.process.pid":{os.getpid()}'


_own_process = _process_text()
# In a forked child every span may be the topmost one: those around it are the parent's.
_is_forked = False


def _in_child():
    global _own_process, _is_forked
    _own_process, _is_forked = _process_text(), True


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)
