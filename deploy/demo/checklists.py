"""What each formality's materials are in the sample campaign: the essential ones, and those that may follow (容缺)."""

from typing import Final

from shared.events import Material
from shared.vocabulary import Formality

_F = Formality

MISSING: Final = {
    _F.PROJECT_INITIATION: ("项目资本金落实证明",),
    _F.LAND_AND_SITE: ("规划选址论证报告专家评审意见", "压覆矿产资源查询结果"),
    _F.ENERGY_REVIEW: ("节能报告（修订稿）",),
    _F.ENVIRONMENTAL_IMPACT: ("公众参与说明", "污染物排放总量来源说明"),
    _F.FOREST_LAND: ("使用林地现状调查表（补正稿）",),
    _F.GRASSLAND: ("草原补偿协议",),
    _F.WATER_ABSTRACTION: ("取水计量设施安装方案",),
    _F.CONSTRUCTION_PERMIT: ("施工图设计文件审查合格书", "农民工工资保证金缴存凭证"),
}
"""What a deferred application lacks, and may hand in later."""
ESSENTIAL: Final = {
    _F.PROJECT_INITIATION: ("项目申请报告", "企业投资承诺书"),
    _F.LAND_AND_SITE: ("用地预审和规划选址申请表", "项目用地边界拐点坐标"),
    _F.ENERGY_REVIEW: ("节能报告", "项目立项文件"),
    _F.ENVIRONMENTAL_IMPACT: ("环境影响报告书（表）", "建设单位申请文件"),
    _F.FOREST_LAND: ("使用林地申请表", "林地使用权属证明"),
    _F.GRASSLAND: ("征占用草原申请表", "草原权属证明"),
    _F.WATER_ABSTRACTION: ("取水许可申请书", "水资源论证报告书（表）"),
    _F.CONSTRUCTION_PERMIT: ("施工许可申请表", "建设工程规划许可证"),
}
CHECKLISTS: Final = {
    formality: (
        *(Material(name=name) for name in ESSENTIAL[formality]),
        *(Material(name=name, essential=False) for name in MISSING[formality]),
    )
    for formality in Formality
}
