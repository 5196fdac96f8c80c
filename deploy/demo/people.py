"""Names of nobody: chosen by a hash of what the person does, so that the same person keeps the same name."""

import hashlib
from typing import Final

_SURNAMES: Final = "王李张刘陈杨赵黄周吴徐孙马朱胡郭何高林罗"
_RARE: Final = ("喆", "堃", "镕", "昇", "俊喆", "海堃", "镕川", "东昇")
_COMMON: Final = ("建国", "志强", "晓燕", "丽娟", "永胜", "慧敏", "文斌", "雪梅")
_MONGOLIAN: Final = ("巴特尔", "其其格", "乌云", "斯琴", "布和", "娜仁", "苏和", "格根")
_GIVEN: Final = (*_RARE, *_COMMON, *_MONGOLIAN)


def choose(options: str | tuple[str, ...], *key: str) -> str:
    """Choose by hash rather than by chance: the same key chooses the same on every machine."""
    digest = hashlib.sha256("/".join(key).encode()).digest()
    return options[int.from_bytes(digest[:4]) % len(options)]


def person(*key: str) -> str:
    """Return a full name marked as fictitious, with the rare characters 喆 堃 镕 昇 among them."""
    return f"{choose(_SURNAMES, 'surname', *key)}{choose(_GIVEN, 'given', *key)}（虚构）"
