"""What the fields of events are called in Chinese, for the headings of tables and for sentences about them."""

from typing import Final

LABELS: Final[dict[str, str]] = dict(
    line.split(" ", 1)
    for line in """
answer 答复
answered_at 答复时间
answered_by 答复单位
applications 事项数
asked_at 提问时间
brochures 发放宣传册编号
called_at 叫号时间
campaign 行动代号
changes 修订说明
closed_at 结束时间
code 编号
commitment_letter 承诺书
concluded_at 结束时间
decided_on 批复日期
declared_by 宣布人
deferral 容缺
demo 演示
department 部门统一社会信用代码
department_signatory 部门签字人
document 批复文号
document_number 文号
draft 稿次
due 补正期限
effective_on 施行日期
ended_at 离开时间
ends_at 结束时间
enterprise 企业名称
enterprise_code 企业统一社会信用代码
enterprise_signatory 企业签字人
enterprises 企业数
feedback 企业评价
file 附件
finished_at 离席时间
foreword 前言
formality 手续
forwarding 转报
held_at 召开时间
issue 问题编号
issued_at 制发时间
issued_on 发文日期
issuer 发文机关
kind 类别
late_reason 补报原因
lacking 所缺材料
leader 队长
level 层级
liaison 联络员
licence_type 证照名称
locked_at 锁定时间
materials 材料
members 成员
missing 所缺材料
name 名称
need 需求编号
note 备注
notice 通知文号
number 编号
official 人选编号
opened_at 开始时间
opinion 意见
order 叫号次序
outcome 办理结论
owner_code 企业统一社会信用代码
owner_name 企业名称
passed 是否通过
place 地点
policies 所收政策编号
policy 政策编号
post 职务
present 已齐材料
project 项目
project_code 项目代码
promised_by 承诺办结日期
published_at 发布时间
question 提问编号
questions 提问
raised_at 提出时间
reason 原因
recalled_at 重呼时间
receipt_number 受理文号
received_by 收件人
received_on 受理日期
recipient 收件单位
remarks 审核意见
repealed_on 废止日期
result 办理结果
reviewed_at 审核时间
reviewed_by 审核人
reviewer 预审人
revision 修订次数
revoked_at 撤销时间
revoked_by 撤销人
scope 项目类别
seated_at 就座时间
session 场次代号
signed_at 签批时间
signed_by 签发人
skipped_at 过号时间
source 来源网址
stamped 是否盖章
standing 职级
started_at 到达时间
starts_at 开始时间
summary 摘要
supersedes 所替代的登记编号
supplied_at 补交时间
supplied_by 交件人
target_body 上级机关
team 小分队编号
text 内容
title 标题
to_session 转入场次
told_at 告知时间
told_how 告知方式
topic 主题
topics 主题
unit 单位统一社会信用代码
units 单位统一社会信用代码
valid_until 有效期至
venue 地点
visit 走访编号
""".strip().splitlines()
)


def label(name: str) -> str:
    """Return a field's Chinese name, of a part's field with the part's own before it; an unknown one as it is."""
    return "·".join(LABELS.get(part, part) for part in name.split("."))
