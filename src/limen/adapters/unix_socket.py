"""Who may use a socket in a file? Its owner, its group and its permission bits say so."""

import shutil
from pathlib import Path

from limen.config.serve import Socket


def permit(path: str, rules: Socket) -> None:
    """Give the file its owner and its permissions. Raises OSError, LookupError for a user or group that is not known."""
    if rules.owner:
        shutil.chown(path, user=rules.owner)
    if rules.group:
        shutil.chown(path, group=rules.group)
    Path(path).chmod(rules.mode)
