"""Estimation: what samples say, without knowing which answer is expected."""
