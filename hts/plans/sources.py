"""Files of numbers that a plan names, as they were read: where they lay, what they held."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from hts.arrays import FloatArray
from hts.noise import Body

#: Folder, beside the plan.toml of a results folder, where it keeps copies of them.
INPUTS: Final = "inputs"


@dataclass(frozen=True)
class SourceFile:
    """A file that was read; two are equal where their bytes are.

    Attributes
    ----------
    path : pathlib.Path
        Where it was read.
    sha256 : str
        Of its bytes, in hexadecimal digits.
    """

    path: Path = field(compare=False)
    sha256: str

    @property
    def copy_name(self) -> str:
        """Name of its copy in a results folder, which begins with sixteen digits of the digest."""
        stem = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in self.path.name)
        # the copy of a copy has the name of the copy
        return stem if stem.startswith(f"{self.sha256[:16]}-") else f"{self.sha256[:16]}-{stem[-60:]}"


@dataclass(frozen=True)
class OwnNumbers:
    """What a law is made of.

    Attributes
    ----------
    source : SourceFile
        Where the numbers were read.
    body : Body
        Their quantiles.
    said : tuple of str
        How many there are, and what was found in their tails.
    """

    source: SourceFile
    body: Body
    said: tuple[str, ...] = field(compare=False, repr=False)


@dataclass(frozen=True)
class Slice:
    """Samples of f along a line.

    Attributes
    ----------
    source : SourceFile
        Where they were read.
    x, f : float64[sample]
        In the order of the file.
    slopes : float64[sample] or None
        f', where the file has it.
    """

    source: SourceFile
    x: FloatArray = field(compare=False, repr=False)
    f: FloatArray = field(compare=False, repr=False)
    slopes: FloatArray | None = field(compare=False, repr=False)
