"""This package is where the speed of hts is measured beside its peers, in one run (`python -m benchmarks`)."""
