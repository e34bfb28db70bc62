// First exits (2), a walker a thread: hts/kernels/exits.py.
//
// A thread takes walkers from the queue until it has taken its steps of this call, and keeps the one on its way. Steps
// come by the chunk, without a branch but the walker's leaving; a walker that has left waits for the chunk's end, so that
// the threads of a warp begin their next walkers together.

namespace hts {

struct Exits {
    Motion motion;
    Block block;
    u64 cell_key[2];
    i64 n_steps;  // of each lane, in this call
    i64 max_steps, first_walker;
    i64 *row_steps;
    signed char *row_side;
    double *row_landing;
};

const int CHUNK = 16, GROUP = 8;

struct Walker {
    Stream stream;
    double x;
    i64 exit_steps, number;
    i64 beyond;
};

// Take at most N steps; gives how many, the one that left included.
template <int N>
INLINE int move(Walker &walker, const Motion &motion, const Cubic *table) {
    UNROLL for (int k = 0; k < N; k++) {
        if (MAY_LEAVE_TABLE) walker.beyond += !(motion.place[0] <= walker.x && walker.x <= motion.place[1]);
        double z = draw(walker.stream, motion);
        walker.x = next_position(walker.x, gradient(walker.x, motion, table), z, motion);
        if (!is_inside(walker.x, motion)) return k + 1;
    }
    return N;
}

INLINE int move_chunk(Walker &walker, i64 room, const Motion &motion, const Cubic *table) {
    int n = 0;
    if (room >= CHUNK) {
        for (; n < CHUNK && is_inside(walker.x, motion);) n += move<GROUP>(walker, motion, table);
    } else {
        for (; n < (int)room && is_inside(walker.x, motion);) n += move<1>(walker, motion, table);
    }
    return n;
}

INLINE void write_out(const Walker &walker, const Exits &cell) {
    i64 row = walker.number - cell.first_walker;
    double x = projected(walker.x, cell.motion);
    cell.row_steps[row] = walker.exit_steps;
    cell.row_side[row] = (signed char)((x >= cell.motion.high) - (x <= cell.motion.low));
    cell.row_landing[row] = x;
}

INLINE void advance(i64 lane, const Exits &cell, const Cubic *table) {
    const Motion &motion = cell.motion;
    const Block &block = cell.block;
    Walker walker = {stream_of(block, lane), block.x[lane], block.exit_steps[lane], block.walker[lane], 0};
    i64 left = cell.n_steps, finished = 0, finished_steps = 0;
    while (left > 0) {
        if (walker.number == EMPTY) {
            walker.number = next_walker(block);
            if (walker.number == EMPTY) break;
            walker.stream = start_stream(cell.cell_key, walker.number);
            walker.x = motion.start;
            walker.exit_steps = 0;
        }
        int n = move_chunk(walker, smaller(left, cell.max_steps - walker.exit_steps), motion, table);
        walker.exit_steps += n;
        left -= n;
        if (!is_inside(walker.x, motion) || walker.exit_steps == cell.max_steps) {
            write_out(walker, cell);
            finished += 1;
            finished_steps += walker.exit_steps;
            walker.number = EMPTY;
        }
    }
    keep_stream(block, lane, walker.stream);
    block.x[lane] = walker.x;
    block.exit_steps[lane] = walker.exit_steps;
    block.walker[lane] = walker.number;
    add(&block.counters[FINISHED], finished);
    add(&block.counters[FINISHED_STEPS], finished_steps);
    if (MAY_LEAVE_TABLE) add(&block.counters[BEYOND], walker.beyond);
    add(block.taken, cell.n_steps - left);
}

typedef Exits Cell;

}  // namespace hts
