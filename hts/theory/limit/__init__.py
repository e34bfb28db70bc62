"""Limit theory of one cell: exponents, constants and chains as eta falls to 0."""
