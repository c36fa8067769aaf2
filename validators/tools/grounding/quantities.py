"""Measures and durations in another unit or notation, and names of units: "5 km" is 5000, "2h" is "PT2H"."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from babel.units import format_unit, get_unit_name

from winnow.validators.tools.grounding.finding import Evidence
from winnow.validators.tools.grounding.folding import FUNCTION_WORDS
from winnow.validators.tools.grounding.leaf import Leaf
from winnow.validators.tools.grounding.numeric import number_mentions
from winnow.validators.tools.grounding.passage import Passage

_FACTORS: dict[str, float] = {
    "length-millimeter": 1e-3,
    "length-centimeter": 1e-2,
    "length-meter": 1,
    "length-kilometer": 1e3,
    "length-inch": 0.0254,
    "length-foot": 0.3048,
    "length-yard": 0.9144,
    "length-mile": 1609.344,
    "length-nautical-mile": 1852,
    "mass-milligram": 1e-6,
    "mass-gram": 1e-3,
    "mass-kilogram": 1,
    "mass-tonne": 1e3,
    "mass-ounce": 0.028349523125,
    "mass-pound": 0.45359237,
    "mass-stone": 6.35029318,
    "volume-milliliter": 1e-3,
    "volume-liter": 1,
    "volume-cubic-meter": 1e3,
    "volume-cup": 0.2365882365,
    "volume-fluid-ounce": 0.0295735295625,
    "volume-pint": 0.473176473,
    "volume-quart": 0.946352946,
    "volume-gallon": 3.785411784,
    "area-square-meter": 1,
    "area-square-kilometer": 1e6,
    "area-hectare": 1e4,
    "area-acre": 4046.8564224,
    "area-square-foot": 0.09290304,
    "area-square-mile": 2589988.110336,
    "speed-meter-per-second": 1,
    "speed-kilometer-per-hour": 1 / 3.6,
    "speed-mile-per-hour": 0.44704,
    "speed-knot": 1852 / 3600,
    "energy-joule": 1,
    "energy-kilojoule": 1e3,
    "energy-calorie": 4.184,
    "energy-kilocalorie": 4184,
    "energy-kilowatt-hour": 3.6e6,
    "power-watt": 1,
    "power-kilowatt": 1e3,
    "power-megawatt": 1e6,
    "digital-byte": 1,
    "digital-kilobyte": 1e3,
    "digital-megabyte": 1e6,
    "digital-gigabyte": 1e9,
    "digital-terabyte": 1e12,
    "duration-millisecond": 1e-3,
    "duration-second": 1,
    "duration-minute": 60,
    "duration-hour": 3600,
    "duration-day": 86400,
    "duration-week": 604800,
    "duration-month": 30 * 86400,
    "duration-quarter": 91 * 86400,
    "duration-year": 365 * 86400,
    "duration-decade": 3650 * 86400,
    "duration-century": 36500 * 86400,
}
"""Units of CLDR in the SI unit of their dimension, liters for volumes and bytes for data: exact factors of NIST SP 811,
US customary volumes; months of 30 and years of 365 days."""

_TEMPERATURES = ("temperature-celsius", "temperature-fahrenheit", "temperature-kelvin")

_MEASURED_BY: dict[str, frozenset[str]] = {
    "length": frozenset("length distance radius height width depth range altitude elevation diameter size".split()),
    "mass": frozenset("mass weight load".split()),
    "volume": frozenset("volume capacity amount".split()),
    "area": frozenset("area surface size".split()),
    "speed": frozenset("speed velocity pace".split()),
    "energy": frozenset("energy calories".split()),
    "power": frozenset("power".split()),
    "digital": frozenset("size memory storage limit capacity".split()),
    "duration": frozenset("duration time timeout interval period length delay ttl term window expiry".split()),
    "temperature": frozenset("temperature temp".split()),
}
"""Words in the name of an argument that say which dimension it has."""

_METRIC = re.compile(r"meter|gram|liter|celsius|tonne|hectare")

_CUSTOMARY = re.compile(r"inch|foot|yard|mile|ounce|pound|stone|gallon|pint|quart|cup|acre|fahrenheit")

_SYSTEMS = {"metric": _METRIC, "si": _METRIC, "imperial": _CUSTOMARY, "customary": _CUSTOMARY}

_MORE_NAMES = {
    "sec": "duration-second",
    "mins": "duration-minute",
    "hrs": "duration-hour",
    "lbs": "mass-pound",
    "kilo": "mass-kilogram",
    "kilos": "mass-kilogram",
    "kph": "speed-kilometer-per-hour",
    "litre": "volume-liter",
    "metre": "length-meter",
    "kilometre": "length-kilometer",
    "centimetre": "length-centimeter",
    "millimetre": "length-millimeter",
    "centigrade": "temperature-celsius",
    "night": "duration-day",
    "fortnight": "duration-week",
}
"""Names that CLDR's American English does not have."""

_PERIODS = {
    "hourly": "duration-hour",
    "daily": "duration-day",
    "weekly": "duration-week",
    "monthly": "duration-month",
    "quarterly": "duration-quarter",
    "yearly": "duration-year",
    "annual": "duration-year",
    "annually": "duration-year",
}

_ISO_DURATION = re.compile(
    r"P(?:(?P<year>\d+)Y)?(?:(?P<month>\d+)M)?(?:(?P<week>\d+)W)?(?:(?P<day>\d+)D)?"
    r"(?:T(?:(?P<hour>\d+)H)?(?:(?P<minute>\d+)M)?(?:(?P<second>\d+)S)?)?"
)

_CLOCK_DURATION = re.compile(r"(?P<hour>\d{1,3}):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?")

_TOLERANCE = 0.006
"""Relative; people round conversions to three digits."""

_DEGREE = 0.6
"""A converted temperature may be rounded to a whole degree."""

_COUNT = (
    r"(?P<count>\d[\d,]*(?:\.\d+)?|\.\d+|half\s+an?|an?|(?:(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|"
    r"twelve|fifteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|couple of)[\s-]?)+)"
)

_AND_A_HALF = re.compile(r"\s+and\s+a\s+half\b", re.I)

_SPACE = 6
"""Characters between two parts of one quantity: ", and "."""

_BETWEEN = re.compile(r"[\s,]*(?:and)?\s*", re.I)


@dataclass(frozen=True)
class Quantity:
    """A number with a unit in a text."""

    quoted: str
    count: float
    unit: str
    """CLDR's name of the unit: `length-meter`."""
    start: int
    end: int

    @property
    def dimension(self) -> str:
        """CLDR's name of the dimension: `length`."""
        return self.unit.split("-")[0]

    @property
    def size(self) -> float:
        """In the base unit of the dimension."""
        return self.count * _FACTORS.get(self.unit, 1)


@lru_cache(maxsize=1024)
def quantities(text: str) -> tuple[Quantity, ...]:
    """Every quantity of an English text, and the sum of those that belong together, such as "1 hour 30 minutes"."""
    single = list(_quantities(text))
    return (*single, *_sums(single, text), *_periods(text))


def same_quantity(leaf: Leaf, passage: Passage) -> Evidence | None:
    """The same measure or duration in another unit or notation; the name of a unit or of a system of units."""
    if leaf.number is not None:
        return _converted_to(leaf.number, leaf, passage)
    return _unit_name(leaf, passage) or _same_size(leaf, passage)


def _converted_to(wanted: float, leaf: Leaf, passage: Passage) -> Evidence | None:
    """A quantity that is this number in the unit that the schema names; in any unit where only the name fits."""
    for given in quantities(passage.text):
        declared = _declared(leaf, given.dimension)
        if any(math.isclose(wanted, one, rel_tol=_TOLERANCE) for one in _converted(given, declared)):
            return Evidence(given.quoted)
        if declared and _near_degree(wanted, given):
            return Evidence(given.quoted)
    return None


def _declared(leaf: Leaf, dimension: str) -> tuple[str, ...]:
    """The units of a dimension in which the argument is expected, by its description or else its name."""
    named = [unit for unit, _ in _units_in(leaf.description)]
    named += [unit for word in leaf.about for unit in _units_by_name().get(word, ())]
    fitting = tuple(unit for unit in named if unit.startswith(dimension + "-"))
    if fitting or not _MEASURED_BY[dimension] & leaf.about:
        return fitting
    return tuple(unit for unit in (*_FACTORS, *_TEMPERATURES) if unit.startswith(dimension + "-"))


def _converted(given: Quantity, units: tuple[str, ...]) -> Iterator[float]:
    """The number in each of these units; for data, also with multiples of 1024."""
    for unit in units:
        if unit in _FACTORS:
            yield given.size / _FACTORS[unit]
    if given.dimension == "digital" and units:
        yield from (given.count * 1024**power for power in (1, 2, 3))


def _near_degree(wanted: float, given: Quantity) -> bool:
    if given.unit not in _TEMPERATURES:
        return False
    celsius = {"celsius": given.count, "fahrenheit": (given.count - 32) / 1.8, "kelvin": given.count - 273.15}[
        given.unit.removeprefix("temperature-")
    ]
    return any(abs(wanted - one) <= _DEGREE for one in (celsius, celsius * 1.8 + 32, celsius + 273.15))


def _same_size(leaf: Leaf, passage: Passage) -> Evidence | None:
    wanted = _sizes_of_value(leaf.text)
    for given in quantities(passage.text):
        for dimension, size in wanted:
            if given.dimension == dimension and math.isclose(size, given.size, rel_tol=_TOLERANCE):
                return Evidence(given.quoted)
    return None


def _sizes_of_value(text: str) -> list[tuple[str, float]]:
    """The size that a value stands for, if it is a quantity and nothing else."""
    for form in (_ISO_DURATION, _CLOCK_DURATION):
        match = form.fullmatch(text)
        if match and any(match.groups()):
            parts = {unit: int(count) for unit, count in match.groupdict().items() if count}
            return [("duration", sum(count * _FACTORS[f"duration-{unit}"] for unit, count in parts.items()))]
    return [(one.dimension, one.size) for one in quantities(text) if len(one.quoted) == len(text.strip())]


def _unit_name(leaf: Leaf, passage: Passage) -> Evidence | None:
    """The unit, or a unit of the system of units, that a value names."""
    name = leaf.text.lower().removeprefix("°").rstrip(".")
    system = _SYSTEMS.get(name)
    wanted = set(_units_by_name().get(name, ()))
    for unit, quoted in _units_in(passage.text):
        if unit in wanted or (system and system.search(unit)):
            return Evidence(quoted)
    return None


@lru_cache(maxsize=1024)
def _units_in(text: str) -> tuple[tuple[str, str], ...]:
    """The units that a text names, with the words; a single letter, or "in", only after a number."""
    found = [(one.unit, one.quoted) for one in quantities(text)]
    for match in re.finditer(r"°?[^\W\d_]+(?:/[^\W\d_]+)?", text.lower()):
        name = match[0].removeprefix("°")
        if match[0] != name or (len(name) > 1 and name not in FUNCTION_WORDS):
            found += [(unit, match[0]) for unit in _units_by_name().get(name, ())]
    return tuple(found)


@cache
def _units_by_name() -> dict[str, tuple[str, ...]]:
    """Names and abbreviations of units, in lower case, to CLDR's names."""
    found: dict[str, tuple[str, ...]] = {}
    for unit in (*_FACTORS, *_TEMPERATURES):
        for name in _names(unit):
            found[name] = (*found.get(name, ()), unit)
    for name, unit in _MORE_NAMES.items():
        for each in (name, name + "s"):
            found.setdefault(each, (unit,))
    return found


def _names(unit: str) -> set[str]:
    lengths = ("long", "short", "narrow")
    written = {format_unit(count, unit, length, locale="en") for count in (1, 2) for length in lengths}  # type: ignore[arg-type]
    names = {re.sub(r"^[\d\s°]+", "", one).lower() for one in written}
    long = get_unit_name(unit, locale="en")
    bare = {name.removeprefix("degrees ").removeprefix("degree ") for name in names | {(long or "").lower()}}
    return {name for name in names | bare if name and name not in "'\"″′"}


@cache
def _quantity_form() -> re.Pattern[str]:
    names = "|".join(re.escape(name) for name in sorted(_units_by_name(), key=len, reverse=True))
    return re.compile(
        rf"(?<![\w.,]){_COUNT}(?:[\s-]|(?<=[\d\s-]))(?:degrees?\s+|°\s?)?(?P<unit>{names})(?![^\W\d_])", re.I
    )


def _quantities(text: str) -> Iterator[Quantity]:
    for match in _quantity_form().finditer(text):
        count = _count(match["count"].lower().strip())
        half = _AND_A_HALF.match(text, match.end())
        end = half.end() if half else match.end()
        for unit in _units_by_name()[match["unit"].lower()]:
            yield Quantity(text[match.start() : end], count + (0.5 if half else 0), unit, match.start(), end)


def _count(words: str) -> float:
    if words.startswith("half"):
        return 0.5
    if words in ("a", "an"):
        return 1
    mentions = number_mentions(words)
    return mentions[0].readings[0] if mentions else 1


def _sums(single: list[Quantity], text: str) -> Iterator[Quantity]:
    """Quantities that follow each other, the larger unit first: "5 feet 10 inches"."""
    for index, first in enumerate(single):
        for second in single[index + 1 :]:
            if second.start > first.end + _SPACE:
                break
            if _belong_together(first, second) and _BETWEEN.fullmatch(text[first.end : second.start]):
                count = (first.size + second.size) / _FACTORS[first.unit]
                yield Quantity(text[first.start : second.end], count, first.unit, first.start, second.end)


def _belong_together(first: Quantity, second: Quantity) -> bool:
    if first.dimension != second.dimension or second.start < first.end:
        return False
    return _FACTORS.get(first.unit, 0) > _FACTORS.get(second.unit, 0)


def _periods(text: str) -> Iterator[Quantity]:
    for match in re.finditer(r"[a-z]+", text, re.I):
        unit = _PERIODS.get(match[0].lower())
        if unit:
            yield Quantity(match[0], 1, unit, match.start(), match.end())
