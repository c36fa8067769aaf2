"""The token of the service."""

from __future__ import annotations

from pathlib import Path

import pytest

from winnow.core.errors import WinnowError
from winnow.router.access_token import TOKEN_VARIABLE, AccessToken, choose_token
from winnow.router.extra_packages import INSTALL, require_packages

GIVEN = "given-token-0123456789"


def test_a_token_is_drawn_once_and_only_the_user_can_read_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TOKEN_VARIABLE, raising=False)
    file = tmp_path / "router" / "token"
    drawn = choose_token(None, file)
    assert (drawn.new, drawn.file, file.stat().st_mode & 0o777) == (True, file, 0o600)
    assert len(drawn.value) >= 40
    file.chmod(0o644)
    again = choose_token(None, file)
    assert (again.new, again.value, file.stat().st_mode & 0o777) == (False, drawn.value, 0o600)
    assert drawn.value not in repr(drawn)
    assert choose_token(None, tmp_path / "other").value != drawn.value


def test_a_given_token_outranks_that_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN_VARIABLE, "environment-token-0123")
    assert choose_token(GIVEN, tmp_path / "token").value == GIVEN
    assert choose_token(None, tmp_path / "token") == AccessToken("environment-token-0123")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("value", ["", "short", "a token with spaces in it", "ä" * 20, "x" * 513, "line-feed-token\n"])
def test_a_token_that_can_be_guessed_or_sent_by_nobody_is_refused(value: str, tmp_path: Path) -> None:
    with pytest.raises(WinnowError, match="token") as caught:
        choose_token(value, tmp_path / "token")
    assert not value or value not in str(caught.value)
    (tmp_path / "token").write_text(value or "x")
    with pytest.raises(WinnowError, match="delete the file"):
        choose_token(None, tmp_path / "token")


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        (f"Bearer {GIVEN}", True),
        (f"bearer {GIVEN} ", True),
        (GIVEN, False),
        (f"Basic {GIVEN}", False),
        (f"Bearer {GIVEN[:-1]}", False),
        (f"Bearer {GIVEN}0", False),
        ("Bearer ", False),
        ("", False),
        ("Bearer \xff", False),
    ],
)
def test_only_the_token_is_accepted(header: str, accepted: bool) -> None:
    assert AccessToken(GIVEN).accepts(header.encode("latin-1")) == accepted


def test_a_missing_package_is_named_with_the_command_that_installs_it() -> None:
    require_packages()
    with pytest.raises(WinnowError, match="no_such_package is not installed") as caught:
        require_packages(["fastapi", "no_such_package"])
    assert INSTALL in caught.value.problems[0].fix
