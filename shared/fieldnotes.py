"""What contracts say of their fields in English, said in Chinese, for who reads the reference in Chinese."""

from typing import Final

_NOTES: Final[dict[str, str]] = dict(
    line.split(" ＝ ", 1)
    for line in """
0 is the first edition; a correction is the next revision ＝ 0为首次印发，每更正一次加1
A banner's part in the spring collective start (notice §二(三)3: 主会场或分会场).
＝ 春季集中开工会场类别（通知二(三)3：主会场或分会场）
A change of date or place is told once it has stood this long ＝ 时间、地点改动后，过此时长未再改动才通知
A document number stands for one project (row 22) ＝ 一个文号只对应一个项目（依据 #22）
A member of a policy team. ＝ 政策宣讲小分队成员
A person at the forum; of an enterprise `unit` is its credit code and `organisation` its name.
＝ 参会人员；企业人员的 unit 为企业统一社会信用代码，organisation 为企业名称
A person in office, by name and post. ＝ 任职人员的姓名和职务
A policy team states its members' standing and when it is on its way ＝ 组成小分队时须写明成员职级和出发时间
A project with the enterprise that answers for it. ＝ 项目及其业主企业
Absent where it was issued without one ＝ 未经签发印发的不填
Another than forum is stated by the service ＝ 座谈会以外的来源由系统填写
Answered on the day it was raised, before any dispatch ＝ 提出当日、交办之前即已答复
Approve only what has passed its pre-review (row 17) ＝ 通过预审的才能审批（依据 #17）
As it stands on record; it is free again, for another licence ＝ 原登记的编号；更正后可用于其他证照
As it stands on the licence; the same if only its kind was wrong ＝ 证照上的编号；只错了名称的仍填原编号
As the banner writes it, such as 总投资3.2亿元 ＝ 按旗区所写，如“总投资3.2亿元”
By when; None once it is closed out or withdrawn ＝ 办理时限；销号或撤销后不填
Calendar days before the due day to ask for more ＝ 须在到期前多少个自然日申请延期
Chosen on the day and not dropped ＝ 当天选定且未取消的
City departments that cover the topic ＝ 负责该主题的市直部门
City leaders count among the city departments' 15 at the forum (I18) ＝ 市领导计入市直部门15人名额
Counts a session's drafts; a review or sign-off is of one draft ＝ 本场第几次送审；审核、签发都针对某一稿
Decide only what a locked docket holds (row 16) ＝ 只办理已锁定清单中的事项（依据 #16）
Deferred: of the materials; forwarded: promised by the body ＝ 容缺的为补正期限，转报的为上级机关承诺日期
Deferred: the whole list ＝ 容缺的：全部所缺材料
Deferred: what of the list is still missing ＝ 容缺的：其中尚未补交的
Documents; one may close two formalities (row 22) ＝ 批复文件数；一份可办结两项手续（依据 #22）
Enterprises present ＝ 到会企业数
Enterprises that enter first; the others follow in the order of their docketing ＝ 先进场的企业；其余按列入清单的先后
Facts after this sequence ＝ 此序号之后的事实
For trying out: its events are never recorded ＝ 测试密钥：所报事件不作登记
Forwarded: of the body's receipt, if it is known ＝ 转报的：上级机关受理文号（已知时）
Forwarded: the body that decides ＝ 转报的：作出决定的上级机关
From being raised to the dispatch ＝ 从提出到交办
From closing to issue (notice: 1日内) ＝ 从专场结束到印发（通知：1日内）
From the answer to feedback and close-out ＝ 从答复到企业评价、销号
From the dispatch at most, extensions included ＝ 从交办起最长，含延期
From the dispatch to an objection ＝ 从交办到提出异议
From the dispatch, unless it says otherwise ＝ 从交办起，另有规定的除外
Hashes of pictures uploaded before, as they are kept: without position ＝ 先行上传的照片的散列值；照片不留位置信息
Highest sequence of each source the edition rests on ＝ 本期所据各来源的最大序号
How an edition reaches a recipient. ＝ 送达方式
How an issue stands (requirements row 35). ＝ 问题办理状态（依据 #35）
How long an issue may take (row 35) ＝ 问题办理各环节时限（依据 #35）
How many changes it sums up ＝ 归并的改动次数
How often it was overdue and put under supervision (督办) ＝ 逾期转督办的次数
How often the enterprise was dissatisfied, or a closing undone ＝ 企业不满意或销号被撤回的次数
How old a brochure's policies may be (近3年) ＝ 宣传册只收近几年的政策
Id of the docketing this one takes the place of (row 30) ＝ 所替代的登记编号（依据 #30）
Issue anyway this long before the limit ＝ 距时限多久时无论是否报齐都印发
Kind of work of the unit that decides it from now on, as in the plan's owners
＝ 此后由哪类单位办理，用行动部署中的类别
Kinds of session whose bulletin a leader signs off; the others issue by themselves
＝ 哪类专场的简报须领导签发；其余报齐后自动印发
Left out for a duty that is owed once ＝ 整个行动只落实一次的不填
Left out: the campaign's usual working days from the dispatch ＝ 不填则从交办起按行动规定的工作日计算
Left out: the campaign's usual working days, within the limit ＝ 不填则按行动规定的工作日计算，不超过最长时限
Materials of the checklist that are there ＝ 清单中已齐的材料
Materials the pre-review ticks off, per formality (row 17) ＝ 各项手续预审时逐项核对的材料（依据 #17）
Name of the unit that decided it and follows it up ＝ 作出决定并负责跟踪的单位
Needed once the docket is locked (row 16) ＝ 清单锁定后必填（依据 #16）
Of the city departments: who was present at the forum (notice §二(三)4(2))
＝ 市直部门中到会座谈的人员（通知二(三)4(2)）
Of the decision in force ＝ 现行签批的
Of the docketed, those put off to another session ＝ 列入清单的事项中延期到其他专场的
Of the edition's canonical JSON ＝ 本期规范数据的散列值
Of the page before it was signed electronically ＝ 加盖电子签章之前版面的散列值
Only these event types ＝ 只推送这些事件
Open only a session that was declared ready (rows 7, 8) ＝ 宣布就绪后才能开始（依据 #7、#8）
Owners of the projects visited ＝ 所到项目的业主
Raised at the forum, but recorded after its end was counted ＝ 会上提出、会后统计完才登记的
Services whose control totals a session's bulletin waits for ＝ 简报等待哪些服务的汇总数
Stated by the service ＝ 由系统填写
Stated by the service, by class ＝ 由系统按类别填写
Stated by the service: after the docket was locked ＝ 由系统填写：清单锁定后增列的
Stated by the service: after the forum was held ＝ 由系统填写：座谈会召开之后的
Stated by the service: after the forum's count ＝ 由系统填写：座谈会统计之后的
Stated by the service: after the roster was locked ＝ 由系统填写：名单锁定之后的
Stated by the service: as the banner filed it ＝ 由系统填写：按旗区所报
Stated by the service: asked during these visits ＝ 由系统填写：走访中的提问数
Stated by the service: at the seats so far ＝ 由系统填写：席位累计咨询数
Stated by the service: departments of the topic ＝ 由系统填写：负责该主题的部门
Stated by the service: enterprises visited so far ＝ 由系统填写：累计走访企业数
Stated by the service: how many were fulfilled ＝ 由系统填写：已落实的项数
Stated by the service: its place in the order ＝ 由系统填写：叫号序号
Stated by the service: nobody sits there ＝ 由系统填写：无人值守的时段
Stated by the service: of these, without an answer ＝ 由系统填写：其中未答复的
Stated by the service: on board ＝ 由系统填写：乘车人员
Stated by the service: the fact that shows it ＝ 由系统填写：据以认定的事实
Stated by the service: the fact that shows it undone ＝ 由系统填写：据以认定未落实的事实
Stated by the service: the issue it had become ＝ 由系统填写：原转成的问题
Stated by the service: the issue it has become ＝ 由系统填写：所转成的问题
Stated by the service: the others ＝ 由系统填写：其余未齐的
Stated by the service: the place it was moved from ＝ 由系统填写：原定地点
Stated by the service: the question or finding it comes from ＝ 由系统填写：来自哪条提问或发现
Stated by the service: the session's plan, what follows pushed back if need be
＝ 由系统填写：本场安排，必要时后续行动顺延
Stated by the service: the time it was moved from ＝ 由系统填写：原定时间
Stated by the service: the time it was to be held ＝ 由系统填写：原定召开时间
Stated by the service: the unit that took note ＝ 由系统填写：签收单位
Stated by the service: topics nobody covers ＝ 由系统填写：无人负责的主题
Stated by the service: units named twice ＝ 由系统填写：重复列入的单位
Stated by the service: what it prints ＝ 由系统填写：所印内容
Stated by the service: who spoke for enterprises ＝ 由系统填写：发言的企业
Stated by the service: without a seat yet ＝ 由系统填写：尚无座位的人员
Supplements 增刊 have numbers of their own ＝ 增刊单独编号
The answer in force, given on the spot or as the result ＝ 现行答复，当场作出的或办理结果
The bulletin's head: its name in red and the full name of the unit that issues it (document.md 4.1).
＝ 简报报头：红色刊名和编印单位全称
The campaign whose roles this one takes over (row 11) ＝ 沿用哪次行动的分工（依据 #11）
The collective start of the same day (notice §二(三)5) ＝ 同日的集中开工情况（通知二(三)5）
The eight formalities (notice §二(一)4), in the notice's order. ＝ 八项手续，按通知二(一)4的次序
The key it takes the place of ＝ 所替换的密钥
The kinds of action a session is made of (notice §二(一) to (四)). ＝ 专场的各项行动（通知二(一)至(四)）
The last day it is in force; absent: until repealed ＝ 有效期最后一日；不填为废止前一直有效
The level at which an application is decided (notice §二(一)4, (五)4). ＝ 办理层级（通知二(一)4、(五)4）
The only event types it may post; none of them: it reads only ＝ 只可报送的事件；空表为只读
The person; under the two-person rule another one signs ＝ 预审的人；两人规则下由他人签批
The policy question or the survey finding it comes from ＝ 来自哪条政策提问或调研发现
The revision the editor started from; 0 for the first ＝ 编辑所依据的版次，首版为0
The right kind of licence, if that was wrong ＝ 证照名称有误时，正确的名称
The three outcomes of a decision (notice §二(一)4: 审批、容缺审批、转报上报).
＝ 办理结论（通知二(一)4：审批、容缺审批、转报上报）
The unit in the lead (主办单位) ＝ 主办单位
The unit that answered ＝ 作出答复的单位
The unit that gave it ＝ 作出答复的单位
Topics by their words or labels; others are uncovered ＝ 主题的代号或名称；其他视为无人负责
Until then the replaced key works too ＝ 被替换的密钥在此之前仍有效
What a caller may be to the campaign (requirements row 88). ＝ 在行动中的角色（依据 #88）
What a campaign may decide otherwise, carried by the fact so that a replay decides the same.
＝ 行动可以另行规定的事项；随事实保存，重放时结论一致
What a new edition changes; needed from the second on ＝ 新版的修订说明；第二版起必填
What a notice tells of a session (requirements row 6). ＝ 通知的种类（依据 #6）
What a session of each kind consists of, with order and durations (row 3)
＝ 各类专场包括哪些行动及其次序、时长（依据 #3）
What an enterprise says of a visit. ＝ 企业对走访的评价
What became of an issue. ＝ 问题办理结论
What enterprises ask policies about; which departments cover a topic is a table of the policy service.
＝ 企业咨询政策的主题；哪些部门负责见政策服务的对照表
What is not ready yet; nothing means that the venue is ready ＝ 尚未就绪的事项；空着表示会场已就绪
What it is for ＝ 用途
What somebody at the forum is in his unit (notice §二(二)5(2): 主要负责人、分管副旗区长).
＝ 参会人员在本单位的职级（通知二(二)5(2)）
What somebody is in his unit, as far as a policy team asks (notice §二(四)3). ＝ 小分队成员的职级（通知二(四)3）
What the higher body decided of a forwarded application (requirements row 20). ＝ 上级机关对转报事项的决定（依据 #20）
What this key may see is sent ＝ 推送此密钥可见的事实
What was really visited, if not what was chosen: the service drops and chooses accordingly
＝ 实际调研的项目与选定的不同时填写，系统据此取消和选定
When policy-consultation seats are staffed (notice §二(二)6(2): 会前、会后).
＝ 政策咨询席位值守时段（通知二(二)6(2)：会前、会后）
When the team departs ＝ 小分队出发时间
Where a session takes place; `kind` is park, government_office or service_centre (notice §二(一)2, (五)2).
＝ 专场地点；kind 为园区、政府办公场所或政务服务中心（通知二(一)2、(五)2）
Where an issue was heard (notice §二(二), (三), (四)). ＝ 问题来源（通知二(二)、(三)、(四)）
Where it is meant to go; it is docketed there anew ＝ 拟转入的专场；到时重新列入清单
Where it was published, as text ＝ 发布出处，文字
Whether it has been overdue, made good later or not ＝ 是否曾逾期，不论后来是否补正
Which bureau decides a formality, per level ＝ 各层级每项手续由哪个部门办理
Which list a project stands on (notice §二(一)3, (五)3). ＝ 项目类别（通知二(一)3、(五)3）
Who hosts the forum (notice §二(二)3: 旗区主要负责人). ＝ 座谈会主持人（通知二(二)3：旗区主要负责人）
Who issued a policy (notice §二(四)4(3): 国家、自治区、市级). ＝ 政策层级（通知二(四)4(3)：国家、自治区、市级）
Who owes the next step; nobody once it is closed out or withdrawn ＝ 下一步由谁办理；销号或撤销后不填
Who owes what before and after a session: the notice's responsibilities (row 9)
＝ 会前会后各单位的责任，依通知责任分工（依据 #9）
Who pre-reviewed does not sign (row 29) ＝ 预审人不得签批（依据 #29）
Whoever reviewed a draft may not sign it off ＝ 审核人不得签发同一稿
Whose duty; without it, the poster's ＝ 谁的责任；不填为报送单位
Whose list somebody at the forum stands on (notice §二(二)5); city leaders stand outside the caps (I18).
＝ 参会人员属于哪份名单（通知二(二)5）；市领导不占名额
Why an earlier receipt is replaced, if it is ＝ 替换此前受理登记的，写明原因
Why an earlier result is replaced, if it is ＝ 替换此前结果的，写明原因
Why so late, once the roster is locked ＝ 名单锁定后变动的，写明原因
Without it, the notice's length ＝ 不填按通知规定的时长
its number in the stream ＝ 在事件流中的序号
""".strip()
    .replace("\n＝", " ＝")
    .splitlines()
)


def note(said: str) -> str:
    """Return in Chinese what a contract says of a field; what has no Chinese words yet, as it is."""
    return _NOTES.get(" ".join(said.split()), said)
