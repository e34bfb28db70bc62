"""Words with numbers in messages to people."""


def plural(n: int, noun: str, form: str = "") -> str:
    """Write a number and a noun: 1 cell, 2 cells.

    Parameters
    ----------
    n : int
    noun : str
        In the singular; its plural ends in s.
    form : str
        Of the number, as `format` takes it.
    """
    return f"{n:{form}} {noun}{'' if n == 1 else 's'}"
