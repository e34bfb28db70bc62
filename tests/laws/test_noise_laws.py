"""Tests of the laws with closed tails against mpmath and scipy, and of what they refuse."""

import math
from itertools import pairwise

import mpmath
import numpy as np
import pytest
from exact_laws import exact_density, exact_tail
from scipy import integrate, stats

from hts.noise import ALPHA_RANGE, LAWS, LawError, Noise

POINTS = [1e-6, 0.3, 0.99, 1.01, 2.5, 40.0, 1e5, 1e12]
CLOSED = [("pareto", 0.6), ("pareto", 1.2), ("pareto", 3.0), ("lomax", 0.6), ("lomax", 1.2), ("lomax", 3.0)]
CLOSED += [("student", 0.3), ("student", 1.5), ("student", 4.0), ("student", 60.0)]


def relative(value: float, exact: mpmath.mpf) -> float:
    """Return the relative error; 0 where both are below what float64 can hold."""
    if abs(exact) < 1e-300 and abs(value) < 1e-290:
        return 0.0
    return float(abs(value - exact) / exact) if exact else abs(value)


@pytest.mark.parametrize(("kind", "alpha"), CLOSED)
def test_tails_and_densities_keep_their_digits_far_out(kind: str, alpha: float) -> None:
    noise = Noise(kind, alpha, scale=2.0)
    for w in POINTS:
        assert relative(noise.tail(2.0 * w), exact_tail(kind, alpha, w)) < 2e-14
        assert relative(noise.survival(2.0 * w), exact_tail(kind, alpha, w) / 2) < 2e-14
        assert relative(noise.distribution(-2.0 * w), exact_tail(kind, alpha, w) / 2) < 2e-14
        assert relative(noise.density(-2.0 * w), exact_density(kind, alpha, w) / 4) < 4e-14


def test_a_tail_that_forgets_the_scale_is_another_number() -> None:
    exact = exact_tail("pareto", 1.5, 50.0)
    assert relative(Noise("pareto", 1.5, scale=2.0).tail(100.0), exact) < 1e-14
    assert relative(Noise("pareto", 1.5, scale=1.0).tail(100.0), exact) > 0.5


def test_student_and_normal_agree_with_scipy() -> None:
    z = np.linspace(-30.0, 30.0, 101)
    noise, referee = Noise("student", 2.3, scale=1.7), stats.t(2.3, scale=1.7)
    np.testing.assert_allclose(noise.density(z), referee.pdf(z), rtol=1e-12)
    np.testing.assert_allclose(noise.distribution(z), referee.cdf(z), rtol=1e-11)
    normal, referee = Noise("normal", None, scale=3.0, normal_scale=4.0), stats.norm(scale=5.0)
    np.testing.assert_allclose(normal.density(z), referee.pdf(z), rtol=1e-13)
    np.testing.assert_allclose(normal.survival(z), referee.sf(z), rtol=1e-13)
    np.testing.assert_allclose(normal.tail(abs(z)), 2 * referee.sf(abs(z)), rtol=1e-13)


@pytest.mark.parametrize("p_plus", [0.0, 0.2, 0.9, 1.0])
@pytest.mark.parametrize("kind", ["pareto", "lomax"])
def test_skewed_tails_are_those_of_the_model(kind: str, p_plus: float) -> None:
    alpha, scale = 1.6, 0.5
    noise = Noise(kind, alpha, scale=scale, p_plus=p_plus)
    mean = alpha / (alpha - 1) if kind == "pareto" else 1 / (alpha - 1)
    c = scale * (2 * p_plus - 1) * mean
    assert noise.centre == pytest.approx(c, rel=1e-14)
    for x in [3.0, 10.0, 1e4]:  # H(x) of docs/model.md, section 2
        right, left = exact_tail(kind, alpha, (x + c) / scale), exact_tail(kind, alpha, (x - c) / scale)
        assert relative(noise.tail(x), p_plus * right + (1 - p_plus) * left) < 1e-13


@pytest.mark.parametrize("normal_scale", [0.0, 0.2])
@pytest.mark.parametrize(("kind", "p_plus"), [("pareto", 0.9), ("pareto", 0.0), ("lomax", 0.3)])
def test_skewed_noise_is_centred(kind: str, p_plus: float, normal_scale: float) -> None:
    noise = Noise(kind, 3.5, p_plus=p_plus, normal_scale=normal_scale)
    cuts = [0.0, *noise.singular_points, *(0.5 * 2.0 ** np.arange(30)), *(-0.5 * 2.0 ** np.arange(30))]
    ends = np.unique(cuts)

    def integral(function) -> float:
        return sum(integrate.fixed_quad(function, a, b, n=40)[0] for a, b in pairwise(ends))

    assert integral(noise.density) == pytest.approx(1.0, abs=1e-12)
    assert integral(lambda z: z * noise.density(z)) == pytest.approx(0.0, abs=1e-12)
    shift = noise.centre  # without the centring the mean is not 0, and the same integral sees it
    assert abs(integral(lambda z: z * noise.density(z - shift))) > 0.1


def test_the_gap_of_pareto_moves_with_its_centre() -> None:
    noise = Noise("pareto", 1.5, scale=2.0, p_plus=0.75)
    low, high = noise.gap or (math.nan, math.nan)
    assert (low, high) == pytest.approx((-2.0 - noise.centre, 2.0 - noise.centre))
    assert noise.singular_points == pytest.approx([low, high])
    inside = np.linspace(low, high, 11)[1:-1]
    assert np.all(noise.density(inside) == 0.0)
    assert noise.density(low - 1e-9) > 0.1
    assert noise.density(high + 1e-9) > 0.1
    assert Noise("lomax", 1.5, scale=2.0, p_plus=0.75).singular_points == pytest.approx([-2.0])
    for other in [Noise("lomax", 1.5), Noise("student", 1.5), Noise("pareto", 1.5, normal_scale=0.1)]:
        assert other.gap is None
    assert Noise("pareto", 1.5, normal_scale=0.1).singular_points.size == 0


@pytest.mark.parametrize(
    "noise",
    [
        Noise("pareto", 1.2, scale=3.0),
        Noise("pareto", 1.2, p_plus=0.7),
        Noise("pareto", 1.2, p_plus=1.0),
        Noise("lomax", 1.7, scale=0.1, p_plus=0.1),
        Noise("student", 0.4),
        Noise("normal", None, scale=0.3),
        Noise("stable", 1.3),
        Noise("lomax", 1.7, p_plus=0.9, normal_scale=0.5),
        Noise("stable", 0.8, normal_scale=2.0),
    ],
    ids=str,
)
def test_quantiles_invert_the_distribution(noise: Noise) -> None:
    p = np.array([1e-90, 1e-15, 1e-3, 0.2, 0.49, 0.5, 0.7, 0.95, 1 - 1e-9])
    if noise.p_plus == 1.0:
        p = p[2:]  # no left tail: next to its edge a quantile has no more digits than the edge
    z = noise.quantile(p)
    np.testing.assert_allclose(noise.distribution(z), p, rtol=1e-11)
    np.testing.assert_allclose(noise.survival(z), 1 - p, rtol=1e-12)
    assert math.isinf(noise.quantile(1.0))
    assert math.isnan(noise.quantile(1.5))
    assert math.isnan(noise.quantile(-0.1))


@pytest.mark.parametrize("kind", ["pareto", "lomax", "student", "stable"])
@pytest.mark.parametrize("alpha", [0.7, 1.0, 1.6])
def test_the_tail_approaches_its_constant(kind: str, alpha: float) -> None:
    noise = Noise(kind, alpha, scale=2.5)
    x = 1e12
    assert noise.tail(x) * x**alpha == pytest.approx(noise.tail_constant(), rel=1e-7)
    assert noise.is_heavy


def test_stable_and_student_constants_are_those_of_the_model() -> None:
    a = 1.3
    constant = 2 * math.gamma(a) * math.sin(math.pi * a / 2) / math.pi
    assert Noise("stable", a).tail_constant() == pytest.approx(constant, rel=1e-14)
    c = math.gamma((a + 1) / 2) / (math.gamma(a / 2) * math.sqrt(a * math.pi))
    assert Noise("student", a).tail_constant() == pytest.approx(2 * c * a ** ((a + 1) / 2) / a, rel=1e-14)
    assert Noise("stable", a).tail_constant() != pytest.approx(constant / 2, rel=1e-3)


def test_light_tails_have_no_constant_and_no_tail_index() -> None:
    assert Noise("stable", 1.99).tail_index == 1.99
    assert Noise("pareto", 2.0).tail_index == 2.0
    for noise in [Noise("normal", None), Noise("stable", 2.0)]:
        assert not noise.is_heavy
        assert noise.tail_index is None
        with pytest.raises(LawError, match="heavy-tailed"):
            noise.tail_constant()


@pytest.mark.parametrize(
    ("arguments", "key", "remedy"),
    [
        ({"kind": "cauchy", "alpha": 1.0}, "kind", "choose one of"),
        ({"kind": "pareto", "alpha": None}, "alpha", "give alpha"),
        ({"kind": "pareto", "alpha": 0.0}, "alpha", "between 0.1 and 100"),
        ({"kind": "stable", "alpha": 2.1}, "alpha", "between 0.1 and 2"),
        ({"kind": "student", "alpha": math.nan}, "alpha", "between"),
        ({"kind": "normal", "alpha": 1.5}, "alpha", "leave alpha out"),
        ({"kind": "pareto", "alpha": 1.5, "scale": 0.0}, "scale", "positive"),
        ({"kind": "pareto", "alpha": 1.5, "scale": math.inf}, "scale", "finite"),
        ({"kind": "pareto", "alpha": 1.5, "p_plus": 1.2}, "p_plus", "between 0 and 1"),
        ({"kind": "pareto", "alpha": 1.0, "p_plus": 0.6}, "p_plus", "alpha > 1"),
        ({"kind": "stable", "alpha": 1.5, "p_plus": 0.6}, "p_plus", "leave p_plus out"),
        ({"kind": "lomax", "alpha": 1.5, "normal_scale": -1.0}, "normal_scale", "0 or a positive"),
        ({"kind": "lomax", "alpha": 1.5, "normal_scale": 1e-12}, "normal_scale", "leave the smaller part out"),
    ],
)
def test_a_law_that_does_not_exist_is_refused_with_a_remedy(arguments: dict, key: str, remedy: str) -> None:
    with pytest.raises(LawError, match=remedy) as refusal:
        Noise(**arguments)
    assert refusal.value.key == key


def test_every_kind_takes_both_ends_of_its_range() -> None:
    for kind, ends in ALPHA_RANGE.items():
        for alpha in ends:
            assert 0.0 < Noise(kind, alpha).tail(3.0) < 1.0


def test_a_float_gives_a_float_and_an_array_its_own_shape() -> None:
    noise = Noise("lomax", 1.5)
    z = np.array([[0.0, 1.0, -2.0], [np.inf, -np.inf, np.nan]])
    for function in [noise.tail, noise.survival, noise.distribution, noise.density]:
        values = function(z)
        assert values.shape == z.shape
        assert isinstance(function(1.0), float)
        assert function(1.0) == values[0, 1]
        assert np.isnan(values[1, 2])
    assert noise.survival(z)[1, :2].tolist() == [0.0, 1.0]
    assert noise.tail(-1.0) == 1.0


@pytest.mark.parametrize("noise", [Noise("stable", 1.5), Noise("student", 2.5), Noise("lomax", 1.5, normal_scale=2.0)])
def test_a_quantile_does_not_depend_on_those_asked_for_beside_it(noise: Noise) -> None:
    p = np.random.default_rng(1).uniform(size=200) ** 5
    alone = np.array([noise.quantile(float(one)) for one in p])
    np.testing.assert_array_equal(noise.quantile(p), alone)
    np.testing.assert_array_equal(noise.quantile(p[::-1].copy())[::-1], alone)


def test_every_law_is_found_once_and_has_a_kernel_of_its_own() -> None:
    assert [law.number for law in LAWS.values()] == list(range(len(LAWS)))
    assert not any(law.alpha and law.shape for law in LAWS.values())
    assert {"pareto", "lomax", "stable", "student", "normal"} <= LAWS.keys()
