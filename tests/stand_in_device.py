"""A device for tests of sweeps that computes on the core, and remembers what it was asked for."""

import threading

from hts.ensembles import simulate_exits, simulate_visits
from hts.sweeps.devices import Devices

#: A plan in time: exits under Euler's scheme.
LEVY = """title = "Levy"
[landscape]
kind = "double-well"
minima = [-1.0, 1.0]
barriers = [0.0]
curvature = 1.0
[levy]
epsilon = [0.5]
step = [0.1]
alpha = [1.5]
[exit]
well = 0
walkers = 300
max_steps = 2000
"""


class StandIn:
    """Looks like hts.ensembles.devices.Device."""

    def __init__(self, name="cuda:0", n_queues=2):
        self.name, self.n_queues = name, n_queues
        self.asked = []
        self.at_once, self._now, self._lock = 0, 0, threading.Lock()

    def exits(self, problem, first_walker, n_walkers, max_steps, *given, **more):
        return self._note(simulate_exits, problem, first_walker, n_walkers, max_steps, *given, **more)

    def visits(self, problem, first_walker, n_walkers, *given, **more):
        return self._note(simulate_visits, problem, first_walker, n_walkers, *given, **more)

    def _note(self, simulate, problem, first_walker, n_walkers, *given, **more):
        with self._lock:
            self.asked.append((first_walker, n_walkers))
            self._now += 1
            self.at_once = max(self.at_once, self._now)
        try:
            return simulate(problem, first_walker, n_walkers, *given, **more)
        finally:
            with self._lock:
                self._now -= 1


def devices(*names, n_queues=2):
    """Give the devices of a run, stand-ins of these names."""
    return Devices(tuple(StandIn(name, n_queues) for name in names or ("cuda:0",)))
