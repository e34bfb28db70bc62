"""Settings of the tests of networks: programs are compiled with few optimisations, which takes half the time."""

import jax

jax.config.update("jax_disable_most_optimizations", True)
