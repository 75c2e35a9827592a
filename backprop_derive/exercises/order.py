"""A shuffled order of 0, 1, …, n - 1 that needs no list: where each number goes is computed from the seed.

A Feistel network is a permutation of the numbers of 2k bits; one that leaves the range is permuted again until it is
back in it (Black, Rogaway 2002, "Ciphers with Arbitrary Finite Domains"). The same on every machine and version of
Python, since only SHA-256 and whole numbers enter.
"""

from __future__ import annotations

from hashlib import sha256

_ROUNDS = 4


def shuffled(position: int, size: int, seed: int) -> int:
    """The number at a position of the shuffled order of range(size)."""
    half = max(1, ((size - 1).bit_length() + 1) // 2)
    number = position
    while True:
        number = _permuted(number, half, seed)
        if number < size:
            return number


def _permuted(number: int, half: int, seed: int) -> int:
    mask = (1 << half) - 1
    left, right = number >> half, number & mask
    for turn in range(_ROUNDS):
        digest = sha256(f"{seed} {half} {turn} {right}".encode()).digest()
        left, right = right, left ^ (int.from_bytes(_lengthened(digest, half), "big") & mask)
    return left << half | right


def _lengthened(digest: bytes, bits: int) -> bytes:
    """As many bytes as the bits need, each block a digest of the one before."""
    whole = digest
    while 8 * len(whole) < bits:
        digest = sha256(digest).digest()
        whole += digest
    return whole
