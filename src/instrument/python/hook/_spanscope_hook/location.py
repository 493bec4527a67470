"""The line of the user's own code that makes a span."""

import os
import sys
import sysconfig

_HERE = os.path.dirname(os.path.abspath(__file__)) + os.sep
_LIBRARIES = tuple({
    os.path.abspath(path) + os.sep
    for path in (os.path.dirname(os.__file__), *(sysconfig.get_path(name) or "" for name in ("stdlib", "platstdlib", "purelib", "platlib")))
    if path
})
_PACKAGES = (os.sep + "site-packages" + os.sep, os.sep + "dist-packages" + os.sep)
_KIT = "spanscope.py"  # wherever it was copied to
# Below these stands who runs all tasks or threads, not who began this one.
_SCHEDULERS = tuple(os.path.join(os.path.dirname(os.path.abspath(os.__file__)), *parts) for parts in (
    ("asyncio", "events.py"), ("asyncio", "base_events.py"), ("asyncio", "runners.py"), ("concurrent", "futures", "thread.py"), ("threading.py",),
))
_MAX_FRAMES = 200
# File names from which code runs that is generated while the program runs; there may be no end of them.
_MAX_FILES = 20_000

# Flags of code: coroutines and asynchronous generators, and what may wait for them.
_IS_ASYNC, _AWAITS = 0x280, 0x3A0

_LIBRARY, _OWN, _SCHEDULER = 0, 1, 2
# Whose a file is, by the name that its code has.
_owners = {}


def _find_out(file):
    path = os.path.abspath(file)
    is_library = file.startswith("<") or os.path.basename(path) == _KIT or path.startswith((_HERE, *_LIBRARIES)) or any(part in path for part in _PACKAGES)
    owner = _SCHEDULER if path in _SCHEDULERS else _LIBRARY if is_library else _OWN
    if len(_owners) < _MAX_FILES:
        _owners[file] = owner
    return owner


def place_of_caller(depth):
    """The code of the user's that calls and where in it, from `depth` calls up outwards; None when libraries began all of it.

    As little as has to be noted while the program waits; `attributes_of` says the rest. To look for a line takes the longer the
    further down it is in its function.
    """
    frame = sys._getframe(depth + 1)
    known = _owners
    left = _MAX_FRAMES
    while frame is not None and left > 0:
        code = frame.f_code
        owner = known.get(code.co_filename)
        if owner is None:
            owner = _find_out(code.co_filename)
        if owner:
            return (code, frame.f_lasti) if owner == _OWN else None
        back = frame.f_back
        if code.co_flags & _IS_ASYNC and _is_begun_by_loop(back):
            return None
        frame = back
        left -= 1
    return None


def _is_begun_by_loop(frame):
    """Whether a coroutine is begun by uvloop, whose own calls are not on the stack: `frame`, which stands below it, runs the loop."""
    return "uvloop" in sys.modules and (frame is None or not frame.f_code.co_flags & _AWAITS)


def first_frame():
    """The frame of the user's code that calls, and True; the one next to the hook, and False, when libraries began all of it."""
    frame = sys._getframe(1)
    while frame.f_back is not None and os.path.abspath(frame.f_code.co_filename).startswith(_HERE):
        frame = frame.f_back
    nearest = frame
    while frame is not None:
        file = frame.f_code.co_filename
        owner = _owners[file] if file in _owners else _find_out(file)
        if owner:
            return (frame, True) if owner == _OWN else (nearest, False)
        if frame.f_code.co_flags & _IS_ASYNC and _is_begun_by_loop(frame.f_back):
            break
        frame = frame.f_back
    return nearest, False


def is_users(file):
    """Whether code of a file (as code objects name it) is the user's own."""
    return (_owners[file] if file in _owners else _find_out(file)) == _OWN


def attributes_of(place):
    """A place as attributes of a span: file, line (from 1) and function."""
    if place is None:
        return {}
    code, instruction = place
    return {
        "spanscope.source.file": os.path.abspath(code.co_filename),
        "spanscope.source.line": _line_of(code, instruction),
        "spanscope.source.function": getattr(code, "co_qualname", code.co_name),
    }


def _line_of(code, instruction):
    """The line (from 1) of an instruction, by its offset in bytes."""
    found = None
    if hasattr(code, "co_lines"):
        found = next((line for start, end, line in code.co_lines() if start <= instruction < end), None)
    else:  # before 3.10
        import dis

        for start, line in dis.findlinestarts(code):
            if start > instruction:
                break
            found = line
    return found or code.co_firstlineno
