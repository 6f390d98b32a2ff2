"""Union-find over leaf ids, where the smallest id speaks for its component. No database in here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


class Components:
    """Disjoint sets of integers. An id never seen stands alone."""

    def __init__(self, pairs: Iterable[tuple[int, int]] = ()) -> None:
        self._parent: dict[int, int] = {}
        for a, b in pairs:
            self.join(a, b)

    def find(self, member: int) -> int:
        """The smallest id that ``member`` is connected to."""
        parent = self._parent
        root = parent.get(member, member)
        if parent.get(root, root) == root:
            return root
        while (above := parent.get(root, root)) != root:
            root = above
        while member != root:
            parent[member], member = root, parent.get(member, member)
        return root

    def roots(self, members: Iterable[int]) -> dict[int, int]:
        """The set of each member: its smallest."""
        find = self.find
        return {member: find(member) for member in members}

    def scatter(self, members: Mapping[int, int]) -> None:
        """Take a whole set apart: each member, and the smallest of those it stays with."""
        self._parent.update(members)

    def join(self, a: int, b: int) -> None:
        low, high = sorted((self.find(a), self.find(b)))
        self.unite(low, high)

    def unite(self, low: int, high: int) -> None:
        """Join two components by their smallest ids, the smaller first."""
        self._parent[low] = low
        self._parent[high] = low
