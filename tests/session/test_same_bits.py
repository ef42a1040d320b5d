"""Every instrument and every effect: the same bits on other processors and in other threads."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import rack_hashes

SCRIPT = Path(__file__).with_name("rack_hashes.py")


def test_every_patch_is_the_same_on_a_processor_without_avx_512():
    environment = os.environ | {"NUMBA_CPU_NAME": "x86-64-v3", "NUMBA_CPU_FEATURES": ""}

    done = subprocess.run(
        [sys.executable, SCRIPT], env=environment, capture_output=True, check=True, timeout=300
    )

    assert json.loads(done.stdout) == rack_hashes.all_hashes()


def test_every_patch_is_the_same_in_two_threads_at_once():
    with ThreadPoolExecutor(2) as threads:
        one, other = threads.map(lambda _: rack_hashes.all_hashes(), range(2))

    assert one == other == rack_hashes.all_hashes()


def test_the_patches_are_all_different():
    hashes = rack_hashes.all_hashes()

    assert len(set(hashes.values())) == len(hashes)
