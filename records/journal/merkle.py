"""
Merkle tree (RFC 6962): the root of a list that only grows, and the proof that a longer list begins with a shorter one.

A frontier, the roots of the whole subtrees so far, is all that is needed to append: a list of any length costs one
hash for each new leaf, and a few more.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256

EMPTY = sha256(b"").digest()
"""The root of nothing."""
Frontier = list[tuple[int, bytes]]
"""The sizes and roots of the whole subtrees from the left, each larger than the next."""


def hash_leaf(data: bytes) -> bytes:
    """The hash of one entry: SHA-256 over a zero byte and its *data*."""
    return sha256(b"\x00" + data).digest()


def hash_node(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees: SHA-256 over a one and both roots."""
    return sha256(b"\x01" + left + right).digest()


def append_leaves(frontier: Frontier, leaves: Iterable[bytes]) -> Frontier:
    """The frontier after *leaves*, which are hashes of entries, were put behind what *frontier* stands for."""
    grown = list(frontier)
    for leaf in leaves:
        grown.append((1, leaf))
        while len(grown) > 1 and grown[-2][0] == grown[-1][0]:
            (size, left), (_, right) = grown[-2:]
            grown[-2:] = [(2 * size, hash_node(left, right))]
    return grown


def root_of(frontier: Frontier) -> bytes:
    """The root of the list that *frontier* stands for."""
    if not frontier:
        return EMPTY
    root = frontier[-1][1]
    for _, left in reversed(frontier[:-1]):
        root = hash_node(left, root)
    return root


def tree_root(leaves: Iterable[bytes]) -> bytes:
    """The root of a list of hashes of entries."""
    return root_of(append_leaves([], leaves))


def _split(size: int) -> int:
    """The largest power of two below *size*."""
    return 1 << (size - 1).bit_length() - 1


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The proof that the list of *leaves* holds the one at *index*, which is in it (RFC 6962, 2.1.1)."""
    if len(leaves) == 1:
        return []
    middle = _split(len(leaves))
    if index < middle:
        return [*inclusion_proof(leaves[:middle], index), tree_root(leaves[middle:])]
    return [*inclusion_proof(leaves[middle:], index - middle), tree_root(leaves[:middle])]


def is_included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether *proof* shows that a list of *size* with *root* holds *leaf* at *index* (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    here, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if here & 1 or here == last:
            found = hash_node(step, found)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            found = hash_node(found, step)
        here, last = here >> 1, last >> 1
    return last == 0 and found == root


def consistency_proof(leaves: Sequence[bytes], first: int) -> list[bytes]:
    """The proof that the list of *leaves* begins with its *first* ones (RFC 6962, 2.1.2)."""
    return _subproof(leaves, first, whole=True) if 0 < first < len(leaves) else []


def _subproof(leaves: Sequence[bytes], first: int, *, whole: bool) -> list[bytes]:
    if first == len(leaves):
        return [] if whole else [tree_root(leaves)]
    middle = _split(len(leaves))
    if first <= middle:
        return [*_subproof(leaves[:middle], first, whole=whole), tree_root(leaves[middle:])]
    rest = _subproof(leaves[middle:], first - middle, whole=False)
    return [*rest, tree_root(leaves[:middle])]


def is_consistent(
    first: tuple[int, bytes], second: tuple[int, bytes], proof: Sequence[bytes]
) -> bool:
    """Whether *proof* shows that the list of *second* (its size and root) begins with that of *first* (RFC 9162)."""
    (early, early_root), (late, late_root) = first, second
    if early in {0, late}:
        return not proof and early <= late and (early != late or early_root == late_root)
    if early > late or not proof:
        return False
    path = [early_root, *proof] if early & (early - 1) == 0 else list(proof)
    return _climb(path, early - 1, late - 1) == (early_root, late_root)


def _climb(path: Sequence[bytes], early: int, late: int) -> tuple[bytes, bytes] | None:
    while early & 1:
        early, late = early >> 1, late >> 1
    old = new = path[0]
    for step in path[1:]:
        if late == 0:
            return None
        if early & 1 or early == late:
            old, new = hash_node(step, old), hash_node(step, new)
            while early and not early & 1:
                early, late = early >> 1, late >> 1
        else:
            new = hash_node(new, step)
        early, late = early >> 1, late >> 1
    return (old, new) if late == 0 else None
