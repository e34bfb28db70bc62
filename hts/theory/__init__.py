"""Theory: what limits and exact computation say of one cell, without simulation."""
