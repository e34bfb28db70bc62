"""This package is where the same model stands as others would write it, each with a function `exit_steps`.

Each is told a problem of `benchmarks.problems` and simulates x' = -x in (low, high) with pareto noise.
"""
