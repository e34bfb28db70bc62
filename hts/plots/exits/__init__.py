"""Figures of exits: mean times, probabilities, exponents and survival."""
