"""Tests that benchmarks/hts-stream writes the words that walkers use, and ends quietly with its reader."""

import struct
import subprocess
import sys
from pathlib import Path

import reference

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "hts-stream"


def test_hts_stream_writes_walkers_words_in_turns_and_ends_with_its_reader():
    """Three walkers, two words each in turn; then the pipe is closed while the script is writing."""
    command = [sys.executable, str(SCRIPT), "--walkers", "3", "--words", "2", "--seed", "7", "--first-walker", "5"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        words = struct.unpack("<18Q", process.stdout.read(144))
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0
    key = reference.cell_key(7, 0.01, 0.7, 1.5)
    twins = [reference.walker_words(key, walker) for walker in (5, 6, 7)]
    assert list(words) == [next(twins[i]) for _ in range(3) for i in range(3) for _ in range(2)]
