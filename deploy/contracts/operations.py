"""Examples of what operators do to messages in quarantine, and units to their webhooks."""

from collections.abc import Mapping
from typing import Any, Final

QUARANTINE: Final = {
    "QuarantineMended": {
        "service": "forums",
        "message": 143,
        "reason": "业务系统误填日期，经来文单位确认",
        "old": '{"session": "spring-2022-150602", "closed_at": "2022-03-16"}',
        "new": '{"session": "spring-2022-150602", "closed_at": "2022-03-16T17:00:00+08:00"}',
    },
    "QuarantineReplayed": {
        "service": "forums",
        "message": 143,
        "fact": "20ce95c1f0bb927f11539a7f11205536",
        "mended": True,
    },
    "QuarantineDismissed": {"service": "forums", "message": 144, "reason": "测试时误发，不是事件"},
}
_WEBHOOK: Final = {
    "service": "bulletin",
    "webhook": "wh-3f9a6c0d12b45e78",
    "unit": "11150600MB0XX0051Y",
    "host": "oa.example.cn",
}
WEBHOOKS: Final[Mapping[str, Mapping[str, Any]]] = {
    "WebhookAdded": {**_WEBHOOK, "key": "ab12cd34", "types": ["chunfeng.bulletin.issued.v1"], "after": 0},
    "WebhookPaused": _WEBHOOK,
    "WebhookResumed": {**_WEBHOOK, "key": "ab12cd34"},
    "WebhookSecretReplaced": _WEBHOOK,
    "WebhookRemoved": _WEBHOOK,
}
