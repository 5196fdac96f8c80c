"""Where things are: the checkout, and the folder in which `chunfeng up` keeps its data."""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
FOLDER: Final = ROOT / ".chunfeng" / "local"
