"""A weight for every pair from seed and keys alone, so that ties fall the same way on any machine."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Wide enough that two answers of the same sum are a curiosity (one chance in thousands of millions a
# pair), narrow enough that the flow solver's scaled costs stay inside int64.
WEIGHT_BITS = 32


@dataclass(frozen=True, eq=False)
class Ties:
    """Seeded weights: of two equally good plans the one of least weight is the answer.

    mentee: (mentees,), mentor: (mentors + 1,) 64-bit hashes; the last mentor stands for "nobody".
    """

    mentee: NDArray[np.uint64]
    mentor: NDArray[np.uint64]

    @classmethod
    def of(cls, seed: int, mentee_keys: Sequence[str] | range, mentor_keys: Sequence[str] | range) -> "Ties":
        nobody = _hashes(seed, "nobody", [""])
        mentors = np.concatenate([_hashes(seed, "mentor", mentor_keys), nobody])
        return cls(_hashes(seed, "mentee", mentee_keys), mentors)

    def weight(self, mentee: NDArray[np.int64], mentor: NDArray[np.int64]) -> NDArray[np.int64]:
        """Weights of these pairs, each from 0 to 2**WEIGHT_BITS - 1."""
        mixed = _mixed(self.mentee[mentee] ^ self.mentor[mentor])
        return (mixed >> np.uint64(64 - WEIGHT_BITS)).astype(np.int64)


def _hashes(seed: int, side: str, keys: Sequence[str] | range) -> NDArray[np.uint64]:
    salt = hashlib.blake2b(f"{seed}/{side}".encode(), digest_size=16).digest()
    digests = b"".join(hashlib.blake2b(str(key).encode(), digest_size=8, key=salt).digest() for key in keys)
    return np.frombuffer(digests, dtype="<u8").astype(np.uint64)


def _mixed(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The finaliser of SplitMix64 (Steele, Lea and Flood, 2014): every bit in stirs every bit out."""
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))
