// Random words to noise Z: hts/kernels/draws.py, law by law, and the numbers of laws of hts/kernels/motions.py.
//
// LAW, IS_SKEWED and HAS_NORMAL_PART are known when this is compiled; what depends on the law's numbers alone is computed
// once, before the steps.

namespace hts {

enum { PARETO, LOMAX, STABLE, STUDENT, NORMAL, STRETCHED, EMPIRICAL };
enum { ALPHA, SCALE, CENTRE, P_PLUS, NORMAL_SCALE, BODY };

const bool HAS_ONE_WORD = LAW == PARETO || LAW == LOMAX || LAW == STRETCHED;
const int N_OWN_WORDS = LAW == EMPIRICAL || (HAS_ONE_WORD && !IS_SKEWED) ? 1 : 2;
const int N_WORDS = N_OWN_WORDS + (HAS_NORMAL_PART ? 2 : 0);
const double UNIFORM_OFFSET = 1.0 - 1.1102230246251565e-16;
const u64 SIGN = 0x8000000000000000ULL;

INLINE double uniform(u64 word) { return as_float((word >> 12) | ONE) - UNIFORM_OFFSET; }

INLINE double with_fair_sign(double w, u64 word) { return as_float(as_bits(w) | ((word << 52) & SIGN)); }

INLINE double distance_to_end(u64 word) {
    double v = uniform(word);
    return min(v, 1.0 - v);
}

INLINE double pareto(const u64 *words, const double *numbers) {
    double slope = -1.0 / numbers[ALPHA];
    return numbers[SCALE] * with_fair_sign(exp2(slope * log2(uniform(words[0]))), words[0]);
}

INLINE double lomax(const u64 *words, const double *numbers) {
    double slope = -1.0 / numbers[ALPHA];
    return numbers[SCALE] * with_fair_sign(exp2m1(slope * log2(uniform(words[0]))), words[0]);
}

INLINE double stretched_exponential(const u64 *words, const double *numbers) {
    double power = 1.0 / numbers[ALPHA];
    double t = power * log2(1.0 + -LN2 * log2(uniform(words[0])));
    return numbers[SCALE] * with_fair_sign(exp2m1(t), words[0]);
}

INLINE double skew(double z, const u64 *words, const double *numbers) {
    double size = size_of(z);
    return (uniform(words[1]) < numbers[P_PLUS] ? size : -size) - numbers[CENTRE];
}

INLINE double stable(const u64 *words, const double *numbers) {
    double alpha = numbers[ALPHA];
    double half = 0.5 * alpha, half_defect = 1.0 - 0.5 * alpha;
    double bend = size_of(1.0 - alpha);
    double bend_end = 0.5 * (1.0 - bend);
    double power = -1.0 / alpha;
    double v = uniform(words[0]), end = distance_to_end(words[0]);
    double ratio = -LN2 * log2(uniform(words[1])) / sinpi(fma(bend, end, bend_end));
    double t = power * log2(sinpi(end) * ratio);
    double turn = alpha * end;
    double sine = sinpi(min(half - turn, half_defect + turn));
    double size = numbers[SCALE] * sine * (ratio * exp2(t));
    return v > 0.5 ? size : -size;
}

INLINE double student(const u64 *words, const double *numbers) {
    double scale = numbers[SCALE] * root(numbers[ALPHA]), slope = -2.0 / numbers[ALPHA];
    double w = root(exp2m1(slope * log2(uniform(words[0]))));
    return scale * w * sinpi(0.5 - uniform(words[1]));
}

INLINE double empirical(const u64 *words, const double *numbers, const double *cells, i64 n_cells) {
    double power = -1.0 / numbers[ALPHA], last = n_cells - 1.0;
    double outside = numbers[BODY], left = numbers[BODY + 1], right = numbers[BODY + 2], per_cell = numbers[BODY + 3];
    double inside = 1.0 - outside, offset = -power * log2(outside);
    double v = uniform(words[0]);
    double far = exp2(power * log2(min(distance_to_end(words[0]), outside)) + offset);
    double position = min(max((v - outside) * per_cell, 0.0), last + 1.0);
    i64 cell = (i64)min(position, last);
    double t = position - cell;
    const double *row = cells + 4 * cell;
    double body = fma(fma(fma(row[3], t, row[2]), t, row[1]), t, row[0]);
    double tail = v < 0.5 ? -left * far : right * far;
    return numbers[SCALE] * (v >= outside && v <= inside ? body : tail) - numbers[CENTRE];
}

INLINE double normal(const u64 *words, double normal_scale) {
    double scale = normal_scale * root(2.0 * LN2);
    return scale * root(-log2(uniform(words[0]))) * sinpi(0.5 - uniform(words[1]));
}

INLINE double draw(Stream &stream, const Motion &motion) {
    u64 words[N_WORDS];
    UNROLL for (int k = 0; k < N_WORDS; k++) words[k] = next_word(stream);
    const double *numbers = motion.numbers;
    double z;
    if (LAW == PARETO)
        z = pareto(words, numbers);
    else if (LAW == LOMAX)
        z = lomax(words, numbers);
    else if (LAW == STABLE)
        z = stable(words, numbers);
    else if (LAW == STUDENT)
        z = student(words, numbers);
    else if (LAW == STRETCHED)
        z = stretched_exponential(words, numbers);
    else if (LAW == EMPIRICAL)
        z = empirical(words, numbers, motion.cells, motion.n_cells);
    else
        z = normal(words, numbers[SCALE]);
    if (IS_SKEWED) z = skew(z, words, numbers);
    if (HAS_NORMAL_PART) z += normal(words + N_WORDS - 2, numbers[NORMAL_SCALE]);
    return z;
}

}  // namespace hts
