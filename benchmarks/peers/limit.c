/* The kernel's arithmetic once more in vector intrinsics: what the hardware gives.
 *
 * First exits of x' = -x with clipped pareto noise, the same words, polynomials, clip, projection, exit test and refill
 * as hts/kernels, to the same bits: limit.py checks exit steps walker by walker. Nothing but this one problem can be
 * simulated. Build: cc -O3 -march=native -ffp-contract=off -shared -fPIC.
 */
#include <immintrin.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#if defined(__AVX512F__) && defined(__AVX512DQ__)
#define LANES 8
#define BITS 512
typedef __m512d real;
typedef __m512i word;
typedef __mmask8 mask;
#define REAL(v) _mm512_set1_pd(v)
#define WORD(v) _mm512_set1_epi64((long long)(v))
#define LOAD_REAL(p) _mm512_loadu_pd(p)
#define LOAD_WORD(p) _mm512_loadu_si512(p)
#define STORE_REAL(p, v) _mm512_storeu_pd(p, v)
#define STORE_WORD(p, v) _mm512_storeu_si512(p, v)
#define AS_REAL _mm512_castsi512_pd
#define AS_WORD _mm512_castpd_si512
#define FMA _mm512_fmadd_pd
#define ADD _mm512_add_pd
#define SUB _mm512_sub_pd
#define MUL _mm512_mul_pd
#define MIN _mm512_min_pd
#define MAX _mm512_max_pd
#define PLUS _mm512_add_epi64
#define MINUS _mm512_sub_epi64
#define AND _mm512_and_si512
#define OR _mm512_or_si512
#define XOR _mm512_xor_si512
#define XOR3(a, b, c) _mm512_ternarylogic_epi64(a, b, c, 0x96)
#define OR_AND(a, b, c) _mm512_ternarylogic_epi64(a, b, c, 0xf8) /* a | (b & c) */
#define LEFT _mm512_slli_epi64
#define RIGHT _mm512_srli_epi64
#define ROTATE _mm512_rol_epi64
#define LESS(a, b) _mm512_cmp_pd_mask(a, b, _CMP_LT_OQ)
#define BOTH(a, b, c, d) _mm512_mask_cmp_pd_mask(LESS(a, b), c, d, _CMP_LT_OQ) /* a < b and c < d */
#define SELECT(m, yes, no) _mm512_mask_blend_pd(m, no, yes)
#define COUNT(m, n) _mm512_mask_add_epi64(n, m, n, WORD(1))
#elif defined(__AVX2__) && defined(__FMA__)
#define LANES 4
#define BITS 256
typedef __m256d real;
typedef __m256i word;
typedef __m256d mask;
#define REAL(v) _mm256_set1_pd(v)
#define WORD(v) _mm256_set1_epi64x((long long)(v))
#define LOAD_REAL(p) _mm256_loadu_pd(p)
#define LOAD_WORD(p) _mm256_loadu_si256((const __m256i *)(p))
#define STORE_REAL(p, v) _mm256_storeu_pd(p, v)
#define STORE_WORD(p, v) _mm256_storeu_si256((__m256i *)(p), v)
#define AS_REAL _mm256_castsi256_pd
#define AS_WORD _mm256_castpd_si256
#define FMA _mm256_fmadd_pd
#define ADD _mm256_add_pd
#define SUB _mm256_sub_pd
#define MUL _mm256_mul_pd
#define MIN _mm256_min_pd
#define MAX _mm256_max_pd
#define PLUS _mm256_add_epi64
#define MINUS _mm256_sub_epi64
#define AND _mm256_and_si256
#define OR _mm256_or_si256
#define XOR _mm256_xor_si256
#define XOR3(a, b, c) XOR(XOR(a, b), c)
#define OR_AND(a, b, c) OR(a, AND(b, c))
#define LEFT _mm256_slli_epi64
#define RIGHT _mm256_srli_epi64
#define ROTATE(v, k) OR(LEFT(v, k), RIGHT(v, 64 - (k)))
#define LESS(a, b) _mm256_cmp_pd(a, b, _CMP_LT_OQ)
#define BOTH(a, b, c, d) _mm256_and_pd(LESS(a, b), LESS(c, d))
#define SELECT(m, yes, no) _mm256_blendv_pd(no, yes, m)
#define COUNT(m, n) MINUS(n, AS_WORD(m))
#else
#error "neither AVX-512 nor AVX2 with FMA"
#endif

#ifndef VECTORS
#define VECTORS 8 /* side by side: one step's latency hides behind the others */
#endif
#define WIDTH (VECTORS * LANES)
#ifndef CHUNK
#define CHUNK 16 /* steps between two looks for walkers that have left */
#endif

struct problem {
    double alpha, scale, eta, b, projection, low, high, start;
    uint64_t key[2];
    int64_t n_walkers, max_steps;
};

struct lanes {
    uint64_t s[4][WIDTH];
    double x[WIDTH];
    int64_t steps[WIDTH];
    int64_t walker[WIDTH];
};

/* hts/kernels/elementary.py: log2 */
static inline real log2_of(real u)
{
    const word one = WORD(0x3FF0000000000000);
    word bits = PLUS(AS_WORD(u), WORD(0x3FF0000000000000 - 0x3FE6A09E667F3BCD));
    real exponent = SUB(AS_REAL(OR(RIGHT(bits, 52), WORD(0x4330000000000000))), REAL(0x1p52 + 1023.0));
    word rest = MINUS(AS_WORD(u), AND(bits, WORD(0xFFF0000000000000)));
    real f = SUB(AS_REAL(PLUS(rest, one)), REAL(1.0));
    real f2 = MUL(f, f), f4 = MUL(f2, f2);
    real low = FMA(FMA(REAL(-0.360672845348936), f, REAL(0.4808983110824002)), f2,
                   FMA(REAL(-0.7213475248945522), f, REAL(1.4426950409582302)));
    real middle = FMA(FMA(REAL(-0.17905123203322462), f, REAL(0.20607165109914127)), f2,
                      FMA(REAL(-0.24050279825001172), f, REAL(0.28854145553597715)));
    real high = FMA(FMA(REAL(-0.08433521045800585), f, REAL(0.1534528693745451)), f2,
                    FMA(REAL(-0.15722652971153048), f, REAL(0.15931300522348446)));
    return FMA(f, FMA(FMA(high, f4, middle), f4, low), exponent);
}

/* hts/kernels/elementary.py: exp2 */
static inline real exp2_of(real t)
{
    const real rounder = REAL(1.5 * 0x1p52);
    real shifted = ADD(t, rounder);
    real f = SUB(t, SUB(shifted, rounder));
    real f2 = MUL(f, f);
    real low = FMA(FMA(REAL(0.009618056678524637), f, REAL(0.055504108839096185)), f2,
                   FMA(REAL(0.24022650922288757), f, REAL(0.6931471805599453)));
    real high = FMA(REAL(1.5297323760701075e-05), f2,
                    FMA(REAL(0.0001546144469856913), f, REAL(0.001333350238616277)));
    real p = MUL(f, FMA(high, MUL(f2, f2), low));
    real s = AS_REAL(PLUS(LEFT(AS_WORD(shifted), 52), WORD(0x3FF0000000000000)));
    return FMA(s, p, s);
}

/* `CHUNK` steps of all lanes, or fewer, in four loops; what a loop works on stays in registers as long as it lasts.
 * In one loop over everything a step's chain of operations is longer than a CPU looks ahead. */
static void advance(struct lanes *lanes, const struct problem *q, int n_steps)
{
    static _Thread_local struct {
        _Alignas(4096) uint64_t words[CHUNK * WIDTH];
        char half_a_page[2048]; /* or loads would wait for stores with the same last twelve bits of their address */
        _Alignas(64) double z[CHUNK * WIDTH];
    } scratch;
    uint64_t *const words = scratch.words;
    double *const z = scratch.z;

    for (int v = 0; v < VECTORS; v++) {
        word s0 = LOAD_WORD(lanes->s[0] + v * LANES), s1 = LOAD_WORD(lanes->s[1] + v * LANES);
        word s2 = LOAD_WORD(lanes->s[2] + v * LANES), s3 = LOAD_WORD(lanes->s[3] + v * LANES);
        for (int t = 0; t < n_steps; t++) {
            STORE_WORD(words + t * WIDTH + v * LANES, PLUS(ROTATE(PLUS(s0, s3), 23), s0));
            word shifted = LEFT(s1, 17);
            word s3_xor = XOR(s3, s1);
            s1 = XOR3(s1, s2, s0);
            s2 = XOR3(s2, s0, shifted);
            s0 = XOR(s0, s3_xor);
            s3 = ROTATE(s3_xor, 45);
        }
        STORE_WORD(lanes->s[0] + v * LANES, s0), STORE_WORD(lanes->s[1] + v * LANES, s1);
        STORE_WORD(lanes->s[2] + v * LANES, s2), STORE_WORD(lanes->s[3] + v * LANES, s3);
    }

    const real slope = REAL(-1.0 / q->alpha), scale = REAL(q->scale);
    for (int i = 0; i < n_steps * WIDTH; i += LANES) {
        word mantissa = OR(RIGHT(LOAD_WORD(words + i), 12), WORD(0x3FF0000000000000));
        STORE_REAL(z + i, MUL(slope, log2_of(SUB(AS_REAL(mantissa), REAL(1.0 - 0x1p-53)))));
    }
    for (int i = 0; i < n_steps * WIDTH; i += LANES) {
        word size = AS_WORD(exp2_of(LOAD_REAL(z + i)));
        word sign = LEFT(LOAD_WORD(words + i), 52);
        STORE_REAL(z + i, MUL(scale, AS_REAL(OR_AND(size, sign, WORD(0x8000000000000000)))));
    }

    const real eta = REAL(q->eta), b = REAL(q->b), minus_b = REAL(-q->b);
    const real edge = REAL(q->projection), minus_edge = REAL(-q->projection), low = REAL(q->low), high = REAL(q->high);
    word steps[VECTORS];
    real x[VECTORS];
    for (int v = 0; v < VECTORS; v++)
        x[v] = LOAD_REAL(lanes->x + v * LANES), steps[v] = LOAD_WORD(lanes->steps + v * LANES);
    for (int t = 0; t < n_steps; t++) {
#pragma GCC unroll 16
        for (int v = 0; v < VECTORS; v++) {
            real step = MUL(eta, SUB(LOAD_REAL(z + t * WIDTH + v * LANES), x[v]));
            real clipped = MAX(MIN(step, b), minus_b);
            real y = MAX(MIN(ADD(x[v], clipped), edge), minus_edge);
            mask is_inside = BOTH(low, x[v], x[v], high);
            x[v] = SELECT(is_inside, y, x[v]);
            steps[v] = COUNT(is_inside, steps[v]);
        }
    }
    for (int v = 0; v < VECTORS; v++)
        STORE_REAL(lanes->x + v * LANES, x[v]), STORE_WORD(lanes->steps + v * LANES, steps[v]);
}

/* hts/kernels/streams.py: Philox4x32-10 */
static void philox(uint32_t c0, uint32_t c1, uint32_t c2, uint32_t c3, uint32_t k0, uint32_t k1, uint64_t out[2])
{
    for (int round = 0; round < 10; round++) {
        uint64_t p0 = 0xD2511F53ull * c0, p1 = 0xCD9E8D57ull * c2;
        c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0, c1 = (uint32_t)p1;
        c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1, c3 = (uint32_t)p0;
        k0 += 0x9E3779B9u, k1 += 0xBB67AE85u;
    }
    out[0] = c0 | (uint64_t)c1 << 32, out[1] = c2 | (uint64_t)c3 << 32;
}

static void start(struct lanes *lanes, int lane, int64_t walker, const struct problem *q)
{
    uint64_t state[4];
    for (uint32_t block = 0; block < 2; block++)
        philox((uint32_t)walker, block, (uint32_t)q->key[1], (uint32_t)(q->key[1] >> 32), (uint32_t)q->key[0],
               (uint32_t)(q->key[0] >> 32), state + 2 * block);
    for (int k = 0; k < 4; k++)
        lanes->s[k][lane] = state[k];
    lanes->x[lane] = q->start, lanes->steps[lane] = 0, lanes->walker[lane] = walker;
}

int vector_bits(void) { return BITS; }

void first_exits(const struct problem *q, int64_t *exit_steps)
{
    struct lanes lanes;
    int64_t next = 0, finished = 0;
    memset(&lanes, 0, sizeof lanes);
    for (int lane = 0; lane < WIDTH; lane++) {
        lanes.walker[lane] = -1, lanes.x[lane] = INFINITY;
        if (next < q->n_walkers)
            start(&lanes, lane, next++, q);
    }
    while (finished < q->n_walkers) {
        int64_t n_steps = CHUNK;
        for (int lane = 0; lane < WIDTH; lane++)
            if (lanes.walker[lane] >= 0 && q->max_steps - lanes.steps[lane] < n_steps)
                n_steps = q->max_steps - lanes.steps[lane];
        advance(&lanes, q, (int)n_steps);
        for (int lane = 0; lane < WIDTH; lane++) {
            int is_inside = q->low < lanes.x[lane] && lanes.x[lane] < q->high;
            if (lanes.walker[lane] < 0 || (is_inside && lanes.steps[lane] < q->max_steps))
                continue;
            exit_steps[lanes.walker[lane]] = lanes.steps[lane];
            finished++;
            if (next < q->n_walkers)
                start(&lanes, lane, next++, q);
            else
                lanes.walker[lane] = -1, lanes.x[lane] = INFINITY;
        }
    }
}
