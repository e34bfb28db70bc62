"""Loops unrolled to eight lanes, where LLVM would not produce vector code itself.

Two loops are of that kind. A table look-up: LLVM cannot know that the table is not written to, and CPUs differ in what
a gather costs, so the rows of eight lanes are loaded whole and turned by shuffles, which is cheap everywhere. And the
generators: a loop over lanes must store and load all states for every word, where a loop over words could keep those of
eight lanes in registers. What is done to a lane, and so every bit, is the same as in plain code: the stand-in
below, and the lanes that `streams.fill` has left over.
"""

from typing import Any, Final

from hts.kernels.arithmetic import fma
from hts.kernels.settings import IS_INTERPRETED

#: Lanes that one call serves.
LANES: Final = 8
#: Coefficients of a node's cubic, in the order of their powers.
COEFFICIENTS: Final = 4

#: Rotations and the shift of xoshiro256++ (Blackman and Vigna 2021).
ROTATION_OUT: Final = 23
ROTATION_STATE: Final = 45
SHIFT: Final = 17

if IS_INTERPRETED:

    def cubics(table, nodes, rests, g, first):
        """Write the cubics of eight lanes; see the compiled form below."""
        for i in range(first, first + LANES):
            c0, c1, c2, c3 = table[int(nodes[i])]
            t = rests[i]
            g[i] = fma(fma(fma(c3, t, c2), t, c1), t, c0)

    def draw_words(streams, words, first, n_rows, n_words, n_lanes):
        """Raise an error: without a compiler the plain code of `streams.fill` serves all lanes."""
        raise NotImplementedError

else:
    from llvmlite import ir
    from numba import types
    from numba.core import cgutils
    from numba.extending import intrinsic

    I32, I64, F64 = ir.IntType(32), ir.IntType(64), ir.DoubleType()
    I64S, F64S = ir.VectorType(I64, LANES), ir.VectorType(F64, LANES)
    ROW = ir.VectorType(F64, COEFFICIENTS)
    #: Alignment that every array has; vectors are loaded wherever they lie.
    ALIGNMENT: Final = 8

    def declare(module: Any, name: str, result: Any, *arguments: Any) -> Any:
        """Give an LLVM intrinsic, declared once per module."""
        return module.globals.get(name) or ir.Function(module, ir.FunctionType(result, arguments), name)

    def shuffle(builder: Any, a: Any, b: Any, *places: int) -> Any:
        """Pick entries of two vectors, those of `b` counted after those of `a`."""
        return builder.shuffle_vector(a, b, ir.Constant(ir.VectorType(I32, len(places)), places))

    def vector_at(builder: Any, data: Any, index: Any, kind: Any) -> Any:
        """Give the address of the vector that begins with an entry of an array."""
        return builder.bitcast(builder.gep(data, [index]), kind.as_pointer())

    @intrinsic
    def cubics(context: Any, table: Any, nodes: Any, rests: Any, g: Any, first: Any) -> Any:
        """Write g = c0 + t (c1 + t (c2 + t c3)) for eight lanes, c the row of the lane's node.

        Parameters
        ----------
        table : float64[node, 4]
        nodes : uint64[lane]
            Row of the table, in range.
        rests : float64[lane]
            t.
        g : float64[lane]
            Written from `first` to `first` + 7.
        first : int
        """

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            arrays = zip(signature.args[:4], arguments[:4], strict=True)
            base, node, rest, out = (context.make_array(kind)(context, builder, array).data for kind, array in arrays)
            first = arguments[4]

            def row(lane: int) -> Any:
                number = builder.load(builder.gep(node, [builder.add(first, ir.Constant(I64, lane))]))
                begin = builder.mul(number, ir.Constant(I64, COEFFICIENTS))
                return builder.load(vector_at(builder, base, begin, ROW), align=ALIGNMENT)

            # Row k in the lower half, row k + 4 in the upper: 4 by 4 transposes of both halves side by side.
            rows = [shuffle(builder, row(k), row(k + 4), *range(LANES)) for k in range(4)]
            even = [shuffle(builder, rows[k], rows[k + 1], 0, 8, 2, 10, 4, 12, 6, 14) for k in (0, 2)]
            odd = [shuffle(builder, rows[k], rows[k + 1], 1, 9, 3, 11, 5, 13, 7, 15) for k in (0, 2)]
            c0, c1 = (shuffle(builder, *pair, 0, 1, 8, 9, 4, 5, 12, 13) for pair in (even, odd))
            c2, c3 = (shuffle(builder, *pair, 2, 3, 10, 11, 6, 7, 14, 15) for pair in (even, odd))

            multiply_add = declare(builder.module, "llvm.fma.v8f64", F64S, F64S, F64S, F64S)
            t = builder.load(vector_at(builder, rest, first, F64S), align=ALIGNMENT)
            sums = c3
            for coefficient in (c2, c1, c0):
                sums = builder.call(multiply_add, [sums, t, coefficient])
            builder.store(sums, vector_at(builder, out, first, F64S), align=ALIGNMENT)
            return context.get_dummy_value()

        return types.void(table, nodes, rests, g, types.int64), generate

    @intrinsic
    def draw_words(context: Any, streams: Any, words: Any, first: Any, n_rows: Any, n_words: Any, n_lanes: Any) -> Any:
        """Draw the words of eight lanes for all rows, with their generators in registers; see `streams.fill`.

        Parameters
        ----------
        streams : uint64[4, lane]
            Updated from lane `first` to `first` + 7.
        words : uint64[word, row * lane]
            Written in the columns of these lanes.
        first, n_rows, n_words, n_lanes : int
        """

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            states, out = (
                context.make_array(kind)(context, builder, array)
                for kind, array in zip(signature.args[:2], arguments[:2], strict=True)
            )
            first, n_rows, n_words, n_lanes = arguments[2:]
            width, row_length = (cgutils.unpack_tuple(builder, array.shape)[1] for array in (states, out))

            def shifted(bits: Any, by: int) -> Any:
                return builder.shl(bits, ir.Constant(I64S, [by] * LANES))

            def rotated(bits: Any, by: int) -> Any:
                return builder.or_(shifted(bits, by), builder.lshr(bits, ir.Constant(I64S, [64 - by] * LANES)))

            places = [
                vector_at(builder, states.data, builder.add(first, builder.mul(width, ir.Constant(I64, k))), I64S)
                for k in range(4)
            ]
            kept = [cgutils.alloca_once_value(builder, builder.load(place, align=ALIGNMENT)) for place in places]
            with cgutils.for_range(builder, n_rows) as row:
                column = builder.add(first, builder.mul(row.index, n_lanes))
                with cgutils.for_range(builder, n_words) as word:
                    s0, s1, s2, s3 = (builder.load(state) for state in kept)
                    drawn = builder.add(rotated(builder.add(s0, s3), ROTATION_OUT), s0)
                    place = builder.add(column, builder.mul(word.index, row_length))
                    builder.store(drawn, vector_at(builder, out.data, place, I64S), align=ALIGNMENT)
                    s2, s3, s1_shifted = builder.xor(s2, s0), builder.xor(s3, s1), shifted(s1, SHIFT)
                    s1, s0 = builder.xor(s1, s2), builder.xor(s0, s3)
                    s2, s3 = builder.xor(s2, s1_shifted), rotated(s3, ROTATION_STATE)
                    for state, value in zip(kept, (s0, s1, s2, s3), strict=True):
                        builder.store(value, state)
            for state, place in zip(kept, places, strict=True):
                builder.store(builder.load(state), place, align=ALIGNMENT)
            return context.get_dummy_value()

        return types.void(streams, words, *[types.int64] * 4), generate
