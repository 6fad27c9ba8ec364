"""Files that people write: YAML in UTF-8."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

# libyaml where it was built in: ten times as fast, and a start reads some twenty files
LOADER: type[yaml.SafeLoader | yaml.CSafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(file: Path) -> Any:
    """What stands in a file. Raises OSError, UnicodeDecodeError, yaml.YAMLError."""
    return yaml.load(file.read_text(encoding="utf-8"), LOADER)  # noqa: S506  (both are safe loaders)
