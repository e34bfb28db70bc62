"""The same model as others would write it, each peer with a function `exit_steps`.

Each is told a problem of `benchmarks.problems` and simulates x' = -x in (low, high) with pareto noise.
"""
