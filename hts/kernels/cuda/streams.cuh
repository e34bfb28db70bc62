// One stream per walker, xoshiro256++ seeded by Philox4x32-10: hts/kernels/streams.py.

namespace hts {

struct Stream {
    u64 s0, s1, s2, s3;
};

INLINE void philox(u32 c0, u32 c1, u32 c2, u32 c3, u32 k0, u32 k1, u64 &first, u64 &second) {
    for (int round = 0; round < 10; round++) {
        u64 product0 = 0xD2511F53ULL * c0;
        u64 product1 = 0xCD9E8D57ULL * c2;
        c0 = (u32)(product1 >> 32) ^ c1 ^ k0;
        c1 = (u32)product1;
        c2 = (u32)(product0 >> 32) ^ c3 ^ k1;
        c3 = (u32)product0;
        k0 += 0x9E3779B9U;
        k1 += 0xBB67AE85U;
    }
    first = c0 | ((u64)c1 << 32);
    second = c2 | ((u64)c3 << 32);
}

INLINE Stream start_stream(const u64 *cell_key, i64 walker) {
    u32 k0 = (u32)cell_key[0], k1 = (u32)(cell_key[0] >> 32);
    u32 c2 = (u32)cell_key[1], c3 = (u32)(cell_key[1] >> 32);
    Stream stream;
    philox((u32)walker, 0, c2, c3, k0, k1, stream.s0, stream.s1);
    philox((u32)walker, 1, c2, c3, k0, k1, stream.s2, stream.s3);
    return stream;
}

INLINE u64 rotate_left(u64 bits, int by) { return (bits << by) | (bits >> (64 - by)); }

INLINE u64 next_word(Stream &stream) {
    u64 word = rotate_left(stream.s0 + stream.s3, 23) + stream.s0;
    u64 shifted = stream.s1 << 17;
    stream.s2 ^= stream.s0;
    stream.s3 ^= stream.s1;
    stream.s1 ^= stream.s2;
    stream.s0 ^= stream.s3;
    stream.s2 ^= shifted;
    stream.s3 = rotate_left(stream.s3, 45);
    return word;
}

}  // namespace hts
