"""A process that uses plans one after the other: python use_plans.py KIND FIRST LAST, and a line of JSON for each."""

import contextlib
import io
import json
import os
import resource
import sys
import tempfile
import time

from mutated_plans import extreme, mutated, small

from hts.cli.main import main

#: Of address space: it counts what is reserved too, and threads and allocators reserve much. Arrow's own allocator
#: reserves a gigabyte of which it uses a few megabytes, so Arrow takes the system's here.
MEMORY = 2 * 2**30
KINDS = {"mutated": mutated, "small": small, "extreme": extreme}
os.environ["ARROW_DEFAULT_MEMORY_POOL"] = "system"


def call(*words: str) -> tuple[int, str]:
    """Call the command line; gives its exit code and what it said."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            main(list(words))
        except SystemExit as ended:
            return int(ended.code or 0), said.getvalue()
    return 0, said.getvalue()


def use(kind: str, number: int) -> None:
    """Write one plan, and describe, predict, run and fit it as far as it is accepted."""
    with open("plan.toml", "w", encoding="utf-8", newline="") as stream:
        stream.write(KINDS[kind](number))
    folder = f"r{number}"
    words = [["describe", "plan.toml"]]
    if kind != "mutated":
        words += [["predict", "plan.toml"], ["run", "plan.toml", "-o", folder], ["fit", folder], ["verify", folder]]
    for line in words:
        begin = time.process_time()
        code, said = call(*line)
        seconds = round(time.process_time() - begin, 2)
        print(json.dumps([kind, number, line[0], code, seconds, said[-300:] if code not in (0, 2) else ""]), flush=True)
        if code:
            return


def use_apart(kind: str, number: int) -> None:
    """Use one plan in a child of its own: the limit on memory is meant for one plan, not for what many leave behind."""
    child = os.fork()
    if not child:
        code = 1
        try:
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            use(kind, number)
            code = 0
        finally:
            sys.stdout.flush()
            os._exit(code)
    if ended := os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]):
        print(json.dumps([kind, number, "died", ended, 0, ""]), flush=True)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for number in range(int(sys.argv[2]), int(sys.argv[3])):
            use_apart(sys.argv[1], number)
