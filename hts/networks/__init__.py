"""Neural networks: initialisation that keeps a moment, training by truncated heavy-tailed SGD, gradient noise.

JAX and scikit-learn come with `pip install 'hts[networks]'`; nothing else of hts imports this room.
"""
