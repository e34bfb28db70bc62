"""This file is where a table is read for eight lanes at once.

LLVM will not turn a loop with a table look-up into vector code (it cannot know that the table is not written to), so
the look-up is spelled out as gathers of eight float64: 1.5 times as fast as one lane at a time where the CPU has
AVX-512, the same loads one by one elsewhere, the same bits everywhere.
"""

from typing import Any, Final

from hts.kernels.arithmetic import fma
from hts.kernels.settings import IS_INTERPRETED

#: Lanes that one call serves.
LANES: Final = 8
#: Coefficients of a node's cubic, in the order of their powers.
COEFFICIENTS: Final = 4

if IS_INTERPRETED:

    def cubics(table, nodes, rests, g, first):
        """Write the cubics of eight lanes; see the compiled form below."""
        for i in range(first, first + LANES):
            c0, c1, c2, c3 = table[int(nodes[i])]
            t = rests[i]
            g[i] = fma(fma(fma(c3, t, c2), t, c1), t, c0)

else:
    from llvmlite import ir
    from numba import types
    from numba.extending import intrinsic

    I32, I64, F64 = ir.IntType(32), ir.IntType(64), ir.DoubleType()
    I64S, F64S = ir.VectorType(I64, LANES), ir.VectorType(F64, LANES)
    POINTERS = ir.VectorType(F64.as_pointer(), LANES)
    MASK = ir.VectorType(ir.IntType(1), LANES)

    def declare(module: Any, name: str, result: Any, *arguments: Any) -> Any:
        """Give an LLVM intrinsic, declared once per module."""
        return module.globals.get(name) or ir.Function(module, ir.FunctionType(result, arguments), name)

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
            module = builder.module
            arrays = zip(signature.args[:4], arguments[:4], strict=True)
            base, node, rest, out = (context.make_array(kind)(context, builder, array).data for kind, array in arrays)

            def eight(array: Any, kind: Any) -> Any:
                return builder.bitcast(builder.gep(array, [arguments[4]]), kind.as_pointer())

            def broadcast(value: Any) -> Any:
                undefined = ir.Constant(I64S, ir.Undefined)
                single = builder.insert_element(undefined, value, ir.Constant(I32, 0))
                zeros = ir.Constant(ir.VectorType(I32, LANES), [0] * LANES)
                return builder.shuffle_vector(single, undefined, zeros)

            row_bytes = 8 * COEFFICIENTS
            offsets = builder.mul(builder.load(eight(node, I64S), align=8), ir.Constant(I64S, [row_bytes] * LANES))
            rows = builder.add(broadcast(builder.ptrtoint(base, I64)), offsets)
            t = builder.load(eight(rest, F64S), align=8)
            gather = declare(module, "llvm.masked.gather.v8f64.v8p0", F64S, POINTERS, I32, MASK, F64S)
            multiply_add = declare(module, "llvm.fma.v8f64", F64S, F64S, F64S, F64S)

            def coefficient(power: int) -> Any:
                addresses = builder.add(rows, ir.Constant(I64S, [8 * power] * LANES))
                every_lane, nothing = ir.Constant(MASK, [1] * LANES), ir.Constant(F64S, ir.Undefined)
                pointers = builder.inttoptr(addresses, POINTERS)
                return builder.call(gather, [pointers, ir.Constant(I32, 8), every_lane, nothing])

            sums = coefficient(COEFFICIENTS - 1)
            for power in range(COEFFICIENTS - 2, -1, -1):
                sums = builder.call(multiply_add, [sums, t, coefficient(power)])
            builder.store(sums, eight(out, F64S), align=8)
            return context.get_dummy_value()

        return types.void(table, nodes, rests, g, types.int64), generate
