"""`opentelemetry-instrument` puts its own folder first on PYTHONPATH; ours has to stay before it to be loaded at all."""

import functools
import os

from . import folder


def attach(module):
    """Wraps `run` of `opentelemetry.instrumentation.auto_instrumentation`, which ends by becoming the program."""
    execute = module.execl

    @functools.wraps(execute)
    def execute_with_hook(*args):
        entries = [entry for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry and entry != folder()]
        os.environ["PYTHONPATH"] = os.pathsep.join([folder(), *entries])
        return execute(*args)

    module.execl = execute_with_hook
