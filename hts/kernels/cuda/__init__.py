"""The kernels of exits and visits in CUDA C++, one source for a card and for this machine: cells in, counts out."""
