from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import Any

import pytest
import wordfreq
from hypothesis import given, settings
from hypothesis import strategies as st

from winnow.config.task import Label, NearMiss, Task
from winnow.core.example import fold_key
from winnow.generators.variations.articles import article
from winnow.generators.variations.base import Seed, VariationChecks, VariationResult
from winnow.generators.variations.english import read
from winnow.generators.variations.tokens import TokenizedQuery
from winnow.generators.variations.typos import _adjacent_keys
from winnow.generators.variations.variation_kinds import KINDS, changes, kinds_for
from winnow.generators.variations.vary import vary
from winnow.validators.wording.guards import Guards, protecting_guards

SLOTS = {"device": ["laptop", "phone", "headset"], "file": ["src/app.ts", "lib/cart.ts"]}


def task_with(variations_per_seed: int, **fields: Any) -> Task:
    """A task that matters for variations only by these fields."""
    return Task(name="desk", kind="intents", variations_per_seed=variations_per_seed, **fields)


def made(text: str, kind: str, language: str = "en") -> list[str]:
    return [change.text for change in changes(TokenizedQuery(text, SLOTS), kind, language)]


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("slots", "write a quicksort in haskell", "write a mergesort in haskell"),
        ("slots", "write a quicksort in haskell", "write a quicksort in kotlin"),
        ("slots", "write a quicksort in haskell into file foo.hs", "write a quicksort in haskell, save as foo.hs"),
        (
            "slots",
            "write a quicksort in haskell into file foo.hs",
            "write a quicksort in haskell and write it to foo.hs",
        ),
        ("slots", "write a quicksort in haskell into file foo.hs", "write a quicksort in kotlin into file foo.kt"),
        ("slots", "My laptop is slow", "My headset is slow"),
        ("slots", "open src/app.ts", "open lib/cart.ts"),
        ("slots", "I want a heap", "I want a linked list"),
        ("slots", "is there a trie", "is there a hash table"),
        ("slots", "transfer $50 to my savings", "transfer $70 to my savings"),
        ("slots", "wait 2 weeks", "wait 3 weeks"),
        ("synonyms", "How do I buy a ticket", "How do I purchase a ticket"),
        ("synonyms", "I bought the wrong ticket", "I purchased the wrong ticket"),
        ("synonyms", "he has a problem", "he has an issue"),
        ("synonyms", "WHAT IS YOUR PROBLEM HERE", "WHAT IS YOUR ISSUE HERE"),
        ("typos", "reset my password", "reset my passwird"),
        ("typos", "reset my password", "reset my passwrod"),
        ("typos", "reset my password", "reset my pasword"),
        ("typos", "reset my password", "reset my passsword"),
        ("casing", "Where is my card?", "where is my card"),
        ("casing", "where is src/App.ts", "Where is src/App.ts?"),
        ("casing", "my card is lost", "MY CARD IS LOST!"),
        ("function_words", "I lost the key to my room", "Lost the key to my room"),
        ("function_words", "I lost the key to my room", "I lost key to room"),
        ("function_words", "My card is not working", "My card not working"),
        ("function_words", "I am still waiting for it", "Still waiting for it"),
        ("contractions", "I am waiting", "I'm waiting"),
        ("contractions", "I don’t know", "I do not know"),
        ("contractions", "it has not arrived", "it hasnt arrived"),
        ("abbreviations", "please check the configuration", "pls check the configuration"),
        ("abbreviations", "please check the configuration", "please check the config"),
        ("abbreviations", "clone the repo, then delete the repo", "clone the repository, then delete the repository"),
        ("frames", "Reset my password.", "Could you reset my password?"),
        ("frames", "reset my password", "reset my password pls"),
        ("frames", "please can you reset my password", "reset my password"),
        ("frames", "Could you tell me how this works?", "How this works?"),
        ("frames", "how do I reset my PIN?", "how to reset my PIN?"),
        ("times", "did it arrive today", "did it arrive this morning"),
        ("times", "is it open today", "is it open this afternoon"),
        ("times", "call me on monday", "call me on tuesday"),
    ],
)
def test_what_a_kind_makes_of_a_query(kind: str, text: str, expected: str) -> None:
    assert expected in made(text, kind)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("/help", KINDS),
        ("git checkout -b main --force", KINDS),
        ("docker compose up -d", KINDS),
        ("cd ../shared && ls", KINDS),
        ("what did you book", ("synonyms",)),  # no object shows that "book" is a verb
        ("the book is good", ("synonyms",)),
        ("what is the big o of this", ("synonyms",)),
        ("can I have a card", ("contractions",)),  # "I've a card"
        ("tell me where I am", ("contractions",)),
        ("why don't you answer", ("function_words", "times", "slots")),
        ("transfer not showing up", ("frames",)),  # "transfer" is a noun here
        ("find out who said `please wait`", ("abbreviations",)),
    ],
)
def test_what_no_rule_touches(text: str, kinds: Sequence[str]) -> None:
    assert {kind: made(text, kind) for kind in kinds} == {kind: [] for kind in kinds}


def test_a_question_never_becomes_a_request() -> None:
    for text in made("how to fix memory leaks?", "frames"):
        assert text.startswith(("how ", "what ", "hi, ", "hello, ", "quick question: "))
        assert text.endswith("?")


def test_nothing_is_polite_twice() -> None:
    for text in ("please reset it", "could you show the diff?", "show the diff, thanks", "pls can u help me"):
        assert all(len(re.findall(r"please|pls|could|can u|thanks", new)) <= 1 for new in made(text, "frames"))


TOUCHABLE = "please check the failing transfer before monday".split()

UNTOUCHABLE = [
    "src/app.ts",
    "--force",
    "v2.3.1",
    '"exact words here"',
    "laptop",
    "JSON",
    "OAuth2",
    "1250",
    "seven",
    "a_b",
]


@given(st.permutations(TOUCHABLE + UNTOUCHABLE))
def test_typos_stay_out_of_code_numbers_quotations_and_slot_values(words: list[str]) -> None:
    for text in made(" ".join(words), "typos"):
        assert all(one in text for one in UNTOUCHABLE)


@given(st.permutations([*TOUCHABLE, "from", "without", "ticket"]))
def test_a_typo_is_one_slip_and_makes_no_word(words: list[str]) -> None:
    before = " ".join(words).split()
    for text in made(" ".join(words), "typos"):
        changed = [(a, b) for a, b in zip(before, text.split(), strict=True) if a != b]
        assert len(changed) == 1
        word, slip = changed[0]
        assert word[0] == slip[0]
        assert abs(len(word) - len(slip)) <= 1
        assert wordfreq.zipf_frequency(slip, "en") < 3


def test_neighbouring_keys_are_those_of_the_keyboard() -> None:
    assert set(_adjacent_keys("qwerty")["g"]) == set("fhtyvb")
    assert set(_adjacent_keys("qwerty")["q"]) == set("wa")
    assert "z" in _adjacent_keys("qwertz")["t"]
    assert "z" in _adjacent_keys("azerty")["a"]


@pytest.mark.parametrize(
    ("word", "vowel"),
    [("hour", True), ("user", False), ("unique", False), ("uninstall", True), ("euro", False), ("SQL", True),
     ("UI", False), ("index", True), ("one", False), ("heap", False), ("API", True)],
)  # fmt: skip
def test_the_article_follows_the_sound(word: str, vowel: bool) -> None:
    assert article(word) == ("an" if vowel else "a")


def test_the_english_lists_hold_words_and_say_nothing_twice() -> None:
    for name in ("synonyms.txt", "requests.txt"):
        for line in read(name):
            rule = line.partition(":")[2] if name == "synonyms.txt" else line
            assert all(wordfreq.zipf_frequency(word, "en") > 1.5 for word in re.findall(r"[a-z']+", rule)), line
    for name in ("synonyms.txt", "abbreviations.txt", "contractions.txt"):
        assert [line for line, count in Counter(read(name)).items() if count > 1] == []


def test_contractions_keep_the_negation() -> None:
    guards = Guards({})
    for line in read("contractions.txt"):
        forms = [one.strip() for side in re.split("[>=]", line) for one in side.split("|")]
        assert len({guards.signature(form).negations for form in forms}) == 1, line


PIECES = {
    "opening": ["please reset", "how do I change", "I can't find", "don't cancel", "move 50 dollars to", "show me"],
    "object": [
        "my laptop",
        "the password",
        "a quicksort in haskell",
        "src/app.ts",
        "it",
        "the 3 tickets",
        "'all of it'",
    ],
    "ending": ["", " today", " on monday", "?", ".", " from my savings", " and do not ask again", " into file foo.hs"],
}

TEXTS = st.builds("{} {}{}".format, *(st.sampled_from(values) for values in PIECES.values()))

GUARDS = Guards(SLOTS)


@st.composite
def lists_of_seeds(draw: st.DrawFn) -> list[Seed]:
    texts = draw(st.lists(TEXTS, min_size=1, max_size=8, unique_by=fold_key))
    return [Seed(str(i), text, f"label {i % 2}", draw(st.sampled_from("abcde"))) for i, text in enumerate(texts)]


def one_seed(text: str, label: str = "it") -> list[Seed]:
    return [Seed("1", text, label, "group")]


@settings(max_examples=50, deadline=None)
@given(lists_of_seeds(), st.integers(2, 9))
def test_groups_stay_small_kinds_share_them_and_nothing_repeats(seeds: list[Seed], per_group: int) -> None:
    result = vary(seeds, task_with(per_group, slots=SLOTS))
    assert result.proposed == len(result.kept) + len(result.dropped)
    folds = [fold_key(one.text) for one in (*seeds, *result.kept)]
    assert len(set(folds)) == len(folds)
    members = Counter(seed.group for seed in seeds)
    by_id = {seed.id: seed for seed in seeds}
    for group, count in Counter(one.group for one in result.kept).items():
        assert members[group] + count <= per_group
        kinds = Counter(one.kind for one in result.kept if one.group == group)
        assert max(kinds.values()) <= -(-(per_group - members[group]) // 3)
    for one in result.kept:
        seed = by_id[one.seed_id]
        assert (one.label, one.group) == (seed.label, seed.group)


@settings(max_examples=50, deadline=None)
@given(lists_of_seeds())
def test_numbers_negation_direction_and_file_targets_stay(seeds: list[Seed]) -> None:
    by_id = {seed.id: seed.text for seed in seeds}
    for one in vary(seeds, task_with(9, slots=SLOTS), kinds=KINDS).kept:
        changed = set(protecting_guards(GUARDS.signature(by_id[one.seed_id]), GUARDS.signature(one.text)))
        allowed = {
            "slots": {"numbers", "slots", "direction", "time", "ordinal", "degree"},
            "times": {"direction", "time"},
        }
        assert changed <= allowed.get(one.kind, set())
        assert ("foo." in by_id[one.seed_id]) == ("foo." in one.text)
        assert ("src/app.ts" in by_id[one.seed_id]) == bool(re.search(r"src/app.ts|lib/cart.ts", one.text))


@settings(max_examples=25, deadline=None)
@given(lists_of_seeds(), st.randoms(use_true_random=False))
def test_the_order_of_the_seeds_changes_nothing(seeds: list[Seed], random: Random) -> None:
    shuffled = random.sample(seeds, len(seeds))
    assert results(vary(shuffled, task_with(6, slots=SLOTS))) == results(vary(seeds, task_with(6, slots=SLOTS)))


def results(result: VariationResult) -> tuple[set[str], set[str]]:
    return {repr(one) for one in result.kept}, {repr(one) for one in result.dropped}


def test_a_seed_is_varied_alike_whatever_stands_beside_it_and_otherwise_with_another_key() -> None:
    others = [Seed(str(i), f"query number {i} about my laptop", "it", str(i)) for i in range(2, 20)]
    seed = Seed("1", "Please check the configuration of my phone today", "it", "1")
    alone = vary([seed], task_with(6)).kept
    beside = [one for one in vary([*others, seed], task_with(6)).kept if one.seed_id == "1"]
    assert alone == beside
    assert alone != vary([seed], task_with(6), key="another").kept


def test_every_kind_comes_before_any_comes_twice() -> None:
    text = "Please check whether the configuration is not wrong on my laptop today, I have a problem"
    kept = vary(one_seed(text), task_with(1 + len(KINDS), slots=SLOTS), kinds=KINDS).kept
    assert sorted(one.kind for one in kept) == sorted(KINDS)


def test_a_group_that_is_full_gets_nothing_more() -> None:
    seeds = one_seed("reset the password of my laptop")
    first = vary(seeds, task_with(6))
    assert len(first.kept) == 5
    assert vary(seeds, task_with(6), members={"group": 6}).proposed == 0
    assert len(vary(seeds, task_with(6), members={"group": 4}).kept) == 2


def test_labels_get_what_they_want_spread_over_their_seeds_and_what_is_missing_is_named() -> None:
    seeds = [Seed(f"a{i}", f"reset the password number {i} of my laptop", "a", f"a{i}") for i in range(4)]
    seeds += [Seed("b", "/help", "b", "b"), Seed("c", "reset the clock", "c", "c")]
    result = vary(seeds, task_with(6), wanted={"a": 10, "b": 2})
    assert Counter(one.label for one in result.kept) == {"a": 10}
    assert sorted(Counter(one.seed_id for one in result.kept).values()) == [2, 2, 3, 3]
    assert result.missing == {"b": 2}


LABELS = [
    Label(
        name="lost_phone",
        description="A phone is gone.",
        examples=["my phone is lost"],
        near_miss=NearMiss(text="my laptop is gone", label="lost_laptop"),
    ),
    Label(name="lost_laptop", description="A laptop is gone."),
    Label(name="slow_wifi"),
]


@pytest.mark.parametrize(
    ("text", "label", "slots", "reason"),
    [
        ("my phone is gone", "lost_phone", {"device": ["phone", "laptop"]}, "names_another_label"),
        ("my phone is gone", "lost_phone", {"device": ["phone", "watch"]}, "loses_label_word"),
        ("the net is bad", "lost_phone", {"net": ["net", "wifi"]}, "names_another_label"),
    ],
)
def test_a_substitution_that_names_another_label_is_refused(
    text: str, label: str, slots: dict[str, list[str]], reason: str
) -> None:
    result = vary(one_seed(text, label), task_with(6, slots=slots, labels=LABELS), kinds=["slots"])
    assert result.kept == []
    assert set(result.reasons()) == {reason}


def test_a_substitution_that_comes_near_another_label_is_refused_by_records_of_other_groups() -> None:
    asked: list[tuple[str, str]] = []

    def nearest(texts: Sequence[str], groups: Sequence[str]) -> list[tuple[str, float]]:
        """A laptop is near to what is said of laptops; all else is near to the seed's own label, and not very."""
        asked.extend(zip(texts, groups, strict=True))
        return [("other", 0.95) if "laptop" in text.casefold() else ("it", 0.5) for text in texts]

    task = task_with(6, slots={"device": ["phone", "laptop", "headset"]})
    result = vary(one_seed("where is the phone"), task, kinds=["slots"], checks=VariationChecks(nearest=nearest))
    assert [one.text for one in result.kept] == ["where is the headset"]
    assert [(one.variation.text, one.reason) for one in result.dropped] == [
        ("where is the laptop", "crosses_into_label")
    ]
    assert {group for _, group in asked} == {"group"}
    assert asked[0] == ("where is the phone", "group")  # what holds for the seed is not held against its variations


def test_a_variation_that_is_nearest_to_a_confusable_label_is_refused_however_far_that_is() -> None:
    def nearest(texts: Sequence[str], groups: Sequence[str]) -> list[tuple[str, float]]:
        return [("other", 0.4) if "laptop" in text else ("it", 0.4) for text in texts]

    slots = {"device": ["phone", "laptop"]}
    for confusable, kept in (((), 1), ((("other", "it"),), 0)):
        task = task_with(6, slots=slots, confusable=confusable)
        assert (
            len(vary(one_seed("the phone"), task, kinds=["slots"], checks=VariationChecks(nearest=nearest)).kept)
            == kept
        )


def test_what_the_front_door_refuses_is_replaced_as_long_as_there_is_something_else() -> None:
    seeds = one_seed("reset the password of my laptop")
    free = vary(seeds, task_with(6))
    taken = {one.text for one in free.kept}
    checked = vary(
        seeds,
        task_with(6),
        checks=VariationChecks(refuse=lambda some: ["known" if one.text in taken else None for one in some]),
    )
    assert {one.variation.text for one in checked.dropped if one.reason == "known"} == taken
    assert len(checked.kept) == 5
    assert taken.isdisjoint(one.text for one in checked.kept)


def test_facets_stay_where_the_variation_leaves_them() -> None:
    facets = {"phrasing": "question", "length": "short", "noise": "clean", "slot.device": "laptop", "own": "x"}
    seed = Seed("1", "where is my laptop?", "it", "1", facets)
    by_kind = {one.kind: one for one in vary([seed], task_with(9, slots=SLOTS), kinds=KINDS).kept}
    assert by_kind["typos"].facets == {"phrasing": "question", "length": "short", "slot.device": "laptop"}
    assert by_kind["slots"].facets == {"phrasing": "question", "length": "short", "noise": "clean"}


def test_other_languages_get_the_kinds_that_rest_on_no_english_list() -> None:
    assert kinds_for("en") == KINDS
    assert kinds_for("de") == ("slots", "typos", "casing")
    assert kinds_for("ja") == ("slots", "casing")
    assert "mein passwozt ist weg" not in made("mein passwort ist weg", "typos", "de")
    assert "mein passworz ist weg" in made("mein passwort ist weg", "typos", "de")  # t and z are neighbors there
    assert made("warten Sie 2 weeks", "slots", "de") == []
    with pytest.raises(ValueError, match="no kind frames for language 'de'"):
        vary(one_seed("hallo"), task_with(6, language="de"), kinds=["frames"])


@given(st.text(max_size=60))
def test_any_text_can_be_asked_for_variations(text: str) -> None:
    for language in ("en", "de", "ja"):
        kept = vary(one_seed(text), task_with(9, language=language, slots=SLOTS), kinds=kinds_for(language)).kept
        assert all(fold_key(one.text) != fold_key(text) for one in kept)


def test_a_path_keeps_its_case() -> None:
    slots = {"file": ["src/auth.ts", "src/App.tsx"]}
    assert [c.text for c in changes(TokenizedQuery("open src/auth.ts", slots), "slots", "en")] == ["open src/App.tsx"]


def test_a_script_without_capitals_gets_no_casing() -> None:
    assert made("パスワードを忘れた", "casing", "ja") == []


def test_a_seed_may_not_stand_twice() -> None:
    with pytest.raises(ValueError, match="more than once: 1"):
        vary(one_seed("a") * 2, task_with(6))
