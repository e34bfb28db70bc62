"""Prediction: what theory and exact computation say of one cell, without simulation."""
