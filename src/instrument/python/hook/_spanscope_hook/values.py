"""Values of other libraries as JSON text."""

import json
import math

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
    """The encoder that `encode` would make anew for each value."""
    make = json.encoder.c_make_encoder
    if make is None:
        return _encoder.encode
    encode = make(None, _encoder.default, text_to_json, None, ":", ",", False, False, False)
    return lambda value: "".join(encode(value, 0))


try:
    _fast = _make_fast()
    _fast({"a": [1, 1.5, None, "b"]})
except Exception:
    _fast = _encoder.encode


def to_json(value):
    """JSON text, ASCII only."""
    try:
        return _fast(value)
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


def with_place(place, attributes):
    """Attributes and those of a place as a JSON object."""
    if type(place) is PlaceInTest:
        place, attributes = place.place, {**attributes, **place.attributes}
    text = to_json(attributes)
    if place is None:
        return text
    code, line = place
    known = _places.get((id(code), line))
    if known is None:
        if len(_places) >= _MAX_PLACES:
            _places.clear()
        known = _places[id(code), line] = (code, to_json(attributes_of(place))[:-1])
    return f"{known[1]}}}" if text == "{}" else f"{known[1]},{text[1:]}"
