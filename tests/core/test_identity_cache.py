"""Results kept by the identity of an object."""

from __future__ import annotations

from winnow.core.identity_cache import cached_by_identity


def test_one_object_is_computed_once_and_equal_ones_are_not_mixed_up() -> None:
    computed: list[dict[str, int]] = []

    @cached_by_identity(10)
    def total(values: dict[str, int]) -> int:
        computed.append(values)
        return sum(values.values())

    one, equal = {"a": 1}, {"a": 1}
    assert [total(one), total(one), total(equal)] == [1, 1, 1]
    assert [id(values) for values in computed] == [id(one), id(equal)]


def test_an_object_at_the_place_of_a_former_one_gets_its_own_result() -> None:
    @cached_by_identity(3)
    def total(values: list[int]) -> int:
        return sum(values)

    assert [total([number]) for number in range(1000)] == list(range(1000))


def test_no_more_than_the_stated_number_is_kept() -> None:
    computed: list[int] = []

    @cached_by_identity(2)
    def first(values: list[int]) -> int:
        computed.append(values[0])
        return values[0]

    several = [[1], [2], [3]]
    for values in [*several, several[0]]:
        first(values)
    assert computed == [1, 2, 3, 1]
