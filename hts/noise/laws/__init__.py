"""The laws, one file each: its formulas, and its entry in the registry as LAW."""
