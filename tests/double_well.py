"""The plan that tests of commands start from: two cells of a double well."""

DOUBLE_WELL = """title = "two cells"
seed = 5
[landscape]
kind = "double-well"
minima = [-1.0, 1.0]
barriers = [0.0]
curvature = 1.0
[noise]
kind = "pareto"
[grid]
eta = [0.1, 0.05]
b = [0.7]
alpha = [1.5]
[exit]
well = 0
walkers = 300
max_steps = 100000
"""
