// What is called from outside: `run` advances all lanes of a cell.

#ifdef __CUDACC__

// Two blocks of 256 threads fit a multiprocessor: 128 registers a thread.
extern "C" __global__ void __launch_bounds__(256, 2) run(const __grid_constant__ hts::Cell cell) {
    const hts::Cubic *table = cell.motion.table;
#if TABLE_IS_SHARED
    extern __shared__ hts::Cubic shared_table[];
    for (i64 k = threadIdx.x; k < cell.motion.n_nodes; k += blockDim.x) shared_table[k] = table[k];
    __syncthreads();
    table = shared_table;
#endif
    i64 lane = (i64)blockIdx.x * blockDim.x + threadIdx.x;
    if (lane < cell.block.width) hts::advance(lane, cell, table);
}

#else

extern "C" void run(const hts::Cell *cell) {
    for (i64 lane = 0; lane < cell->block.width; lane++) hts::advance(lane, *cell, cell->motion.table);
}

#endif
