"""Parts of the site that are made from the code: plan keys, commands, Python names, formulas."""
