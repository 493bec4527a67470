"""Standing still for a debugger of the pydevd family (debugpy), which the program was started with: nothing of it is loaded here."""

import os
import sys
import threading

from .location import first_frame

_HERE = os.path.dirname(os.path.abspath(__file__)) + os.sep
_RUNNING, _SUSPENDED = 1, 2
_prepared = None


def attached():
    """The debugger whose user can be shown something now; None without one, and while this thread works for it."""
    constants = sys.modules.get("_pydevd_bundle.pydevd_constants")
    debugger = None if constants is None else constants.get_global_debugger()
    if debugger is None or not debugger.is_attached():
        return None
    info = getattr(threading.current_thread(), "additional_info", None)
    # What the user evaluates while the program stands, and conditions of breakpoints, may make spans as well.
    if info is not None and (info.is_tracing or getattr(info, "is_in_wait_loop", info.pydev_state == _SUSPENDED)):
        return None
    _prepare(debugger)
    return debugger


def _prepare(debugger):
    """Makes the files of the hook such that nobody steps into them, nor sees them on a stack, even with all libraries to be seen."""
    global _prepared
    if _prepared is debugger:
        return
    _prepared = debugger
    try:
        known = debugger.dont_trace_external_files
        starts, ends = getattr(known, "start_patterns", ()), getattr(known, "end_patterns", ())
        sys.modules["_pydevd_bundle.pydevd_api"].PyDevdAPI().set_dont_trace_start_end_patterns(debugger, (*starts, _HERE), ends)
    except Exception:
        pass  # it is only a comfort


def hides_caller(debugger):
    """Whether libraries alone led here, and the debugger shows nothing of them."""
    frame, is_users = first_frame()
    return not is_users and _hides(debugger, frame)


def stand_still(debugger):
    """Returns when the user lets the program go on; until then it stands at the line of the user's that led here.

    Where libraries alone led here it stands in the library, which the debugger shows then whatever it hides otherwise.
    """
    thread = threading.current_thread()
    info = debugger.set_additional_thread_info(thread)
    frame, is_users = first_frame()
    was_enabled = debugger.is_files_filter_enabled
    if not is_users and _hides(debugger, frame):
        debugger.is_files_filter_enabled = False
    try:
        debugger.set_suspend(thread, sys.modules["_pydevd_bundle.pydevd_comm_constants"].CMD_SET_BREAK)
        _wait(debugger, thread, info, frame)
    finally:
        debugger.is_files_filter_enabled = was_enabled


def _hides(debugger, frame):
    return debugger.is_files_filter_enabled and debugger.apply_files_filter(frame, frame.f_code.co_filename, False)


def _wait(debugger, thread, info, frame):
    """As the debugger does itself for a stop that is not within one of its own callbacks."""
    monitoring = _monitoring()
    was_traced = monitoring.suspend_current_thread_tracing() if hasattr(monitoring, "suspend_current_thread_tracing") else False
    info.is_tracing += 1
    try:
        info.trace_suspend_type = "trace" if monitoring is None else "sys_monitor"
        debugger.do_wait_suspend(thread, frame, "line", None)
    finally:
        info.is_tracing -= 1
        if was_traced:
            monitoring.resume_current_thread_tracing()


def _monitoring():
    """The part of the debugger that works by `sys.monitoring` (Python 3.12 and later), None where it works by `sys.settrace`."""
    is_used = getattr(sys.modules["_pydevd_bundle.pydevd_constants"], "PYDEVD_USE_SYS_MONITORING", False)
    return sys.modules.get("_pydevd_sys_monitoring.pydevd_sys_monitoring") if is_used else None


def stand_in(debugger, frame):
    """Stands at the next line of a frame of the user's that runs in this thread."""
    thread, monitoring, api = threading.current_thread(), _monitoring(), sys.modules["_pydevd_bundle.pydevd_comm_constants"]
    info = debugger.set_additional_thread_info(thread)
    info.pydev_original_step_cmd = api.CMD_SET_BREAK
    info.pydev_step_cmd = api.CMD_STEP_INTO_MY_CODE
    info.pydev_step_stop = None
    info.pydev_state = _RUNNING
    info.update_stepping_info()
    if monitoring is not None:
        monitoring.update_monitor_events(suspend_requested=True)
    debugger.set_trace_for_frame_and_parents(thread.ident, frame)
    if monitoring is not None:
        monitoring.restart_events()
