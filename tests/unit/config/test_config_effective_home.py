"""What the server does when nobody wrote a configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from limen.config.generated_secrets import NoSecrets
from limen.config.load import LoadRequest, load


@pytest.mark.covers("SEED0-09")
def test_without_any_file_a_newcomer_is_signed_in(tmp_path: Path) -> None:
    config = load(LoadRequest(data_folder=tmp_path, dev=True), NoSecrets()).config
    assert [hook.hook for hook in config.selfservice.flows.registration.after.hooks] == ["session"]


@pytest.mark.covers("SEED0-20")
def test_a_file_has_to_say_so(tmp_path: Path) -> None:
    file = tmp_path / "limen.yml"
    file.write_text("log: {level: info}\n")
    config = load(LoadRequest(files=(file,), data_folder=tmp_path, dev=True), NoSecrets()).config
    assert config.selfservice.flows.registration.after.hooks == ()
