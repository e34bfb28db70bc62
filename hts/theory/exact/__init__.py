"""The exact law of one cell at its own eta, by discretising the one-step operator."""
