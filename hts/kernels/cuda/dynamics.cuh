// One step of equation (1), gradient, clip, project: hts/kernels/dynamics.py, and the cell as kernels read it
// (hts/kernels/motions.py and blocks.py; hts/kernels/cuda/cells.py has the same members in the same order).
//
// The form of a cell is known when this is compiled (hts/kernels/cuda/forms.py): HAS_HINGES, N_HINGES, HAS_MORE_HINGES,
// HAS_TABLE, IS_CLIPPED, IS_PROJECTED. What a cell does not have leaves no instruction behind.

namespace hts {

// Hinges that are arguments of the kernel; further ones are read from memory.
const int MOST_NEAR = 8;

struct alignas(16) Cubic {
    double c0, c1, c2, c3;
};

struct Motion {
    double line[2];
    double knots[MOST_NEAR], slopes[MOST_NEAR];
    const double *more_knots, *more_slopes;
    i64 n_more;
    const Cubic *table;
    i64 n_nodes;
    double place[3];
    double numbers[9];
    const double *cells;
    i64 n_cells;
    double eta, b, projection, low, high, start;
};

struct Block {
    u64 *streams;
    double *x;
    i64 *exit_steps, *walker, *counters;
    i64 width;
    i64 *taken;
};

enum { NEXT, END, LIVE, FINISHED, FINISHED_STEPS, BEYOND };
const i64 EMPTY = -1;
const double TWO_TO_52 = 4503599627370496.0;

INLINE double add_hinges(double x, double g, const Motion &motion) {
    UNROLL for (int k = 2; k < N_HINGES; k++) g = fma(motion.slopes[k], max(x, motion.knots[k]), g);
    if (HAS_MORE_HINGES)
        for (i64 k = 0; k < motion.n_more; k++) g = fma(motion.more_slopes[k], max(x, motion.more_knots[k]), g);
    return g;
}

INLINE double two_hinges(double x, const Motion &motion) {
    double g = fma(motion.line[1], x, motion.line[0]);
    UNROLL for (int k = 0; k < 2 && k < N_HINGES; k++) g = fma(motion.slopes[k], max(x, motion.knots[k]), g);
    return g;
}

INLINE double gradient_of_table(double x, const Motion &motion, const Cubic *table) {
    double per_spacing = 1.0 / motion.place[2], last = motion.n_nodes - 1.0;
    double position = min(max((x - motion.place[0]) * per_spacing, 0.0), last);
    double rounded = position + TWO_TO_52;
    double t = position - (rounded - TWO_TO_52);
    Cubic c = table[(u32)as_bits(rounded)];
    return fma(fma(fma(c.c3, t, c.c2), t, c.c1), t, c.c0);
}

INLINE double gradient(double x, const Motion &motion, const Cubic *table) {
    double g = HAS_TABLE ? gradient_of_table(x, motion, table) : 0.0;
    if (HAS_HINGES) {
        g = HAS_TABLE ? g + two_hinges(x, motion) : two_hinges(x, motion);
        g = add_hinges(x, g, motion);
    }
    return g;
}

INLINE double projected(double x, const Motion &motion) {
    return max(min(x, motion.projection), -motion.projection);
}

INLINE double next_position(double x, double g, double z, const Motion &motion) {
    double clipped = motion.eta * (z - g);
    if (IS_CLIPPED) clipped = max(min(clipped, motion.b), -motion.b);
    x = x + clipped;
    return IS_PROJECTED ? projected(x, motion) : x;
}

INLINE bool is_inside(double x, const Motion &motion) { return motion.low < x && x < motion.high; }

INLINE Stream stream_of(const Block &block, i64 lane) {
    const u64 *s = block.streams + lane;
    return {s[0], s[block.width], s[2 * block.width], s[3 * block.width]};
}

INLINE void keep_stream(const Block &block, i64 lane, const Stream &stream) {
    u64 *s = block.streams + lane;
    s[0] = stream.s0, s[block.width] = stream.s1, s[2 * block.width] = stream.s2, s[3 * block.width] = stream.s3;
}

// The next walker of the queue, or EMPTY.
INLINE i64 next_walker(const Block &block) {
    i64 walker = add(&block.counters[NEXT], 1);
    return walker < block.counters[END] ? walker : EMPTY;
}

}  // namespace hts
