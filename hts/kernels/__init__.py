"""Compiled code, the only Numba in the project: arrays in, arrays out."""
