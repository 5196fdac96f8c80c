"""Examples of what operators do to messages in quarantine."""

from typing import Final

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
