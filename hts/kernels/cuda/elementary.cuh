// log2, exp2, 2^t - 1 and sin(pi r) by arithmetic alone: hts/kernels/elementary.py, operation by operation.

namespace hts {

const double LN2 = 0.6931471805599453;
const u64 ONE = 0x3FF0000000000000ULL;
const u64 EXPONENT = 0xFFF0000000000000ULL;
const u64 FROM_SQRT_HALF = 0x3FF0000000000000ULL - 0x3FE6A09E667F3BCDULL;
const u64 TWO_52 = 0x4330000000000000ULL;
const double TWO_52_BIASED = 4503599627371519.0;
const double ROUNDER = 6755399441055744.0;

INLINE double log2(double u) {
    u64 bits = as_bits(u) + FROM_SQRT_HALF;
    double exponent = as_float((bits >> 52) | TWO_52) - TWO_52_BIASED;
    double f = as_float(as_bits(u) - (bits & EXPONENT) + ONE) - 1.0;
    double f2 = f * f;
    double f4 = f2 * f2;
    double low = fma(fma(-0.360672845348936, f, 0.4808983110824002), f2, fma(-0.7213475248945522, f, 1.4426950409582302));
    double middle =
        fma(fma(-0.17905123203322462, f, 0.20607165109914127), f2, fma(-0.24050279825001172, f, 0.28854145553597715));
    double high =
        fma(fma(-0.08433521045800585, f, 0.1534528693745451), f2, fma(-0.15722652971153048, f, 0.15931300522348446));
    return fma(f, fma(fma(high, f4, middle), f4, low), exponent);
}

// 2^t = s + s p
struct Parts {
    double s, p;
};

INLINE Parts exp2_parts(double t) {
    double shifted = t + ROUNDER;
    double f = t - (shifted - ROUNDER);
    double f2 = f * f;
    double low = fma(fma(0.009618056678524637, f, 0.055504108839096185), f2, fma(0.24022650922288757, f, 0.6931471805599453));
    double high = fma(1.5297323760701075e-05, f2, fma(0.0001546144469856913, f, 0.001333350238616277));
    double p = f * fma(high, f2 * f2, low);
    return {as_float((as_bits(shifted) << 52) + ONE), p};
}

INLINE double exp2(double t) {
    Parts parts = exp2_parts(t);
    return fma(parts.s, parts.p, parts.s);
}

INLINE double exp2m1(double t) {
    Parts parts = exp2_parts(t);
    return fma(parts.s, parts.p, parts.s - 1.0);
}

INLINE double sinpi(double r) {
    double y = r * r;
    double y2 = y * y;
    double low = fma(-5.167712764593, y, 3.141592653536132);
    double middle = fma(-0.599252186531583, y, 2.550163317938427);
    double high = fma(-0.007028303855203096, y, 0.08205035020147247);
    return r * fma(fma(high, y2, middle), y2, low);
}

}  // namespace hts
