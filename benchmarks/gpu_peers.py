"""What else steps walkers on a GPU: a plain kernel of one cell by itself, and PyTorch and JAX in lock step."""

import time
from collections.abc import Callable
from typing import Any

ALPHA, B, ETA = 1.5, 0.7, 0.01

#: The target basin written plainly: the card's own pow, its own random numbers, nothing that can be replayed.
PLAIN = r"""
extern "C" __global__ void plain(int n_steps, double *out) {
    unsigned long long lane = blockIdx.x * (unsigned long long)blockDim.x + threadIdx.x;
    unsigned long long s = lane * 0x9E3779B97F4A7C15ULL + 1;
    double x = 0.0;
    for (int k = 0; k < n_steps; k++) {
        s ^= s << 13; s ^= s >> 7; s ^= s << 17;
        double z = pow(((s >> 12) + 0.5) * 2.220446049250313e-16, -1.0 / 1.5);
        if (s & 1) z = -z;
        x += fmax(fmin(0.01 * (z - x), 0.7), -0.7);
        if (!(fabs(x) < 1.0)) x = 0.0;
    }
    out[lane] = x;
}
"""


def timed(run: Callable[[], Any], steps: float) -> float:
    """Give steps a second of the second run."""
    run()
    started = time.perf_counter()
    run()
    return steps / (time.perf_counter() - started)


def plain() -> dict[str, float]:
    """Measure the plain kernel."""
    import cupy

    kernel = cupy.RawKernel(PLAIN, "plain")
    lanes, n_steps = 132 * 8 * 256, 100_000
    out = cupy.zeros(lanes)

    def run() -> None:
        kernel((lanes // 256,), (256,), (cupy.int32(n_steps), out))
        cupy.cuda.Device().synchronize()

    return {"a plain kernel": timed(run, float(lanes) * n_steps)}


def torch_lock_step() -> dict[str, float]:
    """Measure torch.compile, all walkers one step at a time."""
    import torch

    found = {}
    for kind in (torch.float64, torch.float32):
        n, n_steps = 20_000_000, 50

        def step(x: Any, n: int = n, kind: Any = kind) -> Any:
            z = torch.rand(n, device="cuda", dtype=kind).pow(-1 / ALPHA)
            z = torch.where(torch.rand(n, device="cuda", dtype=kind) < 0.5, z, -z)
            y = x + torch.clamp(ETA * (z - x), -B, B)
            return torch.where(x.abs() < 1, y, x)

        compiled = torch.compile(step)

        def run(compiled: Any = compiled, n: int = n, kind: Any = kind, n_steps: int = n_steps) -> None:
            x = torch.zeros(n, device="cuda", dtype=kind)
            for _ in range(n_steps):
                x = compiled(x)
            torch.cuda.synchronize()

        found[f"torch.compile, lock step, {str(kind)[6:]}"] = timed(run, n * n_steps)
    return found


def jax_lock_step() -> dict[str, float]:
    """Measure jit and scan of JAX, all walkers one step at a time."""
    import jax
    import jax.numpy as jnp

    if jax.default_backend() != "gpu":
        raise ImportError("JAX sees no GPU")
    jax.config.update("jax_enable_x64", True)
    n, n_steps = 10_000_000, 100

    def body(carry: Any, _: Any) -> Any:
        x, key = carry
        key, first, second = jax.random.split(key, 3)
        u = jax.random.uniform(first, (n,), jnp.float64, minval=jnp.finfo(jnp.float64).tiny)
        z = jnp.where(jax.random.bernoulli(second, shape=(n,)), 1.0, -1.0) * u ** (-1 / ALPHA)
        y = x + jnp.clip(ETA * (z - x), -B, B)
        return (jnp.where(jnp.abs(x) < 1, y, x), key), None

    steps = jax.jit(lambda x, key: jax.lax.scan(body, (x, key), None, length=n_steps)[0])
    run = lambda: steps(jnp.zeros(n), jax.random.key(0))[0].block_until_ready()  # noqa: E731
    return {"JAX scan, lock step, float64": timed(run, n * n_steps)}


def speeds() -> dict[str, float]:
    """Measure the peers that are installed, and name those that are not."""
    found: dict[str, float] = {}
    for peer in (plain, torch_lock_step, jax_lock_step):
        try:
            found |= peer()
        except ImportError as error:
            print(f"left out: {error}", flush=True)
    return found
