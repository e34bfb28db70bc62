"""Errors that a user may meet, each with the exit code that scripts rely on."""


class HtsError(Exception):
    """A failure told to a person: what is wrong and what to do about it.

    Attributes
    ----------
    exit_code : int
        What the command line answers with (docs/interface.md, "Exit codes").
    """

    exit_code = 70


class PlanError(HtsError):
    """A plan, an option or a name that cannot be used; the message holds every mistake found, a line each."""

    exit_code = 2


class IncompleteError(HtsError):
    """The work ended, but some cell failed or is missing."""

    exit_code = 1


class StoppedError(HtsError):
    """The work was stopped from outside (signal, full disk, read-only folder); running it again continues it."""

    exit_code = 3


class IntegrityError(HtsError):
    """Stored results are not what was written: a shard does not match its checksum."""

    exit_code = 4
