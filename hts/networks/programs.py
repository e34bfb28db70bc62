"""Compiled programs, which several threads share."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Any

import jax
import numpy as np


class Programs:
    """Programs of a trainer and its parts, each compiled once, by the thread that asks first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._locks: dict[Hashable, threading.Lock] = {}
        self._compiled: dict[Hashable, jax.stages.Compiled] = {}

    def run(self, name: Hashable, function: Callable[..., Any], *arguments: Any) -> Any:
        """Call a function by its program, which is compiled at the first call for arrays of these shapes.

        Parameters
        ----------
        name : hashable
            Of the function: functions of the same name are the same.
        function : callable
            Of arrays and numbers.
        *arguments : array or number
            While they are compiled for, other threads that ask for the same program wait: compiled by each of them, it
            would take seconds and .2 GB more.
        """
        key = name, tuple(np.shape(one) for one in arguments)
        with self._lock:
            own = self._locks.setdefault(key, threading.Lock())
        with own:
            if key not in self._compiled:
                self._compiled[key] = jax.jit(function).lower(*arguments).compile()
        return self._compiled[key](*arguments)
