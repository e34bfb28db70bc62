"""A small plan of rare exits, for tests of the command and of what it calls."""

TEXT = """\
title = "small"
seed = 5
[landscape]
kind = "basin"
minimum = 0.0
curvature = 1.0
[noise]
kind = "pareto"
[grid]
eta = [0.02, 0.01]
b = [0.7]
alpha = [1.5]
[exit]
domain = [-1.0, 1.0]
start = 0.0
within = 1.0
[rare]
method = ["importance", "crude"]
samples = 20_000
"""
