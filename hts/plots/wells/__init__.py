"""Figures of wells: the landscape, the transition graph, the walkers that wait in a well."""
