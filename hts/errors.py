"""Errors that a user may meet, each with the exit code that scripts rely on."""

import errno

#: errno -> what ran out, and the limit that may be raised.
RAN_OUT = {
    errno.ENOMEM: "memory (ulimit -v)",
    errno.EAGAIN: "threads or processes (ulimit -u)",
    errno.EMFILE: "open files (ulimit -n)",
    errno.ENFILE: "open files",
}


class HtsError(Exception):
    """A failure with a message for people: what is wrong and what to do about it.

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


def what_ran_out(error: BaseException) -> str | None:
    """Name what a failure lacked, memory or threads, as far as it or what led to it tells; None for others."""
    seen: BaseException | None = error
    while seen is not None:
        words = str(seen).lower()
        if isinstance(seen, MemoryError) or (
            isinstance(seen, (ImportError, OSError)) and ("failed to map" in words or "cannot allocate" in words)
        ):
            return RAN_OUT[errno.ENOMEM]
        if isinstance(seen, RuntimeError) and "can't start new thread" in words:
            return RAN_OUT[errno.EAGAIN]
        if isinstance(seen, OSError) and seen.errno in RAN_OUT:
            return RAN_OUT[seen.errno]
        seen = seen.__cause__ or seen.__context__
    return None
