// Long runs across all wells, a walker a thread: hts/kernels/visits.py and ledgers.py.

namespace hts {

enum { LOW, BEYOND_HIGH, MINIMUM, RADIUS };
enum { HOME, REACHED, SINCE, NEAR };
const i64 NOWHERE = -1;
const int STRIDE = 16, GROUP = 8;

struct Regions {
    const double *wells;  // float64[4, well]
    const double *barriers;
    i64 n_wells;
    double first, last;
    const i64 *checkpoints;
    i64 n_checkpoints;
    double low, per_width;
    i64 n_places;  // bins, and the two beyond them
};

struct Ledger {
    i64 *steps_in_well, *steps_near, *transitions, *histogram;
    double *position;
};

struct Visits {
    Motion motion;
    Block block;
    u64 cell_key[2];
    i64 n_steps;  // of each lane, in this call
    i64 first_walker;
    Regions regions;
    double *floats;
    i64 *integers;
    Ledger ledger;
};

// A walker on its way, and what is watched of it.
struct Walker {
    Stream stream;
    double x;
    i64 steps, number, row;
    double low, beyond_high, minimum, radius;
    i64 home, reached, since, near;
    i64 checkpoint, beyond;
};

INLINE i64 well_of(double x, const Regions &regions, i64 well) {
    while (well < regions.n_wells - 1 && x >= regions.barriers[well]) well += 1;
    while (well > 0 && x < regions.barriers[well - 1]) well -= 1;
    return well;
}

INLINE void watch_well(Walker &walker, const Regions &regions, i64 well) {
    const double *wells = regions.wells + well;
    i64 n = regions.n_wells;
    walker.home = well;
    walker.low = wells[LOW * n], walker.beyond_high = wells[BEYOND_HIGH * n];
    walker.minimum = wells[MINIMUM * n], walker.radius = wells[RADIUS * n];
}

INLINE bool is_beyond(double x, const Regions &regions) { return !(regions.first <= x && x <= regions.last); }

INLINE i64 *steps_in_wells(const Walker &walker, const Visits &cell) {
    i64 n = cell.regions.n_wells;
    return cell.ledger.steps_in_well + (walker.row * cell.regions.n_checkpoints + walker.checkpoint) * n;
}

// Write down the steps since the last time, `steps` of them taken by now.
INLINE void settle(Walker &walker, const Visits &cell, i64 steps) {
    steps_in_wells(walker, cell)[walker.home] += steps - walker.since;
    cell.ledger.steps_near[walker.row * cell.regions.n_wells + walker.home] += walker.near;
    walker.since = steps;
    walker.near = 0;
}

INLINE void write_down(Walker &walker, const Visits &cell) {
    i64 n = cell.regions.n_wells;
    settle(walker, cell, walker.steps);
    i64 *now = steps_in_wells(walker, cell);
    walker.checkpoint += 1;
    if (walker.checkpoint < cell.regions.n_checkpoints)
        for (i64 k = 0; k < n; k++) now[n + k] = now[k];
}

INLINE void arrive(Walker &walker, const Visits &cell) {
    i64 n = cell.regions.n_wells;
    if (walker.reached != NOWHERE)
        cell.ledger.transitions[(walker.row * n + walker.reached) * n + walker.home] += 1;
    walker.reached = walker.home;
}

INLINE void sort_into_bins(const Walker &walker, const Visits &cell) {
    const Regions &regions = cell.regions;
    double place = min(max((walker.x - regions.low) * regions.per_width + 1.0, 0.0), regions.n_places - 1.0);
    cell.ledger.histogram[walker.row * regions.n_places + (i64)place] += 1;
}

INLINE bool is_in_well(const Walker &walker) { return walker.low <= walker.x && walker.x < walker.beyond_high; }

INLINE bool is_near_minimum(const Walker &walker) { return size_of(walker.x - walker.minimum) <= walker.radius; }

// Take at most N steps, up to one that leads to another well or to another minimum than the last; gives how many. Whether
// there is such a one is written to `is_news`; it is counted by `follow`, once and not in every step's code.
template <int N>
INLINE int roam(Walker &walker, const Motion &motion, const Cubic *table, bool &is_news) {
    int near = 0, n = N;
    is_news = false;
    UNROLL for (int k = 0; k < N; k++) {
        double z = draw(walker.stream, motion);
        walker.x = next_position(walker.x, gradient(walker.x, motion, table), z, motion);
        bool is_near = is_near_minimum(walker);
        if (!is_in_well(walker) || (is_near && walker.reached != walker.home)) {
            is_news = true;
            n = k + 1;
            break;
        }
        near += is_near;
    }
    walker.steps += n;
    walker.near += near;
    return n;
}

// Count the step that has just been taken, into another well or to another minimum.
INLINE void follow(Walker &walker, const Visits &cell) {
    if (!is_in_well(walker)) {
        settle(walker, cell, walker.steps - 1);
        watch_well(walker, cell.regions, well_of(walker.x, cell.regions, walker.home));
        walker.beyond += is_beyond(walker.x, cell.regions);
    }
    if (is_near_minimum(walker)) {
        walker.near += 1;
        if (walker.reached != walker.home) arrive(walker, cell);
    }
}

INLINE void start_walker(Walker &walker, const Visits &cell) {
    const Regions &regions = cell.regions;
    walker.stream = start_stream(cell.cell_key, walker.number);
    walker.x = cell.motion.start;
    walker.steps = walker.since = walker.near = walker.checkpoint = 0;
    walker.row = walker.number - cell.first_walker;
    watch_well(walker, regions, well_of(walker.x, regions, 0));
    walker.reached = is_near_minimum(walker) ? walker.home : NOWHERE;
    walker.beyond += is_beyond(walker.x, regions);
}

INLINE Walker walker_of(const Visits &cell, i64 lane) {
    const Block &block = cell.block;
    Walker walker;
    walker.stream = stream_of(block, lane);
    walker.x = block.x[lane];
    walker.steps = block.exit_steps[lane];
    walker.number = block.walker[lane];
    walker.row = walker.number - cell.first_walker;
    walker.beyond = walker.checkpoint = 0;
    while (walker.checkpoint < cell.regions.n_checkpoints && cell.regions.checkpoints[walker.checkpoint] <= walker.steps)
        walker.checkpoint += 1;
    const double *floats = cell.floats + lane;
    const i64 *integers = cell.integers + lane;
    i64 w = block.width;
    walker.low = floats[LOW * w], walker.beyond_high = floats[BEYOND_HIGH * w];
    walker.minimum = floats[MINIMUM * w], walker.radius = floats[RADIUS * w];
    walker.home = integers[HOME * w], walker.reached = integers[REACHED * w];
    walker.since = integers[SINCE * w], walker.near = integers[NEAR * w];
    return walker;
}

INLINE void keep_walker(const Visits &cell, i64 lane, const Walker &walker) {
    const Block &block = cell.block;
    keep_stream(block, lane, walker.stream);
    block.x[lane] = walker.x;
    block.exit_steps[lane] = walker.steps;
    block.walker[lane] = walker.number;
    double *floats = cell.floats + lane;
    i64 *integers = cell.integers + lane;
    i64 w = block.width;
    floats[LOW * w] = walker.low, floats[BEYOND_HIGH * w] = walker.beyond_high;
    floats[MINIMUM * w] = walker.minimum, floats[RADIUS * w] = walker.radius;
    integers[HOME * w] = walker.home, integers[REACHED * w] = walker.reached;
    integers[SINCE * w] = walker.since, integers[NEAR * w] = walker.near;
}

// Take steps up to the next one of the histogram's, at most `room`.
INLINE i64 roam_stride(Walker &walker, i64 room, const Visits &cell, const Cubic *table) {
    int n = (int)smaller(STRIDE - walker.steps % STRIDE, room);
    for (int k = 0; k < n;) {
        bool is_news;
        if (n - k >= GROUP)
            k += roam<GROUP>(walker, cell.motion, table, is_news);
        else
            k += roam<1>(walker, cell.motion, table, is_news);
        if (is_news) follow(walker, cell);
    }
    if (walker.steps % STRIDE == 0) sort_into_bins(walker, cell);
    return n;
}

INLINE void advance(i64 lane, const Visits &cell, const Cubic *table) {
    const Block &block = cell.block;
    const Regions &regions = cell.regions;
    i64 all_steps = regions.checkpoints[regions.n_checkpoints - 1], left = cell.n_steps, finished = 0;
    Walker walker = walker_of(cell, lane);
    while (left > 0) {
        if (walker.number == EMPTY) {
            walker.number = next_walker(block);
            if (walker.number == EMPTY) break;
            start_walker(walker, cell);
        }
        i64 until = regions.checkpoints[walker.checkpoint];
        left -= roam_stride(walker, smaller(left, until - walker.steps), cell, table);
        if (walker.steps == until) write_down(walker, cell);
        if (walker.steps == all_steps) {
            cell.ledger.position[walker.row] = walker.x;
            walker.beyond -= is_beyond(walker.x, regions);  // no step began here
            finished += 1;
            walker.number = EMPTY;
        }
    }
    keep_walker(cell, lane, walker);
    add(&block.counters[FINISHED], finished);
    add(&block.counters[FINISHED_STEPS], finished * all_steps);
    add(&block.counters[BEYOND], walker.beyond);
    add(block.taken, cell.n_steps - left);
}

typedef Visits Cell;

}  // namespace hts
