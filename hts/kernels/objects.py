"""Compiled kernels kept as object files, which run without importing Numba.

Numba's own cache saves a compilation but not the import of Numba, a third of a second with what it sets up. So a kernel
that Python calls is compiled as a C function of addresses, lengths and numbers; its machine code is kept in the cache
folder, and later processes load it with LLVM alone, in a few milliseconds. Where that cannot be had, Numba's function
is called: the same code, the same bits.
"""

import ctypes
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib import import_module
from operator import index
from pathlib import Path
from threading import Lock
from typing import Any, Final, TypeAlias

import numpy as np

from hts.kernels.environment import Machine, cache_folder, machine, source_fingerprint
from hts.kernels.privacy import distrust, read_private

#: Marks the kind of an array that C code cannot take: with gaps, swapped bytes or a bad alignment.
ODD: Final = "~"
#: What the C function is called in every object file.
ENTRY: Final = "entry"
#: What Numba adds to a process, for code that makes arrays or raises errors. Kernels do neither, but their code names
#: them; if one were called, the process would end.
NEVER_CALLED: Final = (
    "NRT_Free",
    "NRT_MemInfo_call_dtor",
    "numba_do_raise",
    "numba_gil_ensure",
    "numba_gil_release",
    "numba_runtime_build_excinfo_struct",
    "numba_unpickle",
)

#: Takes the arguments of a kernel, whole and as arrays and numbers.
Entry: TypeAlias = Callable[[tuple[Any, ...], list[Any]], int]


class StoredKernel:
    """A kernel by its name, to be called with the arguments of its Numba function: arrays, numbers, tuples of them.

    It gives an int, 0 where its Numba function gives nothing, and lets go of the interpreter's lock while it runs. With
    an array that is not C-contiguous, aligned and of this machine's byte order it is Numba's function that runs.

    Parameters
    ----------
    module, name : str
        Where its Numba function is defined, whose arguments are nested in one way only. It is imported only where it
        must be compiled, or interpreted.
    """

    def __init__(self, module: str, name: str) -> None:
        self.module, self.name = module, name
        self._entries: dict[str, Entry] = {}
        self._lock = Lock()

    def __call__(self, *arguments: Any) -> int:
        """Run the kernel."""
        leaves = list(leaves_of(arguments))
        signature = " ".join(map(kind_of, leaves))
        with self._lock:  # one thread compiles, or loads
            entry = self._entries.get(signature) or self._find(signature, arguments)
            self._entries[signature] = entry
        return entry(arguments, leaves)

    @property
    def must_compile(self) -> bool:
        """Whether the first call takes seconds, as far as the names of the object files tell."""
        folder = cache_folder()
        if folder is None:
            return not is_interpreted()
        return may_be_kept() and not any(folder.glob(f"{self.module}.{self.name}-*.o"))

    def _find(self, signature: str, arguments: tuple[Any, ...]) -> Entry:
        path = self._path(signature)
        code = None if path is None else read_code(path, signature)
        if code is None:
            function = getattr(import_module(self.module), self.name)
            code = None if path is None else compile_entry(function, arguments)
            if path is None or code is None:
                return lambda arguments, _: int(function(*arguments) or 0)
            keep_code(path, signature, code)
        entry = load_entry(code, [c_type for kind in signature.split() for c_type in c_types(kind)])
        return lambda _, leaves: int(entry(*(word for leaf in leaves for word in words_of(leaf))))

    def _path(self, signature: str) -> Path | None:
        """Name the object file, or None where there is to be none; the folder's name has sources and compilers."""
        folder = cache_folder()
        if folder is None or ODD in signature or not may_be_kept():
            return None
        named = "\n".join([signature, *machine()])
        return folder / f"{self.module}.{self.name}-{hashlib.sha256(named.encode()).hexdigest()[:16]}.o"


def must_compile(kernel: Any) -> bool:
    """Return whether the first call of a kernel takes seconds."""
    return isinstance(kernel, StoredKernel) and kernel.must_compile


def is_interpreted() -> bool:
    """Tell whether NUMBA_DISABLE_JIT=1 asks for plain Python."""
    return os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0")


def may_be_kept() -> bool:
    """Return whether object files are used here: on Linux and x86-64, where they are tested, and without debugging.

    Numba can be asked to check bounds and raise errors, which a C function cannot.
    """
    triple = machine().triple
    is_debugged = any(os.environ.get(name, "0") not in ("", "0") for name in ("NUMBA_BOUNDSCHECK", "NUMBA_DEBUGINFO"))
    return triple.startswith("x86_64") and "linux" in triple and not is_debugged and not is_interpreted()


def leaves_of(argument: Any) -> Iterator[Any]:
    """Give the arrays and numbers of nested tuples, in order."""
    if isinstance(argument, tuple):
        for part in argument:
            yield from leaves_of(part)
    else:
        yield argument


def kind_of(leaf: Any) -> str:
    """Name what an argument is, by NumPy's letter: ``d``, ``l`` or, for an array of two dimensions, ``L2``."""
    if isinstance(leaf, np.ndarray):
        is_plain = leaf.flags.c_contiguous and leaf.flags.aligned and leaf.dtype.isnative
        return f"{leaf.dtype.char}{leaf.ndim}{'' if is_plain else ODD}"
    return "d" if isinstance(leaf, float) else "l"


def c_types(kind: str) -> list[type[Any]]:
    """Give the C types of an argument: an address and lengths, or a number."""
    if len(kind) > 1:
        return [ctypes.c_void_p] + int(kind[1:]) * [ctypes.c_int64]
    return [ctypes.c_double if kind == "d" else ctypes.c_int64]


def words_of(leaf: Any) -> tuple[Any, ...]:
    """Give an argument as C takes it; see `c_types`."""
    if isinstance(leaf, np.ndarray):
        return leaf.ctypes.data, *leaf.shape
    if isinstance(leaf, float):
        return (leaf,)
    if not -(2**63) <= (number := index(leaf)) < 2**63:
        raise OverflowError(f"{number} is no 64-bit integer")  # C would take its last bits
    return (number,)


def compile_entry(function: Any, arguments: tuple[Any, ...]) -> bytes | None:
    """Compile a Numba function as a C function: its object file, or None where Numba had better run it.

    That is an interpreted function, one that needs Numba at run time, or any where Numba was imported before its
    machine could be set, so that it compiles for another one.

    Parameters
    ----------
    function : Dispatcher
    arguments : tuple
        Of a call; their types are compiled for.
    """
    import numba
    from numba import types
    from numba.core.registry import cpu_target

    if not hasattr(function, "py_func") or cpu_target.target_context.codegen().magic_tuple() != machine():
        return None
    names: dict[str, Any] = {"carray": numba.carray, "function": function}  # type: ignore[attr-defined]
    parameters: list[str] = []
    c_kinds: list[Any] = []

    def parameter(kind: Any) -> str:
        parameters.append(f"p{len(parameters)}")
        c_kinds.append(kind)
        return parameters[-1]

    def expression(argument: Any) -> str:
        if isinstance(argument, tuple):
            maker = "" if type(argument) is tuple else type(argument).__name__
            names[maker] = type(argument)
            return f"{maker}({''.join(expression(part) + ', ' for part in argument)})"
        if isinstance(argument, np.ndarray):
            address = parameter(types.CPointer(numba.from_dtype(argument.dtype)))
            return f"carray({address}, ({''.join(parameter(types.int64) + ', ' for _ in argument.shape)}))"
        return parameter(types.float64 if isinstance(argument, float) else types.int64)

    call = ", ".join(map(expression, arguments))
    gives_nothing = function.py_func.__annotations__.get("return", int) is None
    body = f"function({call}); return 0" if gives_nothing else f"return function({call})"
    exec(f"def entry({', '.join(parameters)}): {body}", names)
    compiled = numba.cfunc(types.int64(*c_kinds))(names["entry"])
    return emit(compiled.inspect_llvm(), compiled.native_name, machine())


def emit(code: str, native_name: str, target: Machine) -> bytes | None:
    """Turn LLVM's language into an object file; None where it calls what only a process with Numba has."""
    import llvmlite.binding as llvm

    process, module = ctypes.CDLL(None), llvm.parse_assembly(code)
    for used in (*module.functions, *module.global_variables):
        is_known = used.name.startswith("llvm.") or used.name in NEVER_CALLED
        if used.is_declaration and not is_known and not hasattr(process, used.name):
            return None
    module.get_function(native_name).name = ENTRY
    compiler = llvm.Target.from_triple(target.triple).create_target_machine(
        cpu=target.cpu, features=target.features, opt=3, reloc="static", codemodel="jitdefault", jit=True
    )  # as Numba has it
    return bytes(compiler.emit_object(module))


def digest_of(code: bytes, path: Path, signature: str) -> bytes:
    """Bind machine code to what it was made from and for: sources, compilers, settings, kernel, types and CPU."""
    bound = "\n".join([source_fingerprint(), path.stem, signature, *machine()])
    return hashlib.sha256(bound.encode() + b"\0" + code).digest()


def read_code(path: Path, signature: str) -> bytes | None:
    """Read an object file; None where there is none, or it is not as this user's process wrote it."""
    try:
        kept = read_private(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as refused:
        distrust(str(refused))
        return None
    digest, code = kept[:32], kept[32:]
    if digest == digest_of(code, path, signature):
        return code
    distrust(f"{path} is damaged")
    return None


def keep_code(path: Path, signature: str, code: bytes) -> None:
    """Write an object file with its digest before it, whole or not at all; one that cannot be written is made anew."""
    unfinished = path.with_suffix(f".{os.getpid()}")
    try:
        with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(digest_of(code, path, signature) + code)
        unfinished.replace(path)
    except OSError:
        with suppress(OSError):
            unfinished.unlink()


#: What must live as long as the code that was loaded.
_loaded: list[Any] = []


def load_entry(code: bytes, types: list[type[Any]]) -> Callable[..., int]:
    """Load an object file into the process and give its function, which takes such C types."""
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    abort = ctypes.cast(ctypes.CDLL(None).abort, ctypes.c_void_p).value
    for name in NEVER_CALLED:
        if llvm.address_of_symbol(name) is None:
            llvm.add_symbol(name, abort)
    engine = llvm.create_mcjit_compiler(
        llvm.parse_assembly(""), llvm.Target.from_default_triple().create_target_machine(jit=True)
    )
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    _loaded.append(engine)
    entry: Callable[..., int] = ctypes.CFUNCTYPE(ctypes.c_int64, *types)(engine.get_function_address(ENTRY))
    return entry
