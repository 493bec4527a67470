"""Loaded by Python itself because this folder is on PYTHONPATH. Watches imports, and lets every other sitecustomize run."""

import os
import sys

_HERE = os.path.dirname(os.path.abspath(__file__))


def _install() -> None:
    try:
        import _spanscope_hook

        _spanscope_hook.install(_HERE)
    except Exception:
        pass  # whatever goes wrong here is no reason for the program not to run


def _run_next() -> None:
    """Runs the sitecustomize that Python would have found without this folder, as the module of that name."""
    import importlib.machinery
    import importlib.util

    others = [entry for entry in sys.path if os.path.abspath(entry or os.curdir) != _HERE]
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", others)
    if spec is None or spec.loader is None:
        return
    module = importlib.util.module_from_spec(spec)
    sys.modules["sitecustomize"] = module
    spec.loader.exec_module(module)


_install()
_run_next()
