// The few words in which a card's compiler and this machine's differ; all else is the same source for both.
//
// Every product and sum is rounded by itself (-fmad=false, -ffp-contract=off): where a fused multiply-add is wanted it is
// written out. Square roots and divisions are rounded to nearest. So the bits are those of the CPU's kernels.

typedef unsigned long long u64;
typedef unsigned int u32;
typedef long long i64;

#ifdef __CUDACC__

#define INLINE __device__ __forceinline__
#define UNROLL _Pragma("unroll")

namespace hts {

INLINE double fma(double a, double b, double c) { return __fma_rn(a, b, c); }
INLINE double root(double x) { return __dsqrt_rn(x); }
INLINE double size_of(double x) { return fabs(x); }
INLINE double as_float(u64 bits) { return __longlong_as_double((i64)bits); }
INLINE u64 as_bits(double x) { return (u64)__double_as_longlong(x); }

// Add to a counter that all threads share; gives what it was.
INLINE i64 add(i64 *counter, i64 n) { return (i64)atomicAdd((u64 *)counter, (u64)n); }

}  // namespace hts

#else

#define INLINE static inline
#define UNROLL

namespace hts {

INLINE double fma(double a, double b, double c) { return __builtin_fma(a, b, c); }
INLINE double root(double x) { return __builtin_sqrt(x); }
INLINE double size_of(double x) { return __builtin_fabs(x); }
INLINE double as_float(u64 bits) {
    double x;
    __builtin_memcpy(&x, &bits, 8);
    return x;
}
INLINE u64 as_bits(double x) {
    u64 bits;
    __builtin_memcpy(&bits, &x, 8);
    return bits;
}

// Lanes are gone through by one thread.
INLINE i64 add(i64 *counter, i64 n) {
    i64 before = *counter;
    *counter += n;
    return before;
}

}  // namespace hts

#endif

namespace hts {

// As Numba's min and max, for numbers that are none as well.
INLINE double min(double a, double b) { return b < a ? b : a; }
INLINE double max(double a, double b) { return b > a ? b : a; }
INLINE i64 smaller(i64 a, i64 b) { return b < a ? b : a; }

}  // namespace hts
