"""What a process keeps of contents: once for each, bounded by weight."""

from __future__ import annotations

from app.core.lru import by_content


def test_a_content_is_asked_once_while_it_is_kept() -> None:
    asked = []

    @by_content(most=100, times=10)
    def length(content: bytes) -> list[int]:
        asked.append(content)
        return [len(content)]

    assert length(b"four") is length(b"four")
    for number in range(400):
        length(b"%4d" % number)
        assert length.kept.weight <= 100
    assert length(b"four") == [4]
    assert asked.count(b"four") == 2
    assert length.kept.weight == 88
    length(b"too heavy for the bound")
    assert length.kept.weight == 253, "the last one stays, alone"
