"""More than one dimension: landscapes, plans, kernels, and what theory says of them."""
